"""What a worker carries from the action before a network call to the action after it."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

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
    stale: dict[str, Any]
    attempt: Attempt | None = None
    looks: int = 0
    good_until: float = 0.0  # of the monotonic clock: when the lease ends

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
        stale: dict[str, Any] | None = None,
        attempt: Attempt | None = None,
    ) -> "Work":
        """Return the work of a delivery held under lock."""
        return cls(
            delivery_id=delivery.pk,
            network=delivery.account.network,
            worker=delivery.held_by,
            access=access_to(delivery.account),
            post=post,
            fingerprint=fingerprint,
            prepared=dict(delivery.prepared),
            stale=stale or {},
            attempt=attempt,
            looks=delivery.looks,
            good_until=time.monotonic() + settings.LEASE_SECONDS,
        )
