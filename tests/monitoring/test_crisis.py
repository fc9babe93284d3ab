"""The word of the *vocería* and the crisis room (T-3, T-4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.monitoring import queries
from pregonero.monitoring.actions import crisis
from pregonero.monitoring.actions.statements import approve_statement, digest_of, write_statement
from pregonero.monitoring.models import DecisionKind, Statement, Topic
from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.holds import held_among, not_held, why_held
from pregonero.people.models import Member, Office, ProofKind
from pregonero.people.on_behalf.actions import OutsideAct, Proof
from pregonero.publishing.actions import draft_publication
from pregonero.publishing.sources import load_source
from pregonero.records.models import Event
from tests.conftest import NOW
from tests.monitoring.test_topics import coffee, decide

__all__ = ["coffee"]
TEXT = "El arancel al café no cambia. Lo que cambia es el trámite, que ahora es en línea."


def word(statement: Statement, office: Office = Office.SPOKESPERSON) -> OutsideAct:
    proof = Proof(ProofKind.CALL, "Llamó a Carmen desde el despacho")
    return OutsideAct(statement.ref, "Aprobó el texto", office, "La ministra", NOW - timedelta(minutes=9), proof)


@pytest.fixture
def statement(coffee: Topic, carmen: Member) -> Statement:
    return decide(coffee, carmen, DecisionKind.STATEMENT, spokesperson="La ministra").statement


@pytest.mark.procedure("T-3")
def test_a_statement_is_published_only_with_the_word_of_the_spokesperson(
    statement: Statement, ana: Member, carmen: Member
) -> None:
    ref = statement.decision.ref
    assert "412" not in statement.facts
    assert "El Diario: Exportaciones de café" in statement.facts
    assert "Todavía no hay un texto aprobado" in load_source(ref, entity_id=ana.entity_id).why_not
    write_statement(statement=statement, facts=statement.facts, text=TEXT, by=ana, now=NOW)
    statement.refresh_from_db()
    read = digest_of(statement)
    with pytest.raises(NotAllowed):
        approve_statement(statement=statement, act=word(statement), digest=read, by=ana, now=NOW)
    with pytest.raises(WrongState, match="cambió mientras tanto"):
        approve_statement(statement=statement, act=word(statement), digest="otro", by=carmen, now=NOW)
    with pytest.raises(Refused, match="Vocería"):
        approve_statement(statement=statement, act=word(statement, Office.OTHER), digest=read, by=carmen, now=NOW)
    approve_statement(statement=statement, act=word(statement), digest=read, by=carmen, now=NOW)
    with pytest.raises(WrongState, match="ya aprobó"):
        write_statement(statement=statement, facts="", text="Otro", by=ana, now=NOW)
    with pytest.raises(DatabaseError, match="approved_is_final"), transaction.atomic():
        Statement.objects.update(text="Otro")
    publication = draft_publication(source=ref, key=None, by=ana, now=NOW)
    assert (publication.text, publication.title) == (TEXT, "El arancel al café no cambia.")
    events = Event.objects.filter(event_type__in=["statement.written", "act.recorded", "statement.approved"])
    assert [one.event_type for one in events.order_by("pk")] == [
        "statement.written",
        "act.recorded",
        "statement.approved",
    ]


@pytest.mark.procedure("T-3")
def test_a_statement_needs_its_spokesperson_and_the_decision_in_force(
    statement: Statement, coffee: Topic, ana: Member, carmen: Member
) -> None:
    with pytest.raises(Refused, match="Escribe quién de la vocería"):
        decide(coffee, carmen, DecisionKind.ANSWER)
    decide(coffee, ana, DecisionKind.NOTHING)
    with pytest.raises(WrongState, match="Después se decidió otra cosa"):
        write_statement(statement=statement, facts="", text=TEXT, by=ana, now=NOW)


@pytest.mark.procedure("T-4")
def test_the_room_stops_publications_and_not_answers_and_one_person_decides(
    coffee: Topic, ana: Member, carmen: Member, marta: Member, dario: Member
) -> None:
    account = Account.objects.create(
        entity=ana.entity,
        network="x",
        handle="mincomercio",
        display_name="MinComercio",
        purpose="Institucional",
        registered_at=NOW,
    )
    stopped = delivery(account, "publication")
    answer = delivery(account, "answer")
    room = crisis.open_room(reason="Un incendio en la feria.", decider=marta, by=ana, now=NOW)
    assert set(Delivery.objects.filter(not_held())) == {answer}
    assert held_among([stopped, answer]) == {stopped.pk}
    assert (why_held(stopped), why_held(answer)) == ("Estaba en pausa, por Ana Rojas: Un incendio en la feria.", "")
    with pytest.raises(WrongState, match="Ya hay una sala"):
        crisis.open_room(reason="Otra", decider=marta, by=carmen, now=NOW)
    with pytest.raises(NotAllowed, match="decide Marta Gil"):
        decide(coffee, ana)
    decide(coffee, marta, DecisionKind.NOTHING)  # who decides, decides everything
    with pytest.raises(NotAllowed):
        crisis.agree_line(room=room, text="Nadie resultó herido.", by=ana, now=NOW)
    with pytest.raises(Refused, match="No encontramos"):
        crisis.note(room=room, text="Hola", by=dario, now=NOW)
    crisis.agree_line(room=room, text="Se evacuó la feria.", by=marta, now=NOW)
    crisis.note(room=room, text="Llamó el alcalde.", by=ana, now=NOW)
    crisis.agree_line(room=room, text="Nadie resultó herido.", by=marta, now=NOW)
    assert queries.log_of(room)[0].text == "Nadie resultó herido."
    closed = crisis.close_room(room=room, closing="La feria abre mañana.", by=carmen, now=NOW + timedelta(hours=1))
    assert [one.topic for one in queries.decisions_during(closed)] == [coffee]
    assert Delivery.objects.filter(not_held()).count() == 2
    events = Event.objects.filter(event_type__startswith="crisis.").order_by("pk")
    assert [event.event_type for event in events] == [
        "crisis.opened",
        "crisis.line",
        "crisis.noted",
        "crisis.line",
        "crisis.closed",
    ]
    with pytest.raises(DatabaseError, match="closed_is_final"), transaction.atomic():
        type(room).objects.update(closing="Otra cosa")


def delivery(account: Account, kind: str) -> Delivery:
    return Delivery.objects.create(
        entity=account.entity,
        account=account,
        subject_kind=kind,
        subject_id=1,
        subject_name="Feria",
        due_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        prepare_at=NOW,
        ready_at=NOW,
        payload={},
        fingerprint="x",
    )


@pytest.mark.procedure("T-4")
def test_every_page_says_that_a_crisis_room_is_open(ana: Member, marta: Member, client: Any) -> None:
    room = crisis.open_room(reason="Un incendio.", decider=marta, by=ana, now=timezone.now())
    client.force_login(ana.user)
    assert "Sala de crisis: no sale ninguna publicación" in client.get("/parrilla/", follow=True).content.decode()
    page = client.get(room.get_absolute_url()).content.decode()
    assert "Marta Gil" in page
    assert client.get("/temas/crisis/")["Location"] == room.get_absolute_url()
