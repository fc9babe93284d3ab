"""Removing what no close needs any more of the notes of what the networks delivered (FB-5)."""

from datetime import datetime

from django.db import transaction

from pregonero.inbox.models import DeliveredItem
from pregonero.moderation.close_queries import prunable_items

BATCH = 5_000  # rows that one transaction removes


@transaction.atomic(durable=True)
def prune_delivered(*, now: datetime, limit: int = BATCH) -> int:
    """Remove some of the notes that no close needs, and return how many: less than the limit when none is left.

    What proves a closed day stays: its close with its counts and what it named missing, the comments in the inbox, and
    the notes of what never reached it.
    """
    ids = list(prunable_items(now=now).values_list("pk", flat=True)[:limit])
    DeliveredItem.objects.filter(pk__in=ids).delete()
    return len(ids)
