"""What a worker carries from the action before a network call to the action after it."""

import math
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pregonero.networks.base import ApiCredentials, NetworkError, OperationKind, Post, Published
from pregonero.networks.queries import credentials_for
from pregonero.outbox.models import Attempt, Delivery, Outcome
from pregonero.records.actions import ObjectRef


@dataclass(frozen=True)
class UnansweredAttempt:
    """A commit call that never had an answer: its network may still take it."""

    number: int
    started_at: datetime
    fingerprint: str
    code: str
    post: Post
    prepared: dict[str, Any]


@dataclass(frozen=True)
class SendJob:
    """A delivery that this worker leased, with everything that a connector's call needs, read under lock."""

    delivery_id: int
    entity_id: int
    kind: OperationKind
    subject: ObjectRef
    label: str  # of the account, as records name the delivery
    network: str
    lease: str  # the name of this lease, as `leased_by` stores it
    credentials: ApiCredentials = field(repr=False)
    post: Post
    target: str
    fingerprint: str
    prepared: dict[str, Any]
    attempt: Attempt | None = None
    checks_made: int = 0
    known: frozenset[str] = frozenset()  # ids of the account's posts that belong to other deliveries
    unanswered: tuple[UnansweredAttempt, ...] = ()  # of other content: superseded before this one is prepared
    good_until: float = math.inf  # the end of the lease, in seconds of `deadlines.boottime()`

    def with_hints(self, hints: dict[str, Any]) -> "SendJob":
        """Return the same job with hints for its connector added to `prepared`."""
        return replace(self, prepared={**self.prepared, **hints})

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to the delivery."""
        return ObjectRef("delivery", self.delivery_id, self.label)

    @classmethod
    def of(
        cls,
        delivery: Delivery,
        *,
        post: Post,
        fingerprint: str,
        credentials: ApiCredentials | None = None,
        prepared: dict[str, Any] | None = None,
        attempt: Attempt | None = None,
        known: frozenset[str] = frozenset(),
    ) -> "SendJob":
        """Return the job of a locked delivery; a batch passes the `credentials` of its account, read once."""
        return cls(
            delivery_id=delivery.pk,
            entity_id=delivery.entity_id,
            kind=OperationKind(delivery.kind),
            subject=delivery.subject,
            label=str(delivery.account),
            network=delivery.account.network,
            lease=delivery.leased_by,
            credentials=credentials or credentials_for(delivery.account),
            post=post,
            target=delivery.target,
            fingerprint=fingerprint,
            prepared=dict(delivery.prepared if prepared is None else prepared),
            attempt=attempt,
            checks_made=delivery.checks_made,
            known=known,
        )


@dataclass(frozen=True)
class SendResult:
    """How a commit call ended. Only this process knows it until it is stored."""

    job: SendJob
    outcome: Outcome
    published: Published | None = None
    error: NetworkError | None = None
    bug: Exception | None = None


def lease_name(worker: str) -> str:
    """Return a name for one lease, of a delivery or of a batch: no two jobs of a worker share a lease."""
    return f"{worker[:60]}#{secrets.token_hex(4)}"


def lease_owner(lease: str) -> str:
    """Return the name of the worker that a lease belongs to."""
    return lease.rpartition("#")[0]
