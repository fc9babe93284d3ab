"""An answer is undone in its first seconds, before it is sent; what is being sent or is out stays out (Q-2)."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.database import database_now
from pregonero.errors import NotAllowed, WrongState
from pregonero.inbox import composer_queries
from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.composer import save_draft
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.actions.undo import undo_answer
from pregonero.inbox.models import Answer, Conversation
from pregonero.inbox.states import AnswerState, ConversationState, Question
from pregonero.networks.base import Permanent, Published
from pregonero.networks.models import Account
from pregonero.outbox import sender
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from tests.inbox.conftest import Write, let_undo_pass, post_at, read_all, send_all
from tests.lab.process import Lab
from tests.publishing.results import settle_published, settle_rejected

pytestmark = pytest.mark.procedure("Q-2")
TEXT = "Hasta el 15 de diciembre."


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write, ana: Member) -> Conversation:
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta qué fecha está abierta?")
    return sort_conversation(
        conversation=read_all(page)[0], question=Question.BASIC, reason="", by=ana, now=timezone.now()
    )


def answer_it(conversation: Conversation, by: Member, text: str = TEXT) -> Answer:
    conversation.refresh_from_db()
    written = WrittenAnswer(text, uuid.uuid4(), conversation.revision)
    return send_answer(conversation=conversation, written=written, by=by, now=timezone.now())


def test_undone_in_time_nothing_is_sent_and_the_text_is_back(
    conversation: Conversation, ana: Member, page: Account, lab: Lab
) -> None:
    browser, base = Client(), f"/conversacion/{conversation.pk}/"
    browser.force_login(ana.user)
    form = {"text": TEXT, "key": str(uuid.uuid4()), "seen": conversation.revision}
    sent = browser.post(f"{base}respuesta/", form, follow=True).content.decode()
    undo = f"/conversacion/respuestas/{Answer.objects.get().pk}/deshacer/"
    assert undo in sent

    back = browser.post(undo, {"page": base}, follow=True).content.decode()
    send_all(page)

    assert "La respuesta no salió: el texto volvió a tu borrador." in back and f"{TEXT}</textarea>" in back
    answer = Answer.objects.get()
    conversation.refresh_from_db()
    assert (answer.state, conversation.state) == (AnswerState.FAILED, ConversationState.OPEN)
    assert answer.undone_at and Delivery.objects.get().state == "CANCELLED"
    assert [post["text"] for post in lab.posts(network="facebook", account=page.remote_id)] == [
        "Abierta la convocatoria"
    ]
    answer_it(conversation, ana, "Hasta el 20.")
    send_all(page)
    assert lab.posts(network="facebook", account=page.remote_id)[-1]["text"] == "Hasta el 20."


def test_what_is_being_sent_or_is_out_is_not_undone(conversation: Conversation, ana: Member, page: Account) -> None:
    answer = answer_it(conversation, ana)
    let_undo_pass(page)
    promote_due(now=database_now())
    sender.prepare_delivery(delivery_id=Delivery.objects.get().pk, worker="w")
    (job,) = sender.claim(account_id=page.pk, worker="w", limit=1)
    with pytest.raises(WrongState, match="Ya se está enviando"):
        undo_answer(answer=answer, by=ana, now=timezone.now())

    sender.store_results([sender.make_public(job)])
    with pytest.raises(WrongState, match="ya salió"):
        undo_answer(answer=answer, by=ana, now=timezone.now())
    assert Answer.objects.get().state == AnswerState.PUBLISHED


def test_only_its_author_undoes_it_and_no_draft_is_lost(conversation: Conversation, ana: Member, beto: Member) -> None:
    answer = answer_it(conversation, ana)
    save_draft(conversation=conversation, text="Yo digo otra cosa", by=beto, now=timezone.now())
    save_draft(conversation=conversation, text="Algo más", by=ana, now=timezone.now())
    with pytest.raises(NotAllowed, match="Ana Rojas"):
        undo_answer(answer=answer, by=beto, now=timezone.now())

    undo_answer(answer=answer, by=ana, now=timezone.now())

    drafts = [composer_queries.draft_by(conversation, person) for person in (ana, beto)]
    assert [draft.text for draft in drafts if draft] == [f"Algo más\n\n{TEXT}", "Yo digo otra cosa"]


@pytest.mark.parametrize("second", ["waits", "is being sent"])
def test_a_late_yes_leaves_one_answer_while_the_second_has_not_gone(
    second: str, conversation: Conversation, ana: Member, page: Account
) -> None:
    """The first seemed refused, so that a second was written; then the network says that the first is out."""
    first = answer_it(conversation, ana)
    let_undo_pass(page)
    promote_due(now=database_now())
    sender.prepare_delivery(delivery_id=Delivery.objects.get().pk, worker="w")
    (job,) = sender.claim(account_id=page.pk, worker="w", limit=1)
    settle_rejected(job=job, error=Permanent("No.", code="403"), now=timezone.now())
    other = answer_it(conversation, ana, "Otra vez.")
    if second == "is being sent":
        let_undo_pass(page)
        promote_due(now=database_now())
        sender.prepare_delivery(delivery_id=Delivery.objects.latest("pk").pk, worker="w")
        sender.claim(account_id=page.pk, worker="w", limit=1)

    settle_published(job=job, published=Published("777", "https://www.facebook.com/777"), now=timezone.now())

    first.refresh_from_db()
    other.refresh_from_db()
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.ANSWERED
    if second == "waits":
        assert (first.state, other.state) == (AnswerState.PUBLISHED, AnswerState.FAILED)
        assert Delivery.objects.latest("pk").state == "CANCELLED"
    else:
        assert (first.state, other.state) == (AnswerState.FAILED, AnswerState.SENDING)
        assert "dos respuestas" in first.problem and first.remote_id == "777"
