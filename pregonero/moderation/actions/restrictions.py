"""Findings of people that an account blocked or muted: open from their reading until the list is empty (ALL-1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pregonero.inbox.models import Contact
from pregonero.moderation.models import RestrictedPerson, RestrictionFinding, RestrictionReading
from pregonero.networks.interactions import Author
from pregonero.networks.models import Account
from pregonero.networks.registry import restriction_reader
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people
from pregonero.records.actions import SYSTEM, record

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=6)


@transaction.atomic(durable=True)
def open_readings(*, accounts: Sequence[Account], now: datetime) -> None:
    """Store the lists that the networks of these accounts let us read, to be read from now on."""
    missing = [
        RestrictionReading(account=account, kind=offered.kind, next_read_at=now)
        for account in accounts
        for offered in getattr(restriction_reader(account.network), "lists", ())
    ]
    RestrictionReading.objects.bulk_create(missing, ignore_conflicts=True)


@transaction.atomic(durable=True)
def store_restricted(*, reading: RestrictionReading, people: Sequence[Author], now: datetime) -> None:
    """Store everybody on a list now. Anybody opens a finding, which stays open until the list is empty."""
    reading = _locked(reading)
    reading.read_at, reading.problem = now, ""
    reading.next_read_at = now + timedelta(seconds=_every_seconds(reading))
    reading.save()
    finding = RestrictionFinding.objects.filter(
        account_id=reading.account_id, kind=reading.kind, closed_at__isnull=True
    ).first()
    by_id = {person.remote_id: person for person in people}
    if finding is None and not by_id:
        return
    if finding is None:
        finding = _open_finding(reading, len(by_id), now)
    _store_people(finding, by_id, now)
    if not by_id:
        _close(finding, now)


@transaction.atomic(durable=True)
def store_reading_problem(*, reading: RestrictionReading, reason: str, now: datetime) -> None:
    """Store why a list could not be read; what was found stays open."""
    reading = _locked(reading)
    since = (now - reading.read_at) if reading.read_at else timedelta()
    reading.problem = reason[:300]
    reading.next_read_at = now + min(max(FIRST_RETRY, since / 4), LONGEST_RETRY)
    reading.save(update_fields=["problem", "next_read_at"])


def _locked(reading: RestrictionReading) -> RestrictionReading:
    readings = RestrictionReading.objects.select_for_update(no_key=True, of=("self",))
    return readings.select_related("account__entity").get(pk=reading.pk)


def _every_seconds(reading: RestrictionReading) -> int:
    lists = getattr(restriction_reader(reading.account.network), "lists", ())
    return next((one.every_seconds for one in lists if one.kind == reading.kind), 86_400)


def _open_finding(reading: RestrictionReading, count: int, now: datetime) -> RestrictionFinding:
    account = reading.account
    finding = RestrictionFinding.objects.create(account=account, kind=reading.kind, opened_at=now)
    record(
        entity_id=account.entity_id,
        event_type="restriction.found",
        actor=SYSTEM,
        ref=finding.ref,
        at=now,
        related=[account.ref],
        facts={"kind": finding.kind, "people": count},
    )
    notify(
        members=networks_people(account.entity, today=timezone.localdate(now)),
        kind="restriction.found",
        ref=finding.ref,
        title=f"{account} tiene a alguien en su lista de {finding.get_kind_display()}s",
        why="El protocolo de Gobierno pide no bloquear a nadie: quítalo de la lista en la red.",
        path=finding.get_absolute_url(),
        now=now,
    )
    return finding


def _store_people(finding: RestrictionFinding, by_id: Mapping[str, Author], now: datetime) -> None:
    """Store who is new on the list, and who is no longer on it."""
    listed = RestrictedPerson.objects.filter(finding=finding, ended_at__isnull=True).select_related("contact")
    known = {person.contact.remote_id: person for person in listed}
    gone = [person.pk for remote_id, person in known.items() if remote_id not in by_id]
    RestrictedPerson.objects.filter(pk__in=gone).update(ended_at=now)
    contacts = [_contact(finding.account, person, now) for id, person in by_id.items() if id not in known]
    RestrictedPerson.objects.bulk_create(
        RestrictedPerson(finding=finding, contact=contact, found_at=now) for contact in contacts
    )


def _contact(account: Account, person: Author, now: datetime) -> Contact:
    """Return who is on the list, as conversations know them; what was erased stays erased (N-7)."""
    contact, _ = Contact.objects.get_or_create(
        entity_id=account.entity_id,
        network=account.network,
        remote_id=person.remote_id,
        defaults={"handle": person.handle[:120], "name": person.name[:200], "first_seen_at": now},
    )
    return contact


def _close(finding: RestrictionFinding, now: datetime) -> None:
    finding.closed_at = now
    finding.save(update_fields=["closed_at"])
    record(
        entity_id=finding.account.entity_id,
        event_type="restriction.ended",
        actor=SYSTEM,
        ref=finding.ref,
        at=now,
        related=[finding.account.ref],
        facts={"kind": finding.kind, "minutes": int((now - finding.opened_at).total_seconds() // 60)},
    )
