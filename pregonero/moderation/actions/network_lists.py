"""The own word list of a network: what it has, and writing a version there as one operation (FB-4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from pregonero.errors import WrongState
from pregonero.moderation import list_queries as queries
from pregonero.moderation.list_files import terms_from_json
from pregonero.moderation.list_states import ListState
from pregonero.moderation.models import NetworkListReading, NetworkListWrite, WordListVersion
from pregonero.networks.base import OperationKind
from pregonero.networks.models import Account
from pregonero.networks.registry import word_list_of
from pregonero.outbox.actions.schedule import schedule_change
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record

EVERY, AFTER_PROBLEM = timedelta(days=7), timedelta(hours=1)


@transaction.atomic(durable=True)
def store_network_list(*, account: Account, words: Sequence[str], now: datetime) -> NetworkListReading:
    """Store what a network has as its own list."""
    reading = _reading(account, now)
    has_changed = reading.read_at is None or reading.words != sorted(words)
    reading.words, reading.read_at, reading.problem = sorted(words), now, ""
    reading.next_read_at = now + EVERY
    reading.save()
    if has_changed:
        record(
            entity_id=account.entity_id,
            event_type="network_list.read",
            actor=SYSTEM,
            ref=account.ref,
            at=now,
            facts={"words": len(reading.words)},
        )
    return reading


@transaction.atomic(durable=True)
def store_network_list_problem(*, account: Account, reason: str, now: datetime) -> None:
    """Store why a network's own list could not be read; what was read before stays."""
    reading = _reading(account, now)
    reading.problem, reading.next_read_at = reason[:300], now + AFTER_PROBLEM
    reading.save(update_fields=["problem", "next_read_at"])


@transaction.atomic(durable=True)
def write_network_list(*, version: WordListVersion, by: Member, now: datetime) -> NetworkListWrite:
    """Order that a version in force is written as the network's own list."""
    version = queries.get_list(member=by, pk=version.pk, for_update=True)
    check_may(by, "word_lists.manage", now=now)
    account = version.account
    network_list = word_list_of(account.network)
    if network_list is None:
        raise WrongState(f"{account.get_network_display()} no deja leer ni escribir su lista de palabras.")
    if version.state != ListState.IN_FORCE:
        raise WrongState("Solo se lleva a la red la versión en vigor.")
    words = queries.words_of(terms_from_json(version.terms))
    write = NetworkListWrite.objects.create(version=version, words=words, by=by, at=now)
    try:
        with transaction.atomic():
            schedule_change(
                account=account,
                subject=write.ref,
                kind=OperationKind.SET_WORD_LIST,
                target=account.remote_id,
                now=now,
                text=network_list.joined(words),
            )
    except IntegrityError as error:
        raise WrongState("Ya se está escribiendo la lista en la red.") from error
    record(
        entity_id=account.entity_id,
        event_type="network_list.ordered",
        actor=by.actor,
        ref=write.ref,
        at=now,
        related=[version.ref, account.ref],
        facts={"words": len(words), "version": version.number},
    )
    return write


def record_written(delivery: Delivery, *, now: datetime) -> None:
    """Store that a network took a list, inside the transaction of the outcome; it is read back at once."""
    write = NetworkListWrite.objects.select_related("version__account").get(pk=delivery.subject_id)
    write.done_at, write.problem = now, ""
    write.save(update_fields=["done_at", "problem"])
    NetworkListReading.objects.filter(account=write.version.account).update(next_read_at=now)


def record_not_written(delivery: Delivery) -> NetworkListWrite:
    """Store why a network did not take a list, inside the transaction of the outcome."""
    write = NetworkListWrite.objects.select_related("version__account").get(pk=delivery.subject_id)
    write.problem = delivery.reason[:300]
    write.save(update_fields=["problem"])
    return write


def _reading(account: Account, now: datetime) -> NetworkListReading:
    readings = NetworkListReading.objects.select_for_update(no_key=True, of=("self",))
    return readings.filter(account=account).first() or NetworkListReading(account=account, next_read_at=now)
