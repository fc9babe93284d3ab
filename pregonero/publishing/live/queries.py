"""Getters of live events, and what their pages, the calendar, Hoy and the expediente read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Concat

from pregonero.errors import NotFound
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.publishing.live.live_models import (
    Broadcast,
    LiveEvent,
    LiveIncident,
    LiveState,
    LiveStep,
    PreflightCheck,
    PreflightItem,
    StepKind,
)
from pregonero.publishing.live.preflight import PreflightLine, missing, preflight_of
from pregonero.publishing.queries.search import words_query
from pregonero.records.actions import ObjectRef

AHEAD = timedelta(days=7)  # how long before it an event is work to do
MOST_SHOWN = 50


@dataclass(frozen=True)
class EventPage:
    """An event with its list, its broadcasts, its steps and its incidents."""

    event: LiveEvent
    lines: list[PreflightLine]
    broadcasts: list[Broadcast]
    checks: list[PreflightCheck]
    steps: list[LiveStep]
    incidents: list[LiveIncident]

    @property
    def missing(self) -> list[PreflightLine]:
        """Return the items without which the list does not close."""
        return missing(self.lines)

    def step(self, kind: StepKind) -> LiveStep | None:
        """Return the last step of a kind."""
        return next((step for step in reversed(self.steps) if step.kind == kind), None)

    @property
    def closed(self) -> LiveStep | None:
        """Return the step that closed the list, if it is closed or was when the event went live."""
        return None if self.event.state in {LiveState.PLANNED, LiveState.CANCELLED} else self.step(StepKind.CLOSED)

    @property
    def began(self) -> LiveStep | None:
        """Return the go-live record."""
        return self.step(StepKind.LIVE)

    @property
    def ended(self) -> LiveStep | None:
        """Return the record of its end."""
        return self.step(StepKind.ENDED)

    @property
    def cancelled(self) -> LiveStep | None:
        """Return who cancelled it and why."""
        return self.step(StepKind.CANCELLED)

    @property
    def reopened(self) -> LiveStep | None:
        """Return why the list was opened again, while it is open."""
        return self.step(StepKind.REOPENED) if self.event.state == LiveState.PLANNED else None

    @property
    def minutes(self) -> int | None:
        """Return how many minutes it was on the air, once it ended."""
        if self.began is None or self.ended is None:
            return None
        return max(0, int((self.ended.happened_at - self.began.happened_at).total_seconds() // 60))

    @property
    def unplaced(self) -> list[Broadcast]:
        """Return the broadcasts whose address nobody has stored."""
        return [one for one in self.broadcasts if not one.address]


def get_event(*, member: Member, pk: int, for_update: bool = False) -> LiveEvent:
    """Return a live event of the member's entity. Raises `NotFound` for any other."""
    events = LiveEvent.objects.select_for_update(no_key=True, of=("self",)) if for_update else LiveEvent.objects.all()
    related = events.select_related("entity", "responsible", "planned_by")
    event = related.filter(pk=pk, entity_id=member.entity_id).first()
    if event is None:
        raise NotFound
    return event


def broadcasts_of(event: LiveEvent) -> list[Broadcast]:
    """Return the broadcasts of the plan, without the accounts that were taken out of it."""
    broadcasts = Broadcast.objects.filter(event=event, removed_at__isnull=True).select_related("account", "placed_by")
    return list(broadcasts.order_by("account_id"))


def checks_of(event: LiveEvent) -> list[PreflightCheck]:
    """Return every check of the list of an event, the last stored first."""
    checks = PreflightCheck.objects.filter(event=event).select_related("by", "medium", "broadcast__account")
    return list(checks.order_by("-pk"))


def list_of_event(event: LiveEvent, *, at: datetime | None = None) -> list[PreflightLine]:
    """Return the pre-flight list of an event, for going live at a moment or at its planned one."""
    return preflight_of(event, broadcasts_of(event), checks_of(event), at=at)


def page_of(event: LiveEvent) -> EventPage:
    """Return an event with everything that its page shows."""
    broadcasts, checks = broadcasts_of(event), checks_of(event)
    return EventPage(
        event=event,
        lines=preflight_of(event, broadcasts, checks),
        broadcasts=broadcasts,
        checks=checks,
        steps=list(event.steps.select_related("by").order_by("pk")),
        incidents=list(event.incidents.select_related("by").order_by("happened_at", "pk")),
    )


