"""What the calendar's rules advise about an hour of a publication, and what would move to make room for it (P-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import of_subjects
from pregonero.people.models import Member
from pregonero.publishing import rules as may
from pregonero.publishing.calendar import in_bogota
from pregonero.publishing.calendar_rules.advice import HourAdvice, PlannedHour, advise
from pregonero.publishing.calendar_rules.queries import rules_of
from pregonero.publishing.calendar_rules.room import Room, make_room, too_close
from pregonero.publishing.models import Publication
from pregonero.publishing.queries.calendar import positions_between
from pregonero.publishing.queries.publications import going_adaptations

MOST_MOVED = 20


@dataclass(frozen=True)
class RoomPlan:
    """A publication, the hour that it wants, and the room that can be made for it."""

    publication: Publication
    at: datetime
    room: Room


def advice_at(publication: Publication, accounts: Iterable[Account], *, at: datetime) -> tuple[HourAdvice, ...]:
    """Return what the rules advise about an hour for a publication on some accounts, in three queries."""
    planned = _planned(publication, {account.pk for account in accounts}, at)
    positions = positions_between(publication.entity, planned.at.date(), 1)
    return advise(planned, positions, rules_of(publication.entity))


def room_plan(publication: Publication, *, at: datetime, by: Member, now: datetime) -> RoomPlan:
    """Return what would move so that a publication has an hour for itself, in a constant number of queries."""
    accounts = {adaptation.account_id for adaptation in going_adaptations(publication)}
    planned, rules = _planned(publication, accounts, at), rules_of(publication.entity)
    positions = positions_between(publication.entity, planned.at.date(), 1)
    near = list(too_close(planned, positions, rules))[:MOST_MOVED]
    movable = _movable(near, by=by, now=now)
    return RoomPlan(publication, planned.at, make_room(planned, positions, movable, rules, now=in_bogota(now)))


def _planned(publication: Publication, accounts: set[int], at: datetime) -> PlannedHour:
    return PlannedHour(publication.pk, frozenset(accounts), in_bogota(at), publication.theme, publication.relevance)


def _movable(publications: list[int], *, by: Member, now: datetime) -> set[int]:
    """Return those that this person can move now."""
    found = Publication.objects.in_bulk(publications)
    deliveries: dict[int, list[Delivery]] = {}
    for delivery in Delivery.objects.filter(of_subjects("publication", publications)).order_by("pk"):
        deliveries.setdefault(delivery.subject_id, []).append(delivery)
    return {pk for pk, publication in found.items() if may.may_move(by, publication, deliveries.get(pk, []), now=now)}
