"""Approval of pieces: by whom, of exactly which version, sent back, urgent, recorded, and sent (P-4, P-5)."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pregonero.dashboard.frame import count_frame
from pregonero.dashboard.pending_tasks import USE_PIECES
from pregonero.dashboard.piece_tasks import (
    pieces_to_approve_tasks,
    pieces_to_correct_tasks,
    pieces_to_send_tasks,
    pieces_to_use_tasks,
)
from pregonero.dashboard.queries import today_of
from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.newsroom.approval_models import Approval, ApprovalWay, Sending, UrgentRequest
from pregonero.newsroom.approvals import queries
from pregonero.newsroom.approvals.actions.decisions import (
    ask_urgent,
    receive_piece,
    record_approval,
    send_back,
    send_piece,
    sign_urgent,
)
from pregonero.newsroom.models import News
from pregonero.newsroom.piece_models import Piece, PieceState
from pregonero.newsroom.pieces.actions import resolve_note, write_note
from pregonero.people.actions import Absence, name_stand_in
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.on_behalf.actions import confirm_act, dispute_act
from pregonero.people.roles import Role
from pregonero.records.models import Event
from tests.conftest import member
from tests.newsroom.approvals import approve, neighbours_act, send
from tests.newsroom.factories import inform
from tests.newsroom.pieces import photograph, second_version, version_of

pytestmark = pytest.mark.procedure("P-4")


@pytest.fixture
def rosa(entity: Entity) -> Member:
    return member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)


@pytest.fixture
def news(luis: Member) -> News:
    return inform(luis)


@pytest.fixture
def piece(news: News, rosa: Member) -> Piece:
    return photograph(news, rosa)


def told(kind: str) -> set[str]:
    """Return who has a notice of a kind."""
    return set(Notice.objects.filter(kind__startswith=kind).values_list("member__name", flat=True))


def test_an_approval_is_of_exactly_the_version_that_was_seen(
    carmen: Member, marta: Member, rosa: Member, piece: Piece, now: datetime
) -> None:
    assert told("piece.to_approve") == {carmen.name, marta.name}
    seen = version_of(piece)
    assert [task.title for task in pieces_to_approve_tasks(carmen, now=now)[0]] == [piece.title]
    with pytest.raises(NotAllowed, match="Lo que viste no es lo que hay"):
        approve(seen, carmen, digest="0" * 64)
    approval = approve(seen, carmen, note="Muy buena foto")

    piece.refresh_from_db()
    assert (piece.state, approval.digest, approval.way) == (PieceState.APPROVED, seen.digest, ApprovalWay.HERE)
    event = Event.objects.get(event_type="piece.approved")
    assert (event.ref, event.actor["name"]) == (piece.ref.reference, carmen.name)
    assert (event.facts["digest"], event.facts["sha256"]) == (seen.digest, seen.medium.sha256)
    with pytest.raises(Conflict, match="Ya la aprobó Carmen Ortiz"):
        approve(seen, marta)


def test_a_change_of_the_description_alone_asks_for_approval_again(
    carmen: Member, rosa: Member, piece: Piece, now: datetime
) -> None:
    first = version_of(piece)
    send(piece, carmen)
    second = second_version(piece, rosa, 1, alt="Una cosecha en el Huila")

    piece.refresh_from_db()
    assert (piece.state, first.medium) == (PieceState.REVIEW, second.medium)
    assert queries.approval_in_force(second) is None
    assert not queries.sent_to_publishers(piece.entity).exists()
    assert told("piece.to_approve:2") == {carmen.name}
    with pytest.raises(Conflict, match="Llegó una versión nueva"):
        approve(first, carmen)
    approve(second, carmen)


def test_only_an_adviser_the_coordinator_or_their_stand_in_approves(
    luis: Member, ana: Member, marta: Member, carmen: Member, dario: Member, piece: Piece, now: datetime
) -> None:
    for person in (ana, luis):
        with pytest.raises(NotAllowed, match="Tu rol no permite aprobar piezas"):
            approve(piece, person)
    with pytest.raises(NotFound):
        approve(piece, dario)
    today = timezone.localdate(now)
    absence = Absence(Role.ADVISER, today, today)
    name_stand_in(absent=marta, member=ana, absence=absence, by=carmen, now=now)
    approval = approve(piece, Member.objects.get(pk=ana.pk))

    assert approval.by == ana
    assert "en reemplazo de Marta Gil" in Event.objects.get(event_type="piece.approved").actor["role"]


@pytest.mark.parametrize("version", [1, 2])
def test_no_author_of_any_version_approves_a_piece(
    version: int, carmen: Member, marta: Member, rosa: Member, news: News, now: datetime
) -> None:
    authors = {"authors": [carmen]} if version == 1 else {}
    piece = photograph(news, rosa, **authors)
    second_version(piece, rosa, **({"authors": [carmen]} if version == 2 else {}))
    for judge in (
        lambda: approve(piece, carmen),
        lambda: ask_urgent(version=version_of(piece), reason="Ya", by=carmen, now=now),
        lambda: record_approval(version=version_of(piece), act=neighbours_act(), by=carmen, now=now),
        lambda: record_approval(version=version_of(piece), act=neighbours_act(rosa), by=marta, now=now),
    ):
        with pytest.raises(NotAllowed, match="Nadie aprueba su propia pieza"):
            judge()
    assert pieces_to_approve_tasks(carmen, now=now) == ([], 0)
    assert not Approval.objects.exists()
    approve(piece, marta)


def test_a_pending_note_that_must_change_blocks_until_the_approver_closes_it(
    ana: Member, carmen: Member, piece: Piece, now: datetime
) -> None:
    note = write_note(version=version_of(piece), text="El logo es el viejo", must_change=True, by=ana, now=now)
    with pytest.raises(WrongState, match="una nota que pide un cambio"):
        approve(piece, carmen)
    resolve_note(note=note, by=carmen, now=now)
    approval = approve(piece, carmen)
    write_note(version=version_of(piece), text="Falta el crédito", must_change=True, by=ana, now=now)
    with pytest.raises(WrongState, match="una nota que pide un cambio"):
        send_piece(approval=approval, by=carmen, now=now)


def test_what_is_sent_back_reaches_its_authors_and_comes_again(
    ana: Member, carmen: Member, rosa: Member, piece: Piece, now: datetime
) -> None:
    first = version_of(piece)
    with pytest.raises(NotAllowed):
        send_back(version=first, note="No", by=ana, now=now)
    with pytest.raises(Refused, match="qué hay que cambiar"):
        send_back(version=first, note=" ", by=carmen, now=now)
    send_back(version=first, note="Usa el logo nuevo.", by=carmen, now=now)

    assert told("piece.sent_back") == {rosa.name}
    assert [task.act.label for task in pieces_to_correct_tasks(rosa, now=now)[0]] == ["Corregir"]
    assert pieces_to_approve_tasks(carmen, now=now)[1] == 0
    with pytest.raises(Conflict, match="ya se devolvió"):
        send_back(version=first, note="Otra vez", by=carmen, now=now)
    second_version(piece, rosa)
    assert (pieces_to_correct_tasks(rosa, now=now)[1], pieces_to_approve_tasks(carmen, now=now)[1]) == (0, 1)


def test_the_urgent_way_needs_two_people_who_did_not_make_it_and_is_counted(
    ana: Member, beto: Member, carmen: Member, luis: Member, piece: Piece, now: datetime
) -> None:
    version = version_of(piece)
    with pytest.raises(Refused, match="por qué no puede esperar"):
        ask_urgent(version=version, reason=" ", by=ana, now=now)
    with pytest.raises(Refused, match="Nadie ha pedido"):
        sign_urgent(version=version, digest=version.digest, by=beto, now=now)
    ask_urgent(version=version, reason="Cierra la frontera a las 6.", by=ana, now=now)
    assert told("piece.urgent:") == {beto.name, carmen.name}
    with pytest.raises(WrongState, match="la segunda firma es de otra"):
        sign_urgent(version=version, digest=version.digest, by=ana, now=now)
    with pytest.raises(NotAllowed, match="Tu rol no permite firmar"):
        sign_urgent(version=version, digest=version.digest, by=luis, now=now)
    approval = sign_urgent(version=version, digest=version.digest, by=beto, now=now)

    assert (approval.way, approval.who) == (ApprovalWay.URGENT, "Ana Rojas y Beto Mora")
    assert queries.urgent_count(piece.entity, year=now.year) == 1
    assert told("piece.urgent_approved") == {carmen.name}
    event = Event.objects.get(event_type="piece.approved")
    assert (event.actor["id"], event.facts["first"], event.facts["way"]) == (beto.pk, ana.pk, "URGENT")
    with pytest.raises(NotAllowed, match="enviar piezas"):  # the urgent way approves; only the heads send
        send_piece(approval=approval, by=ana, now=now)
    assert UrgentRequest.objects.count() == 1


def test_what_the_neighbouring_procedure_approved_is_recorded_and_confirmed_in_one_tap(
    entity: Entity, ana: Member, carmen: Member, piece: Piece, now: datetime
) -> None:
    minister = member(entity, "despacho", "Despacho", Role.MINISTER_OFFICE)
    with pytest.raises(Refused, match="Falta la prueba"):
        record_approval(version=version_of(piece), act=neighbours_act(minister, reference=""), by=ana, now=now)
    approval = record_approval(version=version_of(piece), act=neighbours_act(minister), by=ana, now=now)

    assert (approval.way, approval.who, approval.waits_for_confirmation) == (
        ApprovalWay.NEIGHBOUR,
        "Despacho, Vocería",
        True,
    )
    act = approval.act
    assert act is not None
    assert (act.subject, act.proof) == (piece.ref, "Acta 41 de 2026")
    confirm_act(act=act, by=minister, now=now)
    act.refresh_from_db()
    assert not approval.waits_for_confirmation
    send_piece(approval=approval, by=carmen, now=now)


def test_an_act_that_its_person_disputes_approves_nothing(
    entity: Entity, ana: Member, carmen: Member, piece: Piece, now: datetime
) -> None:
    minister = member(entity, "despacho", "Despacho", Role.MINISTER_OFFICE)
    approval = record_approval(version=version_of(piece), act=neighbours_act(minister), by=ana, now=now)
    send_piece(approval=approval, by=carmen, now=now)
    assert approval.act is not None
    dispute_act(act=approval.act, reason="Vi otra foto", by=minister, now=now)

    assert queries.approval_in_force(version_of(piece)) is None
    assert not queries.sent_to_publishers(entity).exists()
    again = approve(piece, carmen)
    with pytest.raises(WrongState, match="no lo reconoce"):
        send_piece(approval=approval, by=carmen, now=now)
    send_piece(approval=again, by=carmen, now=now)
    assert queries.sent_to_publishers(entity).count() == 1


@pytest.mark.procedure("P-5")
def test_what_is_sent_reaches_both_publishers_at_once_and_nobody_else_sends(
    ana: Member, beto: Member, carmen: Member, luis: Member, piece: Piece, now: datetime
) -> None:
    approval = approve(piece, carmen)
    assert [task.act.label for task in pieces_to_send_tasks(carmen, now=now)[0]] == ["Enviar"]
    for person in (ana, luis):
        with pytest.raises(NotAllowed, match="enviar piezas"):
            send_piece(approval=approval, by=person, now=now)
    assert pieces_to_use_tasks(ana, now=now) == ([], 0)
    sending = send_piece(approval=approval, note="Desde las 10", by=carmen, now=now)

    assert told("piece.sent") == {ana.name, beto.name}
    for person in (ana, beto):
        groups = {group.kind: group for group in today_of(person, now=now).groups}
        (task,) = groups[USE_PIECES].tasks
        assert (task.title, "Desde las 10" in task.why, task.act.label) == (piece.title, True, "Publicarla")
        assert count_frame(person, now=now).counts["piezas"].text == "1"
    receive_piece(sending=sending, by=ana, now=now + timedelta(minutes=1))
    seen = Notice.objects.get(member=ana, kind="piece.sent:1").seen_at
    receive_piece(sending=sending, by=ana, now=now + timedelta(minutes=2))
    assert Notice.objects.get(member=ana, kind="piece.sent:1").seen_at == seen
    with pytest.raises(WrongState, match="enviada"):
        send_piece(approval=approval, by=carmen, now=now)
    event = Event.objects.get(event_type="piece.sent")
    assert set(event.facts["to"]) == {ana.pk, beto.pk}
    assert Sending.objects.count() == 1
