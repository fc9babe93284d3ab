"""Press questions: recognised, with a deadline, and with notes that only who advises or coordinates reads (N-5)."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from pregonero.dashboard.queries import today_of
from pregonero.dashboard.search import search
from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.contacts import erase_contact
from pregonero.inbox.actions.press import add_reserved_note, set_press_deadline
from pregonero.inbox.actions.triage import add_note, sort_conversation
from pregonero.inbox.contact_data import data_of
from pregonero.inbox.models import Conversation, PressDeadline, ReservedNote
from pregonero.inbox.press import deadline_of, open_press, reserved_notes_of
from pregonero.inbox.states import Question
from pregonero.networks.models import Account
from pregonero.people.actions import Absence, name_stand_in
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.records.models import Event, EventText
from pregonero.reports.queries import expediente_of
from tests.conftest import member
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("N-5")
SECRET = "La fuente es el viceministro Quiñonez"
Visit = Callable[[Member], Client]


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write) -> Conversation:
    write(page, post_at(lab, page, "Abierta"), "Soy periodista de El Diario, ¿tienen la cifra de agosto?")
    return read_all(page)[0]


@pytest.fixture
def press(conversation: Conversation, ana: Member, marta: Member) -> Conversation:
    """A confirmed press question with a reserved note."""
    now = timezone.now()
    confirmed = sort_conversation(conversation=conversation, question=Question.PRESS, reason="", by=ana, now=now)
    add_reserved_note(conversation=confirmed, text=SECRET, by=marta, now=now)
    return confirmed


@pytest.fixture
def auditor(marta: Member) -> Member:
    return member(marta.entity, "cora", "Cora Díaz", Role.AUDITOR)


def visit(person: Member) -> Client:
    browser = Client()
    browser.force_login(person.user)
    return browser


def groups_of(person: Member) -> dict[str, list[str]]:
    groups = today_of(person, now=timezone.now()).groups
    return {group.kind.key: [task.why for task in group.tasks] for group in groups}


def test_a_press_question_goes_to_the_adviser_with_its_deadline(
    conversation: Conversation, ana: Member, marta: Member
) -> None:
    assert conversation.question == Question.PRESS  # recognised, for a person to confirm
    assert "por confirmar" in groups_of(marta)["press"][0]
    now = timezone.now()

    sort_conversation(conversation=conversation, question=Question.PRESS, reason="", by=ana, now=now)

    deadline = deadline_of(conversation)
    assert deadline is not None and now < deadline.due_at
    assert "Plazo: " in marta.notices.get(kind="conversation.press").why
    assert "plazo: " in groups_of(marta)["press"][0]
    assert "press" not in groups_of(ana) and "answer" not in groups_of(ana)
    assert "answer" not in groups_of(marta)


def test_the_deadline_is_the_journalists_when_somebody_writes_it(
    press: Conversation, ana: Member, marta: Member, auditor: Member
) -> None:
    day, path = timezone.localdate() + timedelta(days=3), f"/conversacion/{press.pk}/plazo/"
    assert visit(auditor).post(path, {"day": f"{day}", "hour": "16:30"}).status_code == 403
    refused = visit(ana).post(path, {"day": "2020-01-01", "hour": "16:30"})
    assert refused.status_code == 422 and "no haya pasado" in refused.content.decode()

    visit(ana).post(path, {"day": f"{day}", "hour": "16:30"})

    (row,) = open_press(marta)
    assert row.due_at is not None and timezone.localtime(row.due_at).strftime("%H:%M") == "16:30"
    assert Event.objects.filter(event_type="press.deadline").count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        PressDeadline.objects.update(due_at=timezone.now())
    sort_conversation(conversation=press, question=Question.NONE, reason="No lo es", by=ana, now=timezone.now())
    with pytest.raises(WrongState, match="de prensa"):
        set_press_deadline(conversation=press, due_at=row.due_at, by=ana, now=timezone.now())


def test_who_neither_advises_nor_coordinates_writes_no_reserved_note(
    press: Conversation, ana: Member, auditor: Member
) -> None:
    with pytest.raises(Refused, match="reservada"):
        add_reserved_note(conversation=press, text="x", by=ana, now=timezone.now())
    with pytest.raises(NotAllowed):
        add_reserved_note(conversation=press, text="x", by=auditor, now=timezone.now())


def test_the_page_shows_it_to_the_adviser_and_the_coordinator(
    press: Conversation, marta: Member, carmen: Member
) -> None:
    for reader in (marta, carmen):
        assert SECRET in visit(reader).get(press.get_absolute_url()).content.decode()


def test_no_page_shows_it_to_anybody_else(
    press: Conversation, ana: Member, luis: Member, auditor: Member, citizen_relations: Member
) -> None:
    of_it = (press.get_absolute_url(), press.contact.get_absolute_url())
    paths = ("/", "/conversacion/", *of_it, "/peticiones/", "/buscar/?q=Quiñonez", "/avisos/")
    for person in (ana, luis, auditor, citizen_relations):
        for path in paths:
            assert SECRET not in visit(person).get(path).content.decode(), (person, path)
        assert reserved_notes_of(press, member=person, today=timezone.localdate()) == []


def test_no_query_search_export_or_record_has_its_words(
    press: Conversation, carmen: Member, marta: Member, ana: Member
) -> None:
    now = timezone.now()
    add_note(conversation=press, text="Llamó", by=ana, now=now)

    assert [note.text for note in queries.notes_of(press)] == ["Llamó"]
    assert SECRET not in str(search(marta, "Quiñonez", now=now))
    assert SECRET not in json.dumps(data_of(press.contact))
    exported = visit(carmen).get(f"{press.contact.get_absolute_url()}datos/").content.decode()
    assert "Quiñonez" not in exported
    assert not EventText.objects.filter(text__contains="Quiñonez").exists()
    assert not [event for event in Event.objects.all() if "Quiñonez" in f"{event.facts}{event.label}"]


def test_the_expediente_has_none_of_its_words(lab: Lab, press: Conversation, marta: Member) -> None:
    """The expediente of its publication shows the conversation, and reads no notes."""
    Conversation.objects.filter(pk=press.pk).update(subject_kind="publication", subject_id=1, subject_name="Una")

    shown = queries.conversations_under(Conversation.objects.get(pk=press.pk).subject)

    assert [one.pk for one in shown] == [press.pk]
    assert SECRET not in str([vars(one) for one in shown])
    assert "notes" not in Path(expediente_of.__code__.co_filename).read_text(encoding="utf-8")


def test_a_stand_in_reads_it_only_while_they_stand_in(
    press: Conversation, marta: Member, carmen: Member, ana: Member
) -> None:
    today = timezone.localdate()
    absence = Absence(role=Role.ADVISER, starts_on=today, ends_on=today + timedelta(days=2), reason="Vacaciones")
    name_stand_in(absent=marta, member=ana, absence=absence, by=carmen, now=timezone.now())
    ana = Member.objects.get(pk=ana.pk)

    def read(on: date) -> list[str]:
        return [note.text for note in reserved_notes_of(press, member=ana, today=on)]

    assert (read(today), read(today + timedelta(days=3))) == ([SECRET], [])


def test_only_one_module_reads_reserved_notes() -> None:
    """A list, a search or an export that is written later cannot meet them by accident."""
    root = Path(__file__).resolve().parents[2] / "pregonero"
    naming = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if re.search(r"\bReservedNote\.objects\b|inbox_reservednote", path.read_text(encoding="utf-8"))
        and "migrations" not in path.parts
    }
    assert naming == {"inbox/press.py", "inbox/actions/press.py"}
    assert ReservedNote._meta.get_field("conversation").remote_field.hidden


@pytest.mark.procedure("N-7")
def test_the_erasure_of_a_person_reaches_the_reserved_notes_about_them(press: Conversation, carmen: Member) -> None:
    erase_contact(contact=press.contact, reason="Solicitud 7", by=carmen, now=timezone.now())

    assert [note.text for note in reserved_notes_of(press, member=carmen, today=timezone.localdate())] == ["(borrado)"]
