"""The deliveries of the calendar, and the sources without a time with the free hours proposed for them (P-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from pregonero.errors import WrongState
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.states import STOPPED, UNFINISHED
from pregonero.people.models import Entity
from pregonero.publishing.calendar import (
    SHORTEST_NOTICE,
    Proposal,
    ThreadPosition,
    Topic,
    at_hour,
    free_hours,
    in_bogota,
    propose,
)
from pregonero.publishing.calendar_rules.queries import rules_of
from pregonero.publishing.calendar_rules.rule_set import RuleSet
from pregonero.publishing.models import Publication, PublicationState, Relevance
from pregonero.publishing.queries.forecast import leaves_on_time
from pregonero.publishing.queries.publications import going_adaptations
from pregonero.publishing.sources import Source, sources_of, unpublished_sources
from pregonero.publishing.threads import current_delivery, threads_in

MOST_WAITING = 20
MOST_UNSETTLED = 200
PROPOSE_DAYS = 3  # when a day has no free hour left, one of the next two days is proposed
MOST_PROPOSED = 3
DAYS_AHEAD = 14  # days in which a free hour is searched


@dataclass(frozen=True)
class WaitingItem:
    """A source that has no minute yet: of a draft, or without a publication.

    The proposal is for the active accounts. `paused` are the paused accounts, where the publication will wait.
    """

    source: Source
    publication: Publication | None
    relevance: str
    proposal: Proposal | None
    paused: tuple[Account, ...] = ()
    has_active: bool = True


def proposal_of_today(publication: Publication, *, now: datetime) -> Proposal | None:
    """Return the free hour that today's calendar proposes for a draft, with its reason; None if there is none left."""
    entity, today = publication.entity, in_bogota(now).date()
    waiting = waiting_items(entity, tuple(accounts_of(entity)), today, now=now, days=1)
    return next((item.proposal for item in waiting if item.publication == publication), None)


def proposals_for(publication: Publication, *, now: datetime) -> list[Proposal]:
    """Return the best hours for a publication in the next days, by time, each with the reason why."""
    entity, today = publication.entity, in_bogota(now).date()
    accounts, rules = [adaptation.account_id for adaptation in going_adaptations(publication)], rules_of(entity)
    topics = [Topic(number, publication.theme, publication.relevance) for number in range(MOST_PROPOSED)]
    taken = positions_between(entity, today, DAYS_AHEAD)
    others = [position for position in taken if position.publication != publication.pk]
    proposals: list[Proposal] = []
    for day in (today + timedelta(days=number) for number in range(DAYS_AHEAD) if accounts):
        of_day = [position for position in others if position.at.date() == day]
        proposals += propose(
            topics[len(proposals) :], of_day, accounts, day, in_bogota(now) + SHORTEST_NOTICE, rules=rules
        )
        if len(proposals) == len(topics):
            break
    return sorted(proposals, key=lambda proposal: proposal.at)


def next_free_hour(publication: Publication, *, now: datetime) -> datetime:
    """Return the first hour, of today or a later day, in which none of the publication's accounts publishes.

    An hour in which the limits of a network would make it wait does not count, nor one that the rules of the calendar
    advise against. Raises `WrongState` if the next days have none.
    """
    entity, earliest = publication.entity, in_bogota(now) + SHORTEST_NOTICE
    adaptations, rules = going_adaptations(publication), rules_of(publication.entity)
    accounts = [adaptation.account_id for adaptation in adaptations]
    is_urgent = publication.relevance == Relevance.HIGH
    for day in (earliest.date() + timedelta(days=number) for number in range(DAYS_AHEAD)):
        if rules.day_off(day) and not is_urgent:
            continue
        for hour in free_hours(positions_between(entity, day, 1), accounts, day, earliest, rules):
            if leaves_on_time(adaptations, due_at=hour, now=now):
                return hour
    raise WrongState(f"No hay una hora libre en los próximos {DAYS_AHEAD} días: elige tú la hora.")


def deliveries_on(entity: Entity, day: date) -> list[Delivery]:
    """Return what has its minute on that day in Bogotá, in order."""
    return _deliveries_of(entity, day, 1)


def _deliveries_of(entity: Entity, day: date, days: int) -> list[Delivery]:
    start = at_hour(day, 0)
    deliveries = of_publications(entity).filter(due_at__gte=start, due_at__lt=start + timedelta(days=days))
    return list(deliveries.select_related("account").order_by("due_at", "account_id", "pk", "position"))


def publications_on(entity: Entity, day: date) -> int:
    """Return how many publications have their minute on that day and are not stopped."""
    start = at_hour(day, 0)
    deliveries = of_publications(entity).filter(due_at__gte=start, due_at__lt=start + timedelta(days=1))
    return deliveries.exclude(state__in=STOPPED).values("subject_id").distinct().count()


