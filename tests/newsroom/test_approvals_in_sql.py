"""What the database refuses of approvals, whoever writes to it (P-4, P-5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import Error, connection, transaction

from pregonero.newsroom.approval_models import Approval
from pregonero.newsroom.approvals.actions.decisions import ask_urgent
from pregonero.newsroom.piece_models import Piece
from pregonero.newsroom.pieces.actions import write_note
from pregonero.people.models import Entity, Member
from pregonero.people.on_behalf.actions import record_act
from pregonero.people.roles import Role
from tests.conftest import member
from tests.newsroom.approvals import approve, neighbours_act, send
from tests.newsroom.factories import inform
from tests.newsroom.pieces import photograph, second_version, version_of

pytestmark = pytest.mark.procedure("P-4")
INSERT = """INSERT INTO newsroom_approval (version_id, digest, way, by_id, at, note, second_id, reason, act_id)
    VALUES (%s, %s, %s, %s, now(), '', %s, %s, NULL)"""


@pytest.fixture
def rosa(entity: Entity) -> Member:
    return member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)


@pytest.fixture
def piece(luis: Member, marta: Member, rosa: Member) -> Piece:
    return photograph(inform(luis), rosa, authors=[marta])


def execute(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def approve_in_sql(
    piece: Piece, by: Member, *, second: Member | None = None, digest: str = "", number: int = 0
) -> None:
    version = piece.versions.get(number=number) if number else version_of(piece)
    way = "URGENT" if second else "HERE"
    pk, reason = second.pk if second else None, "Ya" if second else ""
    execute(INSERT, version.pk, digest or version.digest, way, by.pk, pk, reason)


def refuses(match: str, act: Callable[[], object]) -> None:
    with pytest.raises(Error, match=match):
        act()


def test_no_author_approves_in_sql(piece: Piece, rosa: Member, marta: Member, carmen: Member) -> None:
    """Who uploaded it, who is named as an author, and an author as the second signature of the urgent way."""
    for author in (rosa, marta):
        refuses("not_an_author", lambda by=author: approve_in_sql(piece, by))  # type: ignore[misc]
        refuses("not_an_author", lambda by=author: approve_in_sql(piece, carmen, second=by))  # type: ignore[misc]
    second_version(piece, rosa, authors=[])
    refuses("not_an_author", lambda: approve_in_sql(piece, marta))  # of the first version
    urgent = "INSERT INTO newsroom_urgentrequest (version_id, by_id, at, reason) VALUES (%s, %s, now(), 'Ya')"
    refuses("not_an_author", lambda: execute(urgent, version_of(piece).pk, marta.pk))
    approve_in_sql(piece, carmen)
    assert Approval.objects.count() == 1


def test_the_act_of_an_author_approves_nothing_in_sql(
    piece: Piece, rosa: Member, carmen: Member, now: datetime
) -> None:
    act = record_act(act=replace(neighbours_act(rosa), subject=piece.ref), by=carmen, now=now)
    version = version_of(piece)
    values = (version.pk, version.digest, "NEIGHBOUR", carmen.pk, None, "", act.pk)
    refuses("not_an_author", lambda: execute(INSERT.replace("NULL)", "%s)"), *values))


def test_an_approval_is_of_the_last_version_its_digest_and_once(piece: Piece, rosa: Member, carmen: Member) -> None:
    refuses("digest_of_version", lambda: approve_in_sql(piece, carmen, digest="0" * 64))
    second_version(piece, rosa)
    refuses("last_version", lambda: approve_in_sql(piece, carmen, number=1))
    approve_in_sql(piece, carmen)
    refuses("approved_once", lambda: approve_in_sql(piece, carmen))
    refuses("Cannot update or delete", lambda: execute("UPDATE newsroom_approval SET note = 'x'"))
    refuses("Cannot update or delete", lambda: execute("DELETE FROM newsroom_approval"))


def test_a_note_that_must_change_blocks_in_sql(piece: Piece, carmen: Member, ana: Member, now: datetime) -> None:
    write_note(version=version_of(piece), text="Cambia el logo", must_change=True, by=ana, now=now)
    refuses("must_change", lambda: approve_in_sql(piece, carmen))


def test_a_piece_is_not_approved_or_sent_without_its_row(piece: Piece, rosa: Member, carmen: Member) -> None:
    def move(state: str) -> None:
        execute("UPDATE newsroom_piece SET state = %s WHERE id = %s", state, piece.pk)

    refuses("approved_by_somebody", lambda: move("APPROVED"))
    approve(piece, carmen)
    refuses("approved_by_somebody", lambda: move("SENT"))
    second_version(piece, rosa)
    refuses("approved_by_somebody", lambda: move("APPROVED"))  # the approval is of the first version
    send(piece, carmen)


def test_the_urgent_way_is_of_two_people_with_a_reason(
    piece: Piece, ana: Member, carmen: Member, now: datetime
) -> None:
    refuses("approval_signed_by_two", lambda: approve_in_sql(piece, carmen, second=carmen))
    version = version_of(piece)
    alone = lambda: execute(INSERT, version.pk, version.digest, "URGENT", ana.pk, None, "Ya")  # noqa: E731
    refuses("approval_of_its_way", alone)
    ask_urgent(version=version, reason="Ya", by=ana, now=now)
    refuses("Cannot update or delete", lambda: execute("UPDATE newsroom_urgentrequest SET reason = 'x'"))
