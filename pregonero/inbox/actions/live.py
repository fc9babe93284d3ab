"""Storing what a persistent stream brings, as polling does, and the state of its connection (Q-1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from pregonero.inbox.actions.arrivals import CONTEXT_BEFORE, lock_streams
from pregonero.inbox.actions.messages import ReceivedCounts, receive
from pregonero.inbox.models import LiveConnection, Stream
from pregonero.networks.interactions import Interaction
from pregonero.networks.models import Application


@transaction.atomic(durable=True)
def receive_live(*, account_id: int, interactions: Sequence[Interaction], now: datetime) -> ReceivedCounts:
    """Store what a persistent stream brought to an account.

    The polling cursor does not move, so that the next reading brings what the connection lost.
    """
    streams = lock_streams(account_id)
    if not streams:  # nobody has opened the account's streams yet: polling brings it
        return ReceivedCounts()
    stream = streams[0]
    return receive(stream.account, interactions, (stream.first_read_at or now) - CONTEXT_BEFORE, now)


@transaction.atomic(durable=True)
def save_live_open(*, application: Application, now: datetime) -> None:
    """Store that the connection is open now."""
    connection = _locked(application, now)
    connection.connected_at, connection.alive_at = now, now
    connection.problem, connection.failures = "", 0
    connection.save()


@transaction.atomic(durable=True)
def save_live_alive(*, application: Application, now: datetime) -> None:
    """Store a sign of life of the open connection."""
    LiveConnection.objects.filter(application=application).update(alive_at=now)


@transaction.atomic(durable=True)
def save_live_closed(*, application: Application, reason: str, wait_seconds: float, now: datetime) -> None:
    """Store why the connection ended and when it is opened again, and make the accounts' polling due at once."""
    connection = _locked(application, now)
    was_open = connection.connected_at is not None
    connection.connected_at, connection.problem = None, reason[:300]
    connection.failures = min(connection.failures + 1, 1_000) if reason else 0
    connection.next_try_at = now + timedelta(seconds=wait_seconds)
    connection.save()
    if was_open:
        streams = Stream.objects.filter(
            account__entity_id=application.entity_id, account__network=application.network, failures=0
        )
        streams.update(next_read_at=now)


def _locked(application: Application, now: datetime) -> LiveConnection:
    connection, _ = LiveConnection.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
        application=application, defaults={"next_try_at": now}
    )
    return connection
