"""What a worker carries from the action before a network call to the action after it."""

import math
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from pregonero.networks.base import Access, Post
from pregonero.networks.queries import access_to
from pregonero.publishing.models import Attempt, Delivery


@dataclass(frozen=True)
class Work:
    """A delivery that this worker holds: everything a connector's call needs, read under lock."""

    delivery_id: int
    network: str
    worker: str
    access: Access = field(repr=False)
    post: Post
    fingerprint: str
    prepared: dict[str, Any]
    attempt: Attempt | None = None
    looks: int = 0
    known: frozenset[str] = frozenset()
    good_until: float = math.inf  # of `clock.ticks()`: when the lease ends, for who has to make its call within it

    def knowing(self, facts: dict[str, Any]) -> "Work":
        """Return the same work, with something more that its connector should know."""
        return replace(self, prepared={**self.prepared, **facts})

    @classmethod
    def of(
        cls,
        delivery: Delivery,
        *,
        post: Post,
        fingerprint: str,
        prepared: dict[str, Any] | None = None,
        attempt: Attempt | None = None,
        known: frozenset[str] = frozenset(),
    ) -> "Work":
        """Return the work of a delivery held under lock."""
        return cls(
            delivery_id=delivery.pk,
            network=delivery.account.network,
            worker=delivery.held_by,
            access=access_to(delivery.account),
            post=post,
            fingerprint=fingerprint,
            prepared=dict(delivery.prepared if prepared is None else prepared),
            attempt=attempt,
            looks=delivery.looks,
            known=known,
        )


def holder(worker: str) -> str:
    """Return a name for one holding of one delivery: two jobs of the same worker never pass for each other."""
    return f"{worker[:60]}#{secrets.token_hex(4)}"
