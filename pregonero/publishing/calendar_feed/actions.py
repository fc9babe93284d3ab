"""Open and revoke the personal address of the calendar."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from pregonero.errors import WrongState
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.publishing.calendar_feed.queries import open_feed
from pregonero.publishing.calendar_models import CalendarFeed
from pregonero.records.actions import record

SECRET_BYTES = 32


@transaction.atomic(durable=True)
def open_calendar_feed(*, by: Member, now: datetime) -> tuple[CalendarFeed, str]:
    """Return a new address of this person and its secret, which is shown once; the earlier address is revoked."""
    check_may(by, "news.see", now=now)
    Member.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    before = open_feed(by)
    if before is not None:
        _revoke(before, by, now)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    feed = CalendarFeed.objects.create(member=by, digest=digest_of(secret), opened_at=now)
    record(entity_id=by.entity_id, event_type="calendar_feed.opened", actor=by.actor, ref=feed.ref, at=now)
    return feed, secret


@transaction.atomic(durable=True)
def revoke_calendar_feed(*, by: Member, now: datetime) -> CalendarFeed:
    """Revoke the address of this person."""
    Member.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    feed = open_feed(by)
    if feed is None:
        raise WrongState("No tienes ninguna dirección abierta.")
    _revoke(feed, by, now)
    return feed


def _revoke(feed: CalendarFeed, by: Member, now: datetime) -> None:
    feed.revoked_at = now
    feed.save(update_fields=["revoked_at"])
    record(entity_id=by.entity_id, event_type="calendar_feed.revoked", actor=by.actor, ref=feed.ref, at=now)


def digest_of(secret: str) -> str:
    """Return what is stored of the secret part of an address."""
    return hashlib.sha256(secret.encode()).hexdigest()
