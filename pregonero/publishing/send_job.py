"""What a worker carries from the action before a network call to the action after it."""

import math
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from pregonero.networks.base import ApiCredentials, NetworkError, Post, Published
from pregonero.networks.queries import credentials_for
from pregonero.publishing.models import Attempt, Delivery, Outcome
from pregonero.records.actions import ObjectRef


@dataclass(frozen=True)
class SendJob:
    """A delivery that this worker holds: everything a connector's call needs, read under lock."""

    delivery_id: int
    entity_id: int
    publication_id: int
    label: str  # of the account, as records name the delivery
    network: str
    worker: str
    access: ApiCredentials = field(repr=False)
    post: Post
    fingerprint: str
    prepared: dict[str, Any]
    attempt: Attempt | None = None
    checks_made: int = 0
    known: frozenset[str] = frozenset()
    good_until: float = math.inf  # of `clock.ticks()`: when the lease ends, for who has to make its call within it

    def with_hints(self, facts: dict[str, Any]) -> "SendJob":
        """Return the same work, with something more that its connector should know."""
        return replace(self, prepared={**self.prepared, **facts})

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to the delivery."""
        return ObjectRef("delivery", self.delivery_id, self.label)

    @property
    def publication(self) -> ObjectRef:
        """Return how records refer to the publication, beside it."""
        return ObjectRef("publication", self.publication_id)

    @classmethod
    def of(
        cls,
        delivery: Delivery,
        *,
        post: Post,
        fingerprint: str,
        access: ApiCredentials | None = None,
        prepared: dict[str, Any] | None = None,
        attempt: Attempt | None = None,
        known: frozenset[str] = frozenset(),
    ) -> "SendJob":
        """Return the work of a delivery held under lock; whoever takes many of an account gives its `access`."""
        return cls(
            delivery_id=delivery.pk,
            entity_id=delivery.entity_id,
            publication_id=delivery.publication_id,
            label=str(delivery.account),
            network=delivery.account.network,
            worker=delivery.leased_by,
            access=access or credentials_for(delivery.account),
            post=post,
            fingerprint=fingerprint,
            prepared=dict(delivery.prepared if prepared is None else prepared),
            attempt=attempt,
            checks_made=delivery.checks_made,
            known=known,
        )


@dataclass(frozen=True)
class SendResult:
    """A commit call that ended, and what came of it: this process alone knows it until it is kept."""

    work: SendJob
    outcome: Outcome
    published: Published | None = None
    error: NetworkError | None = None
    bug: Exception | None = None


def lease_owner(worker: str) -> str:
    """Return a name for one holding, of one delivery or of a wave: two jobs of a worker never pass for each other."""
    return f"{worker[:60]}#{secrets.token_hex(4)}"
