"""Two people at once on one piece, with committed rows: one approval, never of a replaced version (P-4)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from pregonero.errors import Conflict
from pregonero.newsroom.approval_models import Approval, GuestAnswer
from pregonero.newsroom.approvals.actions.decisions import send_piece
from pregonero.newsroom.approvals.actions.guests import answer_as_guest, invite_guest
from pregonero.newsroom.piece_models import Piece, PieceState, PieceVersion
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.conftest import NOW, member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.newsroom.approvals import approve
from tests.newsroom.factories import inform
from tests.newsroom.pieces import photograph, second_version, version_of
from tests.newsroom.test_concurrency import at_once

pytestmark = pytest.mark.procedure("P-4")


@dataclass
class Scene:
    carmen: Member
    marta: Member
    rosa: Member
    piece: Callable[[], Piece]


@pytest.fixture(scope="module")
def scene(django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        entity = register_mincomercio(NOW)
        luis = member(entity, "luis", "Luis Peña", Role.CONTENT_MANAGER)
        rosa = member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)
        carmen = member(entity, "carmen", "Carmen Ortiz", Role.COORDINATOR)
        marta = member(entity, "marta", "Marta Gil", Role.ADVISER)
        news = inform(luis)
        yield Scene(carmen, marta, rosa, lambda: photograph(news, rosa))


def test_two_approvals_at_once_are_one(scene: Scene) -> None:
    version = version_of(scene.piece())
    results = at_once(lambda: approve(version, scene.carmen), lambda: approve(version, scene.marta))
    assert Conflict in results
    assert Approval.objects.filter(version=version).count() == 1


def test_an_approval_while_a_version_is_added_is_of_what_was_seen_or_refused(scene: Scene) -> None:
    piece = scene.piece()
    seen = version_of(piece)
    results = at_once(lambda: approve(seen, scene.carmen), lambda: second_version(piece, scene.rosa))
    piece.refresh_from_db()
    assert version_of(piece).number == 2
    assert piece.state == PieceState.REVIEW  # either way the second version waits for its own approval
    approvals = Approval.objects.filter(version__piece=piece)
    assert [approval.version for approval in approvals] == ([] if Conflict in results else [seen])
    assert sum(isinstance(result, PieceVersion) for result in results) == 1


@pytest.mark.procedure("P-5")
def test_two_sendings_at_once_are_one(scene: Scene) -> None:
    approval = approve(scene.piece(), scene.carmen)
    results = at_once(
        lambda: send_piece(approval=approval, by=scene.carmen, now=NOW),
        lambda: send_piece(approval=approval, by=scene.marta, now=NOW),
    )
    assert sum(not isinstance(result, type) for result in results) == 1


def test_a_guest_who_agrees_twice_at_once_agrees_once(scene: Scene) -> None:
    version = version_of(scene.piece())
    link, code = invite_guest(version=version, name="Elena", by=scene.carmen, now=NOW)
    entity = scene.carmen.entity

    def agree() -> GuestAnswer:
        return answer_as_guest(entity=entity, code=code, agrees=True, text="", now=NOW)

    assert Conflict in at_once(agree, agree)
    assert GuestAnswer.objects.filter(link=link).count() == 1
