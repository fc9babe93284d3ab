"""Findings of people that an account blocked or muted: open from their reading until the list is empty (ALL-1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pregonero.inbox.actions.messages import contacts_of
from pregonero.inbox.models import Contact
from pregonero.moderation.models import (
    RestrictedPerson,
    RestrictionFinding,
    RestrictionNotice,
    RestrictionReading,
)
from pregonero.networks.interactions import Author
from pregonero.networks.models import Account
from pregonero.networks.registry import restriction_reader
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people
from pregonero.records.actions import SYSTEM, record

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=6)
LIST_LATE = timedelta(minutes=2)  # after a notice of a block: a list that does not show it yet would close its finding


@dataclass(frozen=True)
class NoticedChange:
    """What a signed notice says: somebody was blocked or muted, or no longer is. `digest` is that of the notice."""

    kind: str
    is_end: bool
    at: datetime
    digest: str


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
    finding = _open_finding_of(reading)
    by_id = {person.remote_id: person for person in people}
    if finding is None and not by_id:
        return
    if finding is None:
        finding = _open_finding(reading, len(by_id), now)
    _store_people(finding, by_id, now)
    if not by_id:
        _close(finding, now)


@transaction.atomic(durable=True)
def take_notice(
    *, account: Account, contact: Contact, change: NoticedChange, now: datetime
) -> RestrictionNotice | None:
    """Take a signed notice of a network: a block opens the finding at once, and the list is read afterwards (ALL-1).

    Return None for a notice that came before. The finding is closed by the list, when it is read empty.
    """
    reading, _ = RestrictionReading.objects.get_or_create(
        account=account, kind=change.kind, defaults={"next_read_at": now}
    )
    reading = _locked(reading)
    notice, is_new = RestrictionNotice.objects.get_or_create(
        account=account,
        kind=change.kind,
        contact=contact,
        is_end=change.is_end,
        happened_at=change.at,
        defaults={"digest": change.digest, "received_at": now},
    )
    if not is_new:
        return None
    _end_by(notice, now) if change.is_end else _open_by(notice, reading, now)
    reading.next_read_at = now if change.is_end else now + LIST_LATE
    reading.save(update_fields=["next_read_at"])
    return notice


def _open_by(notice: RestrictionNotice, reading: RestrictionReading, now: datetime) -> None:
    """Open the finding of a block; the notice of its end may have come before it."""
    finding = _open_finding_of(reading) or _open_finding(reading, 1, now, notice.digest)
    person, _ = RestrictedPerson.objects.get_or_create(
        finding=finding, contact=notice.contact, ended_at__isnull=True, defaults={"found_at": now}
    )
    later = RestrictionNotice.objects.filter(
        account=notice.account,
        kind=notice.kind,
        contact=notice.contact,
        is_end=True,
        happened_at__gte=notice.happened_at,
    )
    person.told_by = person.told_by or notice
    person.ended_by = later.order_by("happened_at", "pk").first()
    person.ended_at = now if person.ended_by is not None else None
    person.save(update_fields=["told_by", "ended_by", "ended_at"])


def _end_by(notice: RestrictionNotice, now: datetime) -> None:
    """Store that somebody is no longer blocked; the latest finding of theirs has both notices."""
    people = RestrictedPerson.objects.filter(
        finding__account=notice.account, finding__kind=notice.kind, contact=notice.contact, ended_by__isnull=True
    )
    person = people.order_by("-pk").first()
    if person is not None:
        person.ended_at, person.ended_by = person.ended_at or now, notice
        person.save(update_fields=["ended_at", "ended_by"])


@transaction.atomic(durable=True)
def store_reading_problem(*, reading: RestrictionReading, reason: str, now: datetime) -> None:
    """Store why a list could not be read; what was found stays open."""
    reading = _locked(reading)
    since = (now - reading.read_at) if reading.read_at else timedelta()
    reading.problem = reason[:300]
    reading.next_read_at = now + min(max(FIRST_RETRY, since / 4), LONGEST_RETRY)
    reading.save(update_fields=["problem", "next_read_at"])


def _open_finding_of(reading: RestrictionReading) -> RestrictionFinding | None:
    findings = RestrictionFinding.objects.filter(account_id=reading.account_id, kind=reading.kind)
    return findings.filter(closed_at__isnull=True).first()


def _locked(reading: RestrictionReading) -> RestrictionReading:
    readings = RestrictionReading.objects.select_for_update(no_key=True, of=("self",))
    return readings.select_related("account__entity").get(pk=reading.pk)


def _every_seconds(reading: RestrictionReading) -> int:
    lists = getattr(restriction_reader(reading.account.network), "lists", ())
    return next((one.every_seconds for one in lists if one.kind == reading.kind), 86_400)


def _open_finding(
    reading: RestrictionReading, count: int, now: datetime, notice_digest: str = ""
) -> RestrictionFinding:
    account = reading.account
    finding = RestrictionFinding.objects.create(account=account, kind=reading.kind, opened_at=now)
    record(
        entity_id=account.entity_id,
        event_type="restriction.found",
        actor=SYSTEM,
        ref=finding.ref,
        at=now,
        related=[account.ref],
        facts={"kind": finding.kind, "people": count, "notice": notice_digest},
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
    contacts = contacts_of(finding.account, [person for id, person in by_id.items() if id not in known], now)
    RestrictedPerson.objects.bulk_create(
        RestrictedPerson(finding=finding, contact=contact, found_at=now)
        for id, contact in contacts.items()
        if id not in known
    )


def _close(finding: RestrictionFinding, now: datetime) -> None:
    finding.closed_at = now
    finding.save(update_fields=["closed_at"])
    people = RestrictedPerson.objects.filter(finding=finding).order_by("pk")
    digests = people.values_list("told_by__digest", "ended_by__digest")
    record(
        entity_id=finding.account.entity_id,
        event_type="restriction.ended",
        actor=SYSTEM,
        ref=finding.ref,
        at=now,
        related=[finding.account.ref],
        facts={
            "kind": finding.kind,
            "minutes": int((now - finding.opened_at).total_seconds() // 60),
            "notices": sorted({digest for both in digests for digest in both if digest}),
        },
    )
