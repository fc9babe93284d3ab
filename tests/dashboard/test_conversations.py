"""What people wrote and nobody answered is on Hoy, of who answers it and of nobody else (Q-1, Q-5)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from pregonero.dashboard.frame import count_frame
from pregonero.dashboard.queries import today_of
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.petitions import PetitionOpening, open_petition, record_number
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Conversation, Stream
from pregonero.inbox.petition_clock import PetitionKind
from pregonero.inbox.states import Question
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.conftest import member

pytestmark = pytest.mark.procedure("Q-1")


@pytest.fixture
def conversation(accounts: dict[str, Account]) -> Conversation:
    now = timezone.now()
    open_streams(accounts=[accounts["facebook"]], now=now)
    item = Interaction(
        remote_id="c1",
        kind=InteractionKind.COMMENT,
        text="Solicito copia del contrato",
        author=Author("p1", name="Rosa Mejía"),
        written_at=datetime.now(UTC) - timedelta(hours=2),
        thread_id="c1",
        parent_id="post",
        post_id="post",
    )
    receive_reading(stream=Stream.objects.get(name="comments"), reading=Reading((item,)), now=now)
    return Conversation.objects.get()


def groups_of(person: Member) -> dict[str, list[str]]:
    groups = today_of(person, now=timezone.now()).groups
    return {group.kind.key: [task.title for task in group.tasks] for group in groups}


def test_a_conversation_waits_on_hoy_of_who_answers(conversation: Conversation, ana: Member, luis: Member) -> None:
    assert groups_of(ana)["answer"] == ["Rosa Mejía en Facebook"]
    assert "answer" not in groups_of(luis)
    assert count_frame(ana, now=timezone.now()).counts["conversacion"].text == "1"
    assert "conversacion" not in count_frame(luis, now=timezone.now()).counts


@pytest.mark.procedure("Q-5")
def test_a_petition_waits_for_its_number_on_hoy_of_its_office(conversation: Conversation, ana: Member) -> None:
    now = timezone.now()
    rita = member(ana.entity, "rita", "Rita Lara", Role.CITIZEN_RELATIONS)
    sort_conversation(conversation=conversation, question=Question.PETITION, reason="", by=ana, now=now)
    opening = PetitionOpening(PetitionKind.GENERAL, {})
    petition = open_petition(conversation=conversation, opening=opening, by=ana, now=now)

    assert groups_of(rita)["petitions"] == ["Petición sin radicado"]
    assert "petitions" not in groups_of(ana)
    record_number(petition=petition, number="2026-1", by=rita, now=now)
    assert "petitions" not in groups_of(rita)
