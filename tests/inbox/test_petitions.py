"""A petition found in a conversation is handed over, numbered, told to the person and followed (Q-5)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.inbox.actions.petitions import PetitionOpening, open_petition, record_number, record_step
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Answer, Conversation, LegalDate, Petition, PetitionStep
from pregonero.inbox.petition_clock import PetitionKind, Step, StepKind, silence_of_documents
from pregonero.inbox.petitions import FEATURES, calendar_file, count_of, row_of
from pregonero.inbox.states import AnswerKind, Question
from pregonero.inbox.tasks import recount_petitions
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from pregonero.ui.templatetags.ui_time import day_words
from tests.inbox.conftest import Write, post_at, read_all, send_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-5")
OPENING = PetitionOpening(PetitionKind.DOCUMENTS, dict.fromkeys(FEATURES, True), "rosa@correo.test")


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write, ana: Member) -> Conversation:
    write(page, post_at(lab, page, "Balance de la feria"), "Solicito copia del contrato de la feria de mayo.")
    (found,) = read_all(page)
    assert found.question == Question.PETITION, "the rules propose it"
    return sort_conversation(conversation=found, question=Question.PETITION, reason="", by=ana, now=timezone.now())


@pytest.fixture
def petition(conversation: Conversation, ana: Member, citizen_relations: Member) -> Petition:
    return open_petition(conversation=conversation, opening=OPENING, by=ana, now=timezone.now())


def test_it_is_handed_over_once_with_its_features_and_the_office_is_told(
    petition: Petition, conversation: Conversation, ana: Member, citizen_relations: Member
) -> None:
    assert citizen_relations.notices.filter(kind="petition.opened").exists()
    assert count_of(petition).due_on is not None
    opened = Event.objects.get(event_type="petition.opened")
    assert opened.facts["features"] == dict.fromkeys(FEATURES, True)
    assert "contrato" not in str(opened.facts), "the record keeps no words of the person (N-7)"
    with pytest.raises(WrongState, match="ya se envió"):
        open_petition(conversation=conversation, opening=OPENING, by=ana, now=timezone.now())


def test_only_a_confirmed_petition_is_handed_over(conversation: Conversation, ana: Member) -> None:
    sort_conversation(
        conversation=conversation, question=Question.BASIC, reason="Era otra cosa", by=ana, now=timezone.now()
    )

    with pytest.raises(WrongState, match="Confirma primero"):
        open_petition(conversation=conversation, opening=OPENING, by=ana, now=timezone.now())


def test_the_number_comes_back_and_the_person_is_told_it_with_the_date(
    petition: Petition, citizen_relations: Member, ana: Member, lab: Lab, page: Account
) -> None:
    now = timezone.now()
    with pytest.raises(NotAllowed):
        record_number(petition=petition, number="2026-1", by=ana, now=now)
    record_number(petition=petition, number="2026-104512", by=citizen_relations, now=now)

    send_all(page)

    told = lab.posts(network="facebook", account=page.remote_id)[-1]["text"]
    assert "2026-104512" in told and f"{count_of(petition).due_on:%d/%m/%Y}" in told
    assert Answer.objects.get().kind == AnswerKind.NUMBER
    with pytest.raises(WrongState, match="Ya tiene el radicado"):
        record_number(petition=petition, number="2026-2", by=citizen_relations, now=now)


def test_a_step_that_the_law_does_not_allow_leaves_nothing(petition: Petition, citizen_relations: Member) -> None:
    now = timezone.now()
    until = (now + timedelta(days=400)).date()

    with pytest.raises(Refused, match="doble del plazo"):
        record_step(petition=petition, step=Step(StepKind.EXTENDED, now, until), note="", by=citizen_relations, now=now)
    with pytest.raises(Refused, match="ya haya pasado"):
        record_step(
            petition=petition,
            step=Step(StepKind.ANSWERED, now + timedelta(days=1)),
            note="",
            by=citizen_relations,
            now=now,
        )
    assert [step.kind for step in PetitionStep.objects.all()] == [StepKind.RECEIVED]


def test_a_new_law_of_holidays_counts_again_and_keeps_both_dates(petition: Petition, citizen_relations: Member) -> None:
    (first,) = petition.legal_dates.all()
    assert first.due_on is not None
    recount_petitions(timestamp=int(timezone.now().timestamp()))
    assert petition.legal_dates.count() == 1, "the same law counts nothing again"
    earlier = first.due_on - timedelta(days=1)
    LegalDate.objects.create(
        petition=petition, due_on=earlier, norm=first.norm, cause="RECEIVED", data_version=1, at=timezone.now()
    )
    for _ in range(2):
        recount_petitions(timestamp=int(timezone.now().timestamp()))

    assert [date.cause for date in petition.legal_dates.order_by("pk")] == ["RECEIVED", "RECEIVED", "LAW"]
    event = Event.objects.get(event_type="petition.recounted")
    assert (event.facts["before"], event.facts["after"]) == (f"{earlier}", f"{first.due_on}")
    title = citizen_relations.notices.get(kind__startswith="petition.recounted").title
    assert f"{earlier:%d/%m/%Y} → {first.due_on:%d/%m/%Y}" in title


def test_a_petition_with_priority_goes_first(petition: Petition, conversation: Conversation) -> None:
    row = row_of(petition, today=timezone.localdate())
    urgent = replace(row, petition=Petition(pk=petition.pk + 1, priority="JOURNALIST"))
    answered = replace(urgent, count=replace(row.count, ended_on=timezone.localdate()))
    assert sorted([answered, row, urgent], key=lambda row: row.order) == [urgent, row, answered]


def test_its_state_is_shown_in_the_conversation(petition: Petition, conversation: Conversation, ana: Member) -> None:
    browser = Client()
    browser.force_login(ana.user)
    page = browser.get(conversation.get_absolute_url()).content.decode()
    assert "a tiempo" in page and (due_on := count_of(petition).due_on)
    assert f"Su fecha legal es el {day_words(due_on, timezone.now())}." in page


def test_the_answer_ends_it(petition: Petition, citizen_relations: Member) -> None:
    now = timezone.now()
    record_step(petition=petition, step=Step(StepKind.ANSWERED, now), note="Por correo", by=citizen_relations, now=now)

    assert row_of(petition, today=timezone.localdate(now)).word == "terminada a tiempo"


def test_the_date_is_offered_as_a_calendar_file(petition: Petition) -> None:
    text = calendar_file(petition, now=timezone.now())

    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert f"DTSTART;VALUE=DATE:{count_of(petition).due_on:%Y%m%d}" in text
    assert all(len(line) <= 75 for line in text.split("\r\n"))


def test_the_pages_show_it_to_who_may_see_it(
    petition: Petition, ana: Member, luis: Member, citizen_relations: Member, dario: Member
) -> None:
    browser = Client()
    browser.force_login(citizen_relations.user)
    html = browser.get(f"/peticiones/{petition.pk}/").content.decode()
    assert "Solicito copia del contrato" in html and "Día por día" in html and "Guardar y avisarle" in html
    silence = silence_of_documents(count_of(petition))
    assert silence and f"se entienden concedidos el {day_words(silence[0], timezone.now())}" in html
    assert "a tiempo" in browser.get("/peticiones/").content.decode()
    assert browser.get(f"/peticiones/{petition.pk}/calendario/")["Content-Type"].startswith("text/calendar")

    refused = browser.post(f"/peticiones/{petition.pk}/paso/", {"kind": "EXTENDED", "day": "2026-11-30"})
    assert refused.status_code == 422 and "Escribe hasta qué fecha se amplía." in refused.content.decode()
    browser.post(f"/peticiones/{petition.pk}/radicado/", {"number": "2026-9"})
    petition.refresh_from_db()
    assert petition.number == "2026-9"

    browser.force_login(ana.user)
    assert "Guardar y avisarle" not in browser.get(f"/peticiones/{petition.pk}/").content.decode()
    assert browser.post(f"/peticiones/{petition.pk}/radicado/", {"number": "1"}).status_code in (403, 409)
    browser.force_login(luis.user)
    assert browser.get("/peticiones/").status_code == 403
    browser.force_login(dario.user)
    assert browser.get(f"/peticiones/{petition.pk}/").status_code == 404
