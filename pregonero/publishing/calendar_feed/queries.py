"""Whose address it is, and what its calendar shows."""

from datetime import datetime, timedelta

from django.utils import timezone

from pregonero.errors import NotFound
from pregonero.people.models import Member
from pregonero.people.queries import memberships_of
from pregonero.publishing.calendar_models import CalendarFeed
from pregonero.publishing.models import Publication, PublicationState

BEHIND, AHEAD = timedelta(days=31), timedelta(days=92)
MOST_SHOWN = 2000


def open_feed(member: Member) -> CalendarFeed | None:
    """Return the open address of a person, or None."""
    return CalendarFeed.objects.filter(member=member, revoked_at__isnull=True).first()


def reader_of(digest: str, *, now: datetime) -> Member:
    """Return whose address it is. Raises `NotFound` if it was revoked, or if the person does not work here today."""
    feed = CalendarFeed.objects.filter(digest=digest, revoked_at__isnull=True).select_related("member__user").first()
    if feed is None or not feed.member.user.is_active:
        raise NotFound
    today = timezone.localdate(now)
    member = memberships_of(feed.member.user, today=today).filter(pk=feed.member_id).first()
    if member is None:
        raise NotFound
    return member


def publications_of_feed(member: Member, *, now: datetime) -> list[Publication]:
    """Return what is scheduled from a month ago to three months ahead, by time."""
    scheduled = Publication.objects.filter(
        entity_id=member.entity_id,
        state=PublicationState.PROGRAMMED,
        due_at__gte=now - BEHIND,
        due_at__lt=now + AHEAD,
    )
    return list(scheduled.order_by("due_at", "pk")[:MOST_SHOWN])
