"""Two people at one conversation, at the same time: never two answers, and no draft is lost (Q-1, Q-2).

A seeded scheduler lets one person's connection run one statement at a time, so that each seed is one interleaving of
the statements of both, on the real database. The worker's claim takes part as a third.
"""

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from django.db.models import Count, Q
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero.errors import Refused
from pregonero.inbox import queries
from pregonero.inbox.actions import triage
from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.composer import save_draft
from pregonero.inbox.actions.undo import undo_answer
from pregonero.inbox.models import Answer, Conversation, Draft, Message, Stream
from pregonero.inbox.states import Question
from pregonero.networks.actions.register import register_account
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database

pytestmark = [pytest.mark.procedure("Q-1"), pytest.mark.procedure("Q-2")]
BLOCKED_AFTER = 0.03  # seconds without reaching the next statement: it waits for a lock, and the other goes on
FEW, MANY = 40, 1000
ACTS = ("draft", "send", "send", "undo", "press again", "assign", "write again", "close", "claim")


class Turns:
    """Whose statement runs next, drawn from a seed. A connection that waits for a lock misses its turn."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._changed = threading.Condition()
        self._waiting, self._running, self._left = set[str](), set[str](), set[str]()
        self._granted = ""

    def enter(self, names: list[str]) -> None:
        self._running = set(names)

    def statement(self, name: str) -> None:
        """Wait until the scheduler lets this connection run its next statement."""
        with self._changed:
            self._running.discard(name)
            self._waiting.add(name)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._granted == name)
            self._granted = ""
            self._waiting.discard(name)
            self._running.add(name)
            self._changed.notify_all()

    def leave(self, name: str) -> None:
        with self._changed:
            self._running.discard(name)
            self._left.add(name)
            self._changed.notify_all()

    def _everybody_stands(self) -> bool:
        return not self._running and not self._granted and bool(self._waiting)

    def run(self, everybody: int) -> None:
        """Give turns until everybody has left."""
        while len(self._left) < everybody:
            with self._changed:
                if not self._changed.wait_for(self._everybody_stands, timeout=BLOCKED_AFTER) and not self._granted:
                    self._running.clear()  # they wait for a lock; each comes back at its next statement
                if self._waiting and not self._granted:
                    self._granted = self._draw.choice(sorted(self._waiting))
                    self._changed.notify_all()


@dataclass
class Person:
    """What somebody does at the conversation, the text that they are writing, and what they were refused."""

    member: Member
    acts: list[str]
    text: str = ""
    last: WrittenAnswer | None = None
    answer: Answer | None = None
    refusals: list[str] = field(default_factory=list)

    def do(self, act: str, conversation: Conversation) -> None:
        now = timezone.now()
        try:
            getattr(self, act.replace(" ", "_"))(conversation, now)
        except Refused as refusal:
            self.refusals.append(refusal.message)

    def draft(self, conversation: Conversation, now: Any) -> None:
        self.text = f"{self.member.name} {uuid.uuid4().hex[:6]}"
        save_draft(conversation=conversation, text=self.text, by=self.member, now=now)

    def send(self, conversation: Conversation, now: Any) -> None:
        self.draft(conversation, now)
        seen = queries.get_conversation(member=self.member, pk=conversation.pk).revision
        self.last = WrittenAnswer(self.text, uuid.uuid4(), seen)
        self.answer = send_answer(conversation=conversation, written=self.last, by=self.member, now=now)

    def press_again(self, conversation: Conversation, now: Any) -> None:
        if self.last is not None:
            send_answer(conversation=conversation, written=self.last, by=self.member, now=now)

    def undo(self, conversation: Conversation, now: Any) -> None:
        if self.answer is not None:
            undo_answer(answer=self.answer, by=self.member, now=now)

    def assign(self, conversation: Conversation, now: Any) -> None:
        triage.assign_conversation(conversation=conversation, assignee=self.member, by=self.member, now=now)

    def close(self, conversation: Conversation, now: Any) -> None:
        triage.close_conversation(conversation=conversation, reason="Ya está", by=self.member, now=now)

    def write_again(self, conversation: Conversation, now: Any) -> None:
        """The citizen writes again meanwhile."""
        receive_reading(stream=Stream.objects.get(), reading=Reading((written(conversation.thread_id),)), now=now)

    def claim(self, conversation: Conversation, now: Any) -> None:
        """A worker takes what is due, as the claim does: it locks the delivery and sets it being sent."""
        for delivery in Delivery.objects.filter(account=conversation.account, state=DeliveryState.PLANNED):
            Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.PLANNED).update(state=DeliveryState.DUE)
            taken = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.DUE)
            taken.update(state=DeliveryState.SENDING, attempts_made=1, leased_by="w", leased_until=now)


def written(thread: str = "") -> Interaction:
    id = uuid.uuid4().hex
    return Interaction(
        remote_id=id,
        kind=InteractionKind.COMMENT,
        text="¿Hasta cuándo?",
        author=Author(thread or id, name="Rosa"),
        written_at=timezone.now(),
        thread_id=thread or id,
        parent_id=thread or "post",
        post_id="post",
    )


@pytest.fixture(scope="module")
def people(django_db_blocker: DjangoDbBlocker) -> Iterator[list[Member]]:
    """Two people who answer for an entity with one account, in a database of its own."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        now = timezone.now()
        carmen = member(register_mincomercio(now), "carmen", "Carmen", Role.COORDINATOR)
        account = register_account(
            entity=carmen.entity,
            network="facebook",
            handle="min",
            display_name="Min",
            purpose="Informar",
            root_mailbox="",
            by=carmen,
            now=now,
        )
        open_streams(accounts=[account], now=now)
        Stream.objects.exclude(pk=Stream.objects.earliest("pk").pk).delete()
        yield [member(carmen.entity, name, name.title(), Role.COMMUNITY_MANAGER) for name in ("ana", "beto")]