def last_step(event: LiveEvent, kind: StepKind) -> LiveStep | None:
    """Return the last step of a kind of an event."""
    return event.steps.filter(kind=kind).order_by("-pk").first()


def coming_events(entity: Entity) -> QuerySet[LiveEvent]:
    """Return the events that have not ended, the next one first."""
    states = [LiveState.PLANNED, LiveState.READY, LiveState.LIVE]
    return _with_accounts(LiveEvent.objects.filter(entity=entity, state__in=states)).order_by("starts_at", "pk")


def past_events(entity: Entity) -> QuerySet[LiveEvent]:
    """Return the events that ended or were cancelled, the last one first."""
    states = [LiveState.ENDED, LiveState.CANCELLED]
    return _with_accounts(LiveEvent.objects.filter(entity=entity, state__in=states)).order_by("-starts_at", "-pk")


def events_between(entity: Entity, start: datetime, end: datetime) -> list[LiveEvent]:
    """Return the events that begin from `start` until before `end`, without the cancelled ones."""
    events = LiveEvent.objects.filter(entity=entity, starts_at__gte=start, starts_at__lt=end)
    return list(_with_accounts(events.exclude(state=LiveState.CANCELLED)).order_by("starts_at", "pk"))


def events_for(member: Member, *, now: datetime) -> list[LiveEvent]:
    """Return the events of the next seven days that a person is responsible for, and those that have not ended."""
    mine = coming_events(member.entity).filter(responsible=member, starts_at__lt=now + AHEAD)
    return list(mine[:MOST_SHOWN])


def events_from(entity: Entity, refs: Iterable[ObjectRef]) -> list[LiveEvent]:
    """Return the events that come from any of these objects, also the cancelled ones, the first one first."""
    wanted = Q()
    for ref in refs:
        wanted |= Q(source_kind=ref.kind, source_id=ref.id)
    if not wanted:
        return []
    events = _with_accounts(LiveEvent.objects.filter(wanted, entity=entity))
    return list(events.order_by("starts_at", "pk")[:MOST_SHOWN])


def search_events(entity: Entity, text: str, *, limit: int) -> list[LiveEvent]:
    """Return the events with every word of a text in their title, place or source, the latest first."""
    query = words_query(text, is_typing=True)
    if query is None:
        return []
    told = Concat("title", Value(" "), "place", Value(" "), "source_name")
    words = Func(told, function="publishing_words", output_field=SearchVectorField())
    events = LiveEvent.objects.filter(entity=entity).annotate(words=words).filter(words=query)
    return list(events.order_by("-starts_at", "-pk")[:limit])


def event_with_video(entity: Entity, video: str) -> Broadcast | None:
    """Return the broadcast with the id of its network, for who reads its chat."""
    broadcasts = Broadcast.objects.filter(event__entity=entity, remote_id=video, has_chat=True)
    return broadcasts.select_related("event", "account__entity").order_by("-pk").first()


def closed_chat_check(account: Account) -> PreflightCheck | None:
    """Return the last check of the chat of an account that is in a closed list: evidence of control YT-5."""
    closed = [LiveState.READY, LiveState.LIVE, LiveState.ENDED]
    checks = PreflightCheck.objects.filter(
        broadcast__account=account, item=PreflightItem.CHAT_HELD, is_met=True, event__state__in=closed
    )
    return checks.select_related("event", "by", "medium").order_by("-observed_at", "-pk").first()


def _with_accounts(events: QuerySet[LiveEvent]) -> QuerySet[LiveEvent]:
    shown = Broadcast.objects.filter(removed_at__isnull=True).select_related("account").order_by("account_id")
    return events.select_related("responsible").prefetch_related(Prefetch("broadcasts", shown, to_attr="shown"))


def accounts_in(events: Sequence[LiveEvent]) -> dict[int, list[Account]]:
    """Return the accounts of each event, by event."""
    return {event.pk: [one.account for one in event.shown] for event in events}  # type: ignore[attr-defined]
