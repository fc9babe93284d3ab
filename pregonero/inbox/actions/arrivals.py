"""The streams of the accounts: what a reading brought is stored, and where the next one continues (Q-1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.inbox.actions.messages import ReceivedCounts, receive
from pregonero.inbox.actions.removals import mark_removed
from pregonero.inbox.models import Stream
from pregonero.networks.interactions import Reading
from pregonero.networks.models import Account
from pregonero.networks.registry import interaction_reader

CONTEXT_BEFORE = timedelta(days=7)  # of the first reading: what is older is context, not work
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)


@transaction.atomic(durable=True)
def receive_reading(*, stream: Stream, reading: Reading, now: datetime) -> ReceivedCounts:
    """Store what a stream brought, all of it or nothing, and where its next reading continues.

    What is known already changes nothing, unless its author edited it.
    """
    stream = next(locked for locked in lock_streams(stream.account_id) if locked.pk == stream.pk)
    stream.first_read_at = stream.first_read_at or now
    counts = receive(stream.account, reading.interactions, stream.first_read_at - CONTEXT_BEFORE, now)
    stream.cursor, stream.read_at = reading.cursor, now
    stream.problem, stream.failures = _problem_of(counts), 0
    stream.next_read_at = now if reading.has_more else now + _interval(stream, reading)
    stream.save()
    gone = (*reading.removed, *reading.taken_down)
    mark_removed(stream.account.entity_id, stream.account.network, gone, now)
    if reading.taken_down:
        app.configure_task("moderation.note_taken_down").defer(
            account_id=stream.account_id, remote_ids=list(reading.taken_down)
        )
    return counts


def lock_streams(account_id: int) -> list[Stream]:
    """Return the streams of an account, locked in the order of their ids, so that its readings are stored in turn."""
    streams = Stream.objects.select_for_update(no_key=True, of=("self",)).select_related("account__entity")
    return list(streams.filter(account_id=account_id).order_by("pk"))


@transaction.atomic(durable=True)
def save_stream_problem(*, stream: Stream, reason: str, wait_seconds: float | None, now: datetime) -> None:
    """Store why a stream could not be read, and when it is read again; what was read stays."""
    stream = Stream.objects.select_for_update(no_key=True, of=("self",)).get(pk=stream.pk)
    stream.problem, stream.failures = reason[:300], min(stream.failures + 1, 1_000)
    backoff = min(FIRST_RETRY * 2 ** min(stream.failures - 1, 10), LONGEST_RETRY)
    stream.next_read_at = now + max(backoff, timedelta(seconds=wait_seconds or 0))
    stream.save(update_fields=["problem", "failures", "next_read_at"])


@transaction.atomic(durable=True)
def open_streams(*, accounts: Sequence[Account], now: datetime) -> None:
    """Store the streams that the networks of these accounts offer, to be read from now on."""
    missing = [
        Stream(account=account, name=offered.name, next_read_at=now)
        for account in accounts
        for offered in getattr(interaction_reader(account.network), "streams", ())
    ]
    Stream.objects.bulk_create(missing, ignore_conflicts=True)


def _interval(stream: Stream, reading: Reading) -> timedelta:
    if reading.wait_seconds is not None:
        return timedelta(seconds=reading.wait_seconds)
    reader = interaction_reader(stream.account.network)
    seconds = [offered.every_seconds for offered in getattr(reader, "streams", ()) if offered.name == stream.name]
    return timedelta(seconds=seconds[0] if seconds else LONGEST_RETRY.total_seconds())


def _problem_of(counts: ReceivedCounts) -> str:
    return "Llegó algo que no entendimos: mira en la red lo último que escribieron." if counts.not_understood else ""
