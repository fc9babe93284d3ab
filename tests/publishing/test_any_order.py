"""The acts of a delivery in any order that workers, persons, crashes and a network can bring about: one post at most,
what is published never changes, and what is uncertain ends.

The network is a model of the hardest kind: it has no key and nothing to change, each call that it takes is a post.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pregonero.errors import Refused
from pregonero.networks.actions.register import pause_account, resume_account
from pregonero.networks.base import Finding, Permanent, Published, Transient, Verdict
from pregonero.networks.models import Account, AccountState
from pregonero.newsroom.models import News
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.manual import decide_is_not_out, decide_is_out
from pregonero.outbox.actions.outcomes import recover_abandoned
from pregonero.outbox.actions.prepare import (
    finish_preparing,
    lease_for_preparing,
    postpone_preparing,
    promote_due,
    store_prepared,
)
from pregonero.outbox.actions.reconciliation import lease_for_reconciling, postpone_reconciling, record_finding
from pregonero.outbox.models import Delivery
from pregonero.outbox.post_lookup import PostLookup
from pregonero.outbox.send_job import SendJob
from pregonero.outbox.states import STOPPED, DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions, queries
from tests.publishing.results import settle_deferred, settle_published, settle_rejected, settle_uncertain
from tests.stage import programmed, told_why

WORKER = "worker-1"
LATER = Transient("Ahora no.", code="429", retry_after=5)
NO = Permanent("No.", code="403")
ENDED = {DeliveryState.PUBLISHED, DeliveryState.NEEDS_PERSON, *STOPPED}
ANSWERS = ("yes", "yes, lost", "lost", "later", "no", "yes, and the worker dies", "the worker dies")
SELDOM = st.sampled_from([False, False, False, True])  # what ends or stops everything leaves little to be seen after it
_posts = count(1)


@dataclass
class Hand:
    """What one worker holds: its work, until when it may call, and what came of the call."""

    work: SendJob
    until: datetime
    answer: str = ""
    post: str = ""


@dataclass
class Cast:
    news: News
    account: Account
    ana: Member
    carmen: Member
    now: datetime


class AnyOrder(RuleBasedStateMachine):
    """One delivery, and everything that can happen to it."""

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast, self.now = cast, cast.now
        self.before = transaction.savepoint()  # what befalls one example (a pause, a limit) is not the next one's
        self.publication = programmed(cast.news, cast.ana, self.now)
        self.pk = Delivery.objects.filter(subject_id=self.publication.pk).get(account=cast.account).pk
        self.hands: list[Hand] = []
        self.public: list[str] = []
        self.published_as = ""

    @property
    def delivery(self) -> Delivery:
        return Delivery.objects.get(pk=self.pk)

    @initialize(answer=st.sampled_from(["", *ANSWERS]))
    def it_begins(self, answer: str) -> None:
        """Most begin with a call made: that is where things can go wrong."""
        if answer:
            self.a_worker_goes_the_whole_way(answer, keeps=False)

    @rule(seconds=st.sampled_from([1, 7, 30, 120, 120, 900]))
    def time_goes_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def somebody_checks_made(self) -> None:
        promote_due(now=self.now)
        recover_abandoned(now=self.now)

    @rule(ends=st.sampled_from(["done", "done", "done", "later", "dies"]))
    def a_worker_prepares(self, ends: str) -> None:
        work = lease_for_preparing(delivery_id=self.pk, worker=WORKER, now=self.now)
        if work is None:
            return
        store_prepared(job=work, prepared={"key": "1"}, now=self.now)
        if ends == "done":
            finish_preparing(job=work, prepared={"key": "1"}, now=self.now)
        elif ends == "later":
            postpone_preparing(job=work, error=LATER, now=self.now)

    @rule()
    def a_worker_claims(self) -> None:
        until = self.now + timedelta(seconds=configured.LEASE_SECONDS)
        for work in claim_batch(account_id=self.cast.account.pk, worker=WORKER, limit=10, now=self.now):
            if work.delivery_id == self.pk:
                self.hands.append(Hand(work, until))

    @precondition(lambda self: any(not hand.answer for hand in self.hands))
    @rule(answer=st.sampled_from(ANSWERS))
    def a_worker_calls(self, answer: str) -> None:
        """ONE call for each attempt, and none once its lease is over: the wire keeps both."""
        hand = next(hand for hand in self.hands if not hand.answer)
        hand.answer = answer if self.now < hand.until else "lease over"
        if self.now < hand.until and answer.startswith("yes"):
            hand.post = str(next(_posts))
            self.public.append(hand.post)

    @rule(answer=st.sampled_from(ANSWERS), keeps=st.booleans())
    def a_worker_goes_the_whole_way(self, answer: str, keeps: bool) -> None:
        """From its minute to the call, or to what came of it, which chance alone seldom brings together."""
        self.somebody_checks_made()
        self.a_worker_prepares("done")
        self.a_worker_claims()
        if any(not hand.answer for hand in self.hands):
            self.a_worker_calls(answer)
        if keeps and self.hands:
            self.a_worker_keeps_what_came(len(self.hands) - 1)

    @precondition(lambda self: any(hand.answer for hand in self.hands))
    @rule(which=st.integers(min_value=0, max_value=5))
    def a_worker_keeps_what_came(self, which: int) -> None:
        answered = [hand for hand in self.hands if hand.answer]
        hand = answered[which % len(answered)]
        self.hands.remove(hand)
        if hand.answer == "yes":
            settle_published(job=hand.work, published=Published(hand.post, "https://x.com/1"), now=self.now)
        elif hand.answer in ("yes, lost", "lost"):
            settle_uncertain(job=hand.work, code="lost", reason="Se cortó.", now=self.now)
        elif hand.answer in ("later", "lease over"):
            settle_deferred(job=hand.work, error=LATER, now=self.now)
        elif hand.answer == "no":
            settle_rejected(job=hand.work, error=NO, now=self.now)

    @rule(sees=st.sampled_from(["the truth", "the truth", "nothing yet", "no answer", "too much"]))
    def a_worker_asks(self, sees: str) -> None:
        work = lease_for_reconciling(delivery_id=self.pk, worker=WORKER, now=self.now)
        if work is None:
            return
        if sees == "no answer":
            postpone_reconciling(job=work, error=LATER, now=self.now)
        elif sees == "too much" and self.public:
            candidates = (Published(self.public[0], "https://x.com/1"), Published("999999", "https://x.com/2"))
            record_finding(job=work, finding=Finding(Verdict.UNKNOWABLE, candidates=candidates), now=self.now)
        else:
            record_finding(job=work, finding=self._finding(sees), now=self.now)

    def _finding(self, sees: str) -> Finding:
        """What a network can answer: never that it has nothing while a call may still be on its way."""
        may_come = any(not hand.answer and self.now < hand.until for hand in self.hands)
        if sees == "nothing yet" or (may_come and not self.public):
            return Finding(Verdict.LOOK_AGAIN, look_again_seconds=5)
        if self.public:
            return Finding(Verdict.PUBLISHED, published=Published(self.public[0], "https://x.com/1"))
        return Finding(Verdict.NOT_TAKEN)

    @rule()
    def a_person_decides(self) -> None:
        delivery = self.delivery
        if delivery.state != DeliveryState.NEEDS_PERSON:
            return
        about: dict[str, Any] = {
            "delivery": delivery,
            "attempt": delivery.attempts_made,
            "by": self.cast.ana,
            "now": self.now,
        }
        if self.public:
            sighting = PostLookup(remote_id=self.public[0], address="https://x.com/1", why_unread="La vi.")
            self._try(lambda: decide_is_out(lookup=sighting, **about))
        else:
            self._try(lambda: decide_is_not_out(reason="Miré y no está.", **about))

    @rule(now=SELDOM)
    def a_person_stops_it(self, now: bool) -> None:
        if not now:
            return
        self._try(
            lambda: actions.cancel_publication(
                publication=self.publication, reason="No", by=self.cast.ana, now=self.now
            )
        )

    @rule(words=st.sampled_from(["Otras palabras.", "Y otras más."]))
    def a_person_edits_it(self, words: str) -> None:
        self.publication.refresh_from_db()
        said = {
            each.account_id: told_why(each, text=f"{words} {self.publication.link}")
            for each in queries.adaptations_of(self.publication)
        }
        change = actions.PublicationChange(
            why="Por algo.", theme="Comercio", relevance=2, link=self.publication.link, adaptations=said
        )
        self._try(
            lambda: actions.edit_publication(
                publication=self.publication,
                change=change,
                revision=self.publication.revision,
                by=self.cast.ana,
                now=self.now,
            )
        )

    @rule(minutes=st.sampled_from([1, 30]))
    def a_person_moves_it(self, minutes: int) -> None:
        due_at = self.now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        self._try(
            lambda: actions.move_publication(
                publication=self.publication, due_at=due_at, by=self.cast.ana, now=self.now
            )
        )

    @rule(now=SELDOM)
    def a_person_pauses_or_resumes_the_account(self, now: bool) -> None:
        account = Account.objects.get(pk=self.cast.account.pk)
        if account.state == AccountState.ACTIVE and not now:
            return
        if account.state == AccountState.ACTIVE:
            pause_account(account=account, reason="Incidente", by=self.cast.carmen, now=self.now)
        else:
            resume_account(account=account, by=self.cast.carmen, now=self.now)

    def _try(self, act: Callable[[], Any]) -> None:
        """Do what a person wants to do; a refusal with its reason is an answer."""
        try:
            act()
        except Refused:
            return

    @invariant()
    def it_is_out_once_at_most(self) -> None:
        assert len(self.public) <= 1

    @invariant()
    def what_is_published_is_true_and_stays(self) -> None:
        delivery = self.delivery
        if self.published_as:
            assert (delivery.state, delivery.remote_id) == (DeliveryState.PUBLISHED, self.published_as)
        elif delivery.state == DeliveryState.PUBLISHED:
            assert delivery.remote_id in self.public
            self.published_as = delivery.remote_id

    @invariant()
    def what_was_stopped_is_not_out(self) -> None:
        if self.delivery.state in STOPPED:
            assert not self.public

    def teardown(self) -> None:
        try:
            self._everything_ends()
        finally:
            transaction.savepoint_rollback(self.before)

    def _everything_ends(self) -> None:
        """With time, and somebody who looks, everything ends; and our row says what the network says."""
        for _ in range(40):
            self.now += timedelta(minutes=20)
            self.hands.clear()
            self.somebody_checks_made()
            self.a_worker_asks("the truth")
            if self.delivery.state in ENDED:
                break
        assert self.delivery.state in ENDED
        if self.delivery.state != DeliveryState.NEEDS_PERSON:
            assert bool(self.public) == (self.delivery.state == DeliveryState.PUBLISHED)


@pytest.fixture
def players(news: News, accounts: dict[str, Account], ana: Member, carmen: Member, now: datetime) -> Cast:
    return Cast(news, accounts["x"], ana, carmen, now)


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("examples", [8, pytest.param(400, marks=pytest.mark.slow)])
def test_no_order_of_events_publishes_twice_or_loses(examples: int, players: Cast) -> None:
    run_state_machine_as_test(
        lambda: AnyOrder(players),
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
