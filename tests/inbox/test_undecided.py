"""An answer that nobody could find at its network: a person decides, and comes back to its conversation (Q-1, Q-6)."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.inbox.models import Conversation
from pregonero.inbox.states import AnswerState, Question
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.outbox.subjects import DeliveryEvent, notify_owner
from pregonero.people.models import Member, Notice
from tests.inbox.test_answers import Ask, ask, send, sorted_as
from tests.publishing.test_states import put

__all__ = ["ask"]
pytestmark = pytest.mark.procedure("Q-1", "Q-6")


@pytest.fixture
def undecided(ask: Ask, ana: Member) -> tuple[Conversation, Delivery]:
    """A conversation whose answer may be public or not."""
    conversation = sorted_as(Question.BASIC, ask(), ana)
    send(conversation, ana)
    delivery = Delivery.objects.get()
    put(delivery, DeliveryState.NEEDS_PERSON)
    delivery.refresh_from_db()
    return conversation, delivery


@pytest.fixture
def client(ana: Member) -> Client:
    signed_in = Client()
    signed_in.force_login(ana.user)
    return signed_in


def test_its_notice_opens_the_decision(undecided: tuple[Conversation, Delivery], ana: Member) -> None:
    _, delivery = undecided
    notify_owner(delivery, DeliveryEvent.NEEDS_PERSON, now=timezone.now())
    notice = Notice.objects.get(member=ana, kind=DeliveryEvent.NEEDS_PERSON)
    assert notice.path == reverse("publishing:resolution", args=[delivery.pk])


def test_the_decision_leads_back_to_the_conversation(undecided: tuple[Conversation, Delivery], client: Client) -> None:
    conversation, delivery = undecided
    page = client.get(reverse("publishing:resolution", args=[delivery.pk])).content.decode()
    assert conversation.get_absolute_url() in page and "expediente" not in page.partition("<main")[2]

    form = {"attempt": delivery.attempts_made, "reason": "No está en la red."}
    answer = client.post(reverse("publishing:confirm_not_published", args=[delivery.pk]), form)
    assert (answer.status_code, answer.headers["Location"]) == (302, conversation.get_absolute_url())
    again = client.get(reverse("publishing:resolution", args=[delivery.pk]))
    assert again.headers["Location"] == conversation.get_absolute_url()
    assert conversation.answers.get().state == AnswerState.SENDING