def unsettled_before(entity: Entity, day: date) -> list[Delivery]:
    """Return what had its minute before that day and is not settled yet, in order."""
    deliveries = of_publications(entity).filter(due_at__lt=at_hour(day, 0), state__in=UNFINISHED)
    return list(
        deliveries.select_related("account").order_by("due_at", "account_id", "pk", "position")[:MOST_UNSETTLED]
    )


def hour_of(entity: Entity, day: date, hour: int) -> QuerySet[Delivery]:
    """Return what has its minute in an hour of a day in Bogotá, in order. The caller slices the queryset."""
    start = at_hour(day, hour)
    # Only the first part of a thread is listed.
    deliveries = of_publications(entity).filter(due_at__gte=start, due_at__lt=start + timedelta(hours=1), position=0)
    return deliveries.select_related("account").order_by("due_at", "account_id", "pk")


def of_publications(entity: Entity) -> QuerySet[Delivery]:
    """Return the deliveries of an entity's publications that put something in public."""
    return Delivery.objects.filter(entity=entity, subject_kind="publication", kind__in=PUBLIC_KINDS)


def waiting_items(
    entity: Entity, accounts: Sequence[Account], day: date, *, now: datetime, days: int = PROPOSE_DAYS
) -> tuple[WaitingItem, ...]:
    """Return what has no minute yet, each with a free hour of that day or of the next ones on the active accounts.

    For a day in the past, the hours are of today. Paused accounts do not count for the hours; each item lists them.
    """
    found = waiting_for_minute(entity)
    paused = tuple(account for account in accounts if account.paused_reason)
    active = [account.pk for account in accounts if account not in paused]
    topics = [
        Topic(at, publication.theme, publication.relevance) if publication else Topic(at, source.theme)
        for at, (source, publication) in enumerate(found)
    ]
    first = max(day, in_bogota(now).date())
    days = min(days, (date.max - first).days)
    proposable = [first + timedelta(days=number) for number in range(days)] if active else []
    proposals = _proposals(
        topics, positions_between(entity, first, days), active, proposable, now=now, rules=rules_of(entity)
    )
    return tuple(
        WaitingItem(
            source,
            publication,
            publication.get_relevance_display() if publication else "",
            proposals.get(at),
            paused,
            has_active=bool(active),
        )
        for at, (source, publication) in enumerate(found)
    )


def _proposals(
    topics: list[Topic],
    positions: list[ThreadPosition],
    accounts: Sequence[int],
    days: list[date],
    *,
    now: datetime,
    rules: RuleSet,
) -> dict[int, Proposal]:
    proposals: dict[int, Proposal] = {}
    for day in days:
        left = [topic for topic in topics if topic.key not in proposals]
        of_day = [position for position in positions if position.at.date() == day]
        proposed = propose(left, of_day, accounts, day, in_bogota(now), rules=rules)
        proposals |= {proposal.waiting: proposal for proposal in proposed}
    return proposals


def positions_between(entity: Entity, day: date, days: int) -> list[ThreadPosition]:
    """Return where the accounts publish in some days, without what was stopped."""
    deliveries = _deliveries_of(entity, day, days)
    publications = Publication.objects.in_bulk({delivery.subject_id for delivery in deliveries})
    current = [current_delivery(thread) for thread in threads_in(deliveries)]
    return [
        position_of(delivery, publications[delivery.subject_id])
        for delivery in current
        if delivery.state not in STOPPED
    ]


def position_of(delivery: Delivery, publication: Publication) -> ThreadPosition:
    """Return the place of a thread in the calendar, by its current delivery."""
    return ThreadPosition(
        key=delivery.pk,
        publication=delivery.subject_id,
        account=delivery.account_id,
        at=in_bogota(delivery.due_at),
        title=delivery.subject_name,
        theme=publication.theme,
        relevance=publication.relevance,
    )


def waiting_for_minute(entity: Entity) -> list[tuple[Source, Publication | None]]:
    """Return sources without a minute: those of drafts by relevance, then those without a publication, newest first."""
    drafts = Publication.objects.filter(entity=entity, state=PublicationState.DRAFT)
    ordered = list(drafts.select_related("edited_by").order_by("relevance", "-created_at", "-pk")[:MOST_WAITING])
    waiting: list[tuple[Source, Publication | None]] = list(zip(sources_of(ordered), ordered, strict=True))
    unpublished = unpublished_sources(entity_id=entity.pk, limit=MOST_WAITING)
    waiting += [(source, None) for source in unpublished]
    return waiting[:MOST_WAITING]
