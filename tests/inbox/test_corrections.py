"""Answers that expire with their fact are listed on Hoy and corrected once (Q-2)."""

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from pregonero.dashboard.queries import today_of
from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.corrections import send_correction
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Answer
from pregonero.inbox.states import AnswerKind, Question
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from tests.inbox.conftest import Write, post_at, read_all, send_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-2")


@pytest.fixture
def outdated(lab: Lab, page: Account, write: Write, news: News, ana: Member) -> Answer:
    """An answer that went out with a date that the news item changed later."""
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta qué fecha está abierta la convocatoria?")
    now, (conversation,) = timezone.now(), read_all(page)
    conversation = sort_conversation(conversation=conversation, question=Question.BASIC, reason="", by=ana, now=now)
    written = WrittenAnswer("Hasta el 15 de diciembre.", uuid.uuid4(), conversation.revision, news)
    answer = send_answer(conversation=conversation, written=written, by=ana, now=now)
    send_all(page)
    news.body, news.edited_at = news.body.replace("15 de diciembre", "20 de diciembre"), timezone.now()
    news.save()
    answer.refresh_from_db()
    return answer


def corrections_on_hoy(person: Member) -> int:
    groups = {group.kind.key: group.total for group in today_of(person, now=timezone.now()).groups}
    return groups.get("corrections", 0)


def test_the_correction_is_ready_goes_out_once_and_leaves_hoy(
    outdated: Answer, ana: Member, luis: Member, page: Account, lab: Lab
) -> None:
    assert (corrections_on_hoy(ana), corrections_on_hoy(luis)) == (1, 0)
    browser = Client()
    browser.force_login(ana.user)
    html = browser.get("/conversacion/respuestas/por-corregir/").content.decode()
    assert (
        "Corrección: la información que te dimos cambió. La convocatoria para exportar está abierta hasta el 20" in html
    )

    browser.post(f"/conversacion/respuestas/{outdated.pk}/correccion/", {"text": "Corrección: es hasta el 20."})
    send_all(page)

    assert lab.posts(network="facebook", account=page.remote_id)[-1]["text"] == "Corrección: es hasta el 20."
    correction = Answer.objects.get(kind=AnswerKind.CORRECTION)
    assert (correction.state, correction.corrects, correction.message) == ("PUBLISHED", outdated, outdated.message)
    assert queries.outdated_answers(ana.entity) == []
    assert corrections_on_hoy(ana) == 0
    with pytest.raises(WrongState, match="ya se corrigió"):
        send_correction(answer=outdated, text="Otra", by=ana, now=timezone.now())


@pytest.mark.procedure("Q-3")
def test_what_went_to_pqrsd_meanwhile_is_not_corrected_either(outdated: Answer, ana: Member, luis: Member) -> None:
    now = timezone.now()
    with pytest.raises(NotAllowed):
        send_correction(answer=outdated, text="x", by=luis, now=now)
    sort_conversation(conversation=outdated.conversation, question=Question.PQRSD, reason="Es su caso", by=ana, now=now)
    with pytest.raises(Refused, match="PQRSD"):
        send_correction(answer=outdated, text="x", by=ana, now=now)
    with pytest.raises(DatabaseError, match="only_redirect"), transaction.atomic():
        Answer.objects.create(
            conversation=outdated.conversation,
            message=outdated.message,
            key=uuid.uuid4(),
            corrects=outdated,
            kind=AnswerKind.CORRECTION,
            text="x",
            by=ana,
            at=now,
        )
