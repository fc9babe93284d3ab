"""What the networks delivered is noted before it is stored, so that a close can name what is missing (FB-5)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from pregonero.inbox.models import DeliveredItem
from pregonero.networks.base import ID_LENGTH
from pregonero.networks.interactions import Interaction
from pregonero.newsroom.reading.text import one_line


@transaction.atomic(durable=True)
def note_delivered(*, account_id: int, interactions: Sequence[Interaction], now: datetime) -> None:
    """Note what people wrote that a reading brought, once; what the account itself wrote is not noted."""
    by_id = {one_line(item.remote_id, ID_LENGTH): item for item in interactions if not item.is_ours}
    by_id.pop("", None)
    items = DeliveredItem.objects.filter(account_id=account_id, remote_id__in=list(by_id))
    noted = set(items.values_list("remote_id", flat=True))
    DeliveredItem.objects.bulk_create(
        [
            DeliveredItem(
                account_id=account_id,
                remote_id=id,
                kind=item.kind,
                written_at=item.written_at if item.written_at.tzinfo else item.written_at.replace(tzinfo=UTC),
                delivered_at=now,
            )
            for id, item in by_id.items()
            if id not in noted
        ],
        ignore_conflicts=True,
    )