def conversation_to_answer(by: Member) -> Conversation:
    receive_reading(stream=Stream.objects.get(), reading=Reading((written(),)), now=timezone.now())
    return triage.sort_conversation(
        conversation=Conversation.objects.latest("pk"), question=Question.BASIC, reason="", by=by, now=timezone.now()
    )


def interleave(people: list[Person], conversation: Conversation, seed: int) -> None:
    """Run what each person does in their own connection, statement by statement in the order of the seed."""
    turns = Turns(seed)

    def live(name: str, person: Person) -> None:
        def gate(execute: Callable[..., Any], *arguments: Any) -> Any:
            turns.statement(name)
            return execute(*arguments)

        try:
            with connection.execute_wrapper(gate):
                for act in person.acts:
                    person.do(act, conversation)
        finally:
            turns.leave(name)
            connections.close_all()

    names = [f"{number} {person.member.name}" for number, person in enumerate(people)]
    turns.enter(names)
    with ThreadPoolExecutor(len(people)) as pool:
        lives = [pool.submit(live, *pair) for pair in zip(names, people, strict=True)]
        turns.run(len(people))
        for each in lives:
            each.result()


def check(people: list[Person], conversation: Conversation) -> None:
    """Nobody was answered twice, each answer has one operation, and what each person wrote is somewhere."""
    live = Answer.objects.filter(conversation=conversation).exclude(state="FAILED")
    per_message = Message.objects.filter(conversation=conversation).annotate(
        live=Count("answers", filter=~Q(answers__state="FAILED"))
    )
    assert all(message.live <= 1 for message in per_message)
    for answer in Answer.objects.filter(conversation=conversation):
        states = [d.state for d in Delivery.objects.filter(subject_kind="answer", subject_id=answer.pk)]
        assert len(states) == 1
        assert (states == [DeliveryState.CANCELLED]) == (answer.state == "FAILED"), (states, answer.state)
    for person in people:
        mine = [answer.text for answer in live.filter(by=person.member)]
        drafts = [draft.text for draft in Draft.objects.filter(conversation=conversation, by=person.member)]
        assert not person.text or any(person.text in text for text in [*mine, *drafts]), (person.text, mine, drafts)


def race(members: list[Member], seed: int) -> list[Person]:
    """Play one seed: what each person does, and the order of their statements."""
    draw = random.Random(seed)
    conversation = conversation_to_answer(members[0])
    people = [Person(each, ["send" if draw.random() < 0.5 else draw.choice(ACTS)]) for each in members]
    for person in people:
        person.acts += draw.choices(ACTS, k=draw.randint(1, 3))
    try:
        interleave(people, conversation, seed)
        check(people, conversation)
    except (AssertionError, DatabaseError) as fault:
        raise AssertionError(f"seed {seed}: {[person.acts for person in people]}") from fault
    return people


@pytest.mark.parametrize(
    "seeds", [range(FEW), pytest.param(range(FEW, MANY), marks=pytest.mark.slow)], ids=["a few", "a thousand"]
)
def test_two_people_never_answer_twice_and_lose_no_draft(people: list[Member], seeds: range) -> None:
    refusals = set[str]()
    for seed in seeds:
        for person in race(people, seed):
            refusals.update(person.refusals)

    # The interleavings must meet each other: some were refused because the other was first.
    assert any("cambió mientras escribías" in refusal for refusal in refusals), refusals
    assert any("Ya está respondida" in refusal for refusal in refusals), refusals


def test_both_press_at_the_same_moment(people: list[Member]) -> None:
    """With the same revision in sight of both, one sends and the other is told to look, in every order."""
    for seed in range(20):
        conversation = conversation_to_answer(people[0])
        both = [Person(each, ["send"]) for each in people]
        interleave(both, conversation, seed)
        check(both, conversation)
        assert sum(person.answer is not None for person in both) == 1
