"""The expediente of a publication: everything about it, from the news item to the interaction, across apps (M-1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pregonero.inbox.models import Conversation
from pregonero.inbox.queries import conversations_under
from pregonero.inbox.states import ConversationState
from pregonero.outbox.models import Attempt, Delivery, Hold
from pregonero.outbox.queries.account_stops import AccountStop, StopKind, stops_of
from pregonero.outbox.queries.deliveries import attempts_of, by_account, deliveries_of
from pregonero.outbox.queries.holds import hold_on
from pregonero.outbox.rules import may_post_manually, may_withdraw
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, STOPPED, TINTS, WAITING, DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import rules
from pregonero.publishing.live.live_models import LiveEvent
from pregonero.publishing.live.queries import events_from
from pregonero.publishing.models import Adaptation, LinkAcceptance, LinkCheck, Publication, PublicationState
from pregonero.publishing.queries import (
    adaptations_of,
    get_publication,
    latest_acceptance,
    latest_link_check,
)
from pregonero.publishing.rectification.queries import rectifications_about
from pregonero.publishing.rectification.rectification_models import Rectification
from pregonero.publishing.rectification.rules import may_ask
from pregonero.publishing.situation import situation_of
from pregonero.publishing.sources import Source, SourceStep, belongings_of, source_of, steps_of
from pregonero.publishing.threads import current_delivery, thread_label
from pregonero.records.actions import ObjectRef
from pregonero.records.queries import SealStatus, events_of, seal_status_of, texts_of
from pregonero.reports.timeline import TimelineEntry, TimelineGroup, group_entries

SEALED_WITHIN = timedelta(minutes=1)  # a worker seals every ten seconds


@dataclass(frozen=True)
class AccountProgress:
    """A publication on one account: its text, the deliveries of its parts and their attempts."""

    adaptation: Adaptation
    thread: tuple[Delivery, ...]
    attempts: tuple[Attempt, ...]
    stop: AccountStop | None  # what keeps the account from publishing now

    @property
    def delivery(self) -> Delivery | None:
        """Return the delivery that shows the progress, or None before the publication is scheduled."""
        return current_delivery(self.thread) if self.thread else None

    @property
    def first(self) -> Delivery | None:
        """Return the delivery of the first part, whose URL is that of the publication."""
        return self.thread[0] if self.thread else None

    @property
    def tint(self) -> str:
        """Return the name of the colour of its state."""
        return TINTS.get(DeliveryState(self.delivery.state), "plan") if self.delivery else "plan"

    @property
    def word(self) -> str:
        """Return its state in Spanish."""
        if self.stop is not None and self.delivery is not None and self.delivery.state in WAITING:
            return f"{thread_label(self.thread)}, {self.stop.label}"
        if self.delivery is None:
            return "no va en esta red" if self.adaptation.skipped else "sin programar"
        if self.delivery.state in WAITING and self.delivery.prepared_for:
            return f"{thread_label(self.thread)}, lista para salir"
        return thread_label(self.thread)


@dataclass(frozen=True)
class Expediente:
    """The contents of the expediente page."""

    publication: Publication
    source: Source
    source_steps: tuple[SourceStep, ...]
    accounts: tuple[AccountProgress, ...]
    link_check: LinkCheck | None
    acceptance: LinkAcceptance | None
    lines: tuple[TimelineEntry, ...]
    seal_status: SealStatus
    may_cancel: bool
    may_edit: bool
    stop: Hold | None
    may_stop: bool
    may_resume: bool
    by_hand: frozenset[int]
    withdrawable: frozenset[int]
    may_duplicate: bool
    conversations: tuple[Conversation, ...]
    rectifications: tuple[Rectification, ...]  # that somebody asked of it
    may_rectify: bool

    @property
    def live_events(self) -> list[LiveEvent]:
        """Return the live events of its source, of its need and of its campaign."""
        entity = self.publication.entity
        return events_from(entity, belongings_of(self.source, entity_id=entity.pk))

    @property
    def paused(self) -> list[AccountStop]:
        """Return the accounts where it waits because somebody or an incident paused them, with the reason."""
        waiting = (item for item in self.accounts if item.delivery and item.delivery.state in WAITING)
        return [item.stop for item in waiting if item.stop is not None and item.stop.kind == StopKind.PAUSED]

    @property
    def waiting_conversations(self) -> int:
        """Return how many of its conversations wait for an answer."""
        return sum(conversation.state == ConversationState.OPEN for conversation in self.conversations)

    @property
    def interaction_label(self) -> str:
        """Return in Spanish how many conversations it has, and how many wait."""
        count, waiting = len(self.conversations), self.waiting_conversations
        total = "1 conversación" if count == 1 else f"{count} conversaciones"
        return f"{total}, {waiting} sin responder" if waiting else f"{total}, todo atendido"

    @property
    def groups(self) -> list[TimelineGroup]:
        """Return the records in groups, as the page shows them."""
        return group_entries(self.lines)

    @property
    def scheduled(self) -> tuple[AccountProgress, ...]:
        """Return the accounts that have deliveries."""
        return tuple(way for way in self.accounts if way.delivery is not None)

    @property
    def public_count(self) -> int:
        """Return on how many accounts it is public."""
        return sum(way.delivery is not None and way.delivery.state in PUBLIC for way in self.accounts)

    @property
    def step(self) -> str:
        """Return the state of the step in which it goes out, as the ui's step takes it."""
        if self.is_stopped and self.situation[0] != "ok":
            return "stopped"
        return {"ok": "done", "bad": "bad", "wait": "now"}.get(self.situation[0], "next")

    @property
    def step_title(self) -> str:
        """Return the title of the publishing step: its result, or "Publicación" while it is still to come."""
        if self.is_stopped and self.situation[0] != "ok":
            return "Cancelada a medias" if self.is_begun else "Cancelada"
        return self.situation[1].capitalize() if self.step != "next" else "Publicación"

    @property
    def step_at(self) -> datetime | None:
        """Return when the publishing step happened, or its scheduled time."""
        return self.cancelled_at or self.published_at or self.publication.due_at

    @property
    def cancellation(self) -> TimelineEntry | None:
        """Return the record of the act that cancelled the publication, or what was left of it."""
        acts = [line for line in self.lines if line.event.event_type == "publication.cancelled"]
        return acts[-1] if acts and self.is_stopped else None

    @property
    def scheduling(self) -> TimelineEntry | None:
        """Return the record of the action that first scheduled the publication."""
        return next((line for line in self.lines if line.event.event_type == "publication.scheduled"), None)

    @property
    def moves(self) -> list[TimelineEntry]:
        """Return the records of the later changes of its time, in order."""
        return [line for line in self.lines if line.event.event_type == "publication.rescheduled"]

    @property
    def published_at(self) -> datetime | None:
        """Return when the first of its deliveries was published."""
        times = [part.published_at for way in self.accounts for part in way.thread if part.published_at]
        return min(times, default=None)

    @property
    def cancelled_at(self) -> datetime | None:
        """Return when it was cancelled."""
        return self.cancellation.event.at if self.cancellation else None

    @property
    def is_stopped(self) -> bool:
        """Return whether nothing of it will go out any more because a person cancelled it."""
        states = {way.delivery.state for way in self.scheduled if way.delivery}
        is_cancelled = self.publication.state == PublicationState.CANCELLED
        return is_cancelled or (DeliveryState.CANCELLED in states and not states & {*WAITING, *IN_FLIGHT})

    @property
    def is_begun(self) -> bool:
        """Return whether any part is public on any account."""
        return any(delivery.state in PUBLIC for way in self.accounts for delivery in way.thread)

    @property
    def is_moving(self) -> bool:
        """Return whether a delivery can change without a person, so that the page must refresh."""
        return any(way.delivery is not None and way.delivery.state in (*IN_FLIGHT, *WAITING) for way in self.accounts)

    def is_being_sealed(self, now: datetime) -> bool:
        """Return whether its last records are about to be sealed; after that time the page does not poll."""
        since = self.seal_status.waiting_since
        return since is not None and now - since <= SEALED_WITHIN

    @property
    def situation(self) -> tuple[str, str]:
        """Return the colour and the label of the whole publication, such as "publicando, 2 de 4"."""
        threads = [way.thread for way in self.accounts]
        return situation_of(self.publication, threads, is_held=self.stop is not None)


def expediente_of(*, member: Member, pk: int, now: datetime) -> Expediente:
    """Return the expediente of a publication. The number of queries does not depend on its length."""
    publication = get_publication(member=member, pk=pk)
    source = source_of(publication)
    deliveries = deliveries_of(publication.ref)
    rectifications = rectifications_about(publication)
    refs = [*_refs(publication, deliveries), *(one.ref for one in rectifications)]
    events = events_of(publication.entity_id, refs)
    texts, stop = texts_of(events), hold_on(publication.ref)
    is_programmed = publication.state == PublicationState.PROGRAMMED
    return Expediente(
        publication=publication,
        source=source,
        source_steps=steps_of(source, entity_id=publication.entity_id),
        accounts=_accounts(publication, deliveries, now),
        link_check=latest_link_check(publication),
        acceptance=latest_acceptance(publication),
        lines=tuple(TimelineEntry(event, texts.get(event.pk, {})) for event in events),
        seal_status=seal_status_of(events),
        may_cancel=rules.may_cancel(member, publication, deliveries, now=now),
        may_edit=rules.may_edit(member, publication, now=now) and _is_editable(deliveries),
        stop=stop,
        may_stop=rules.may_pause_publication(member, publication, stop, now=now)
        and any(delivery.state in WAITING for delivery in deliveries),
        may_resume=rules.may_resume(member, now=now),
        may_duplicate=rules.may_duplicate(member, now=now),
        conversations=tuple(conversations_under(publication.ref)),
        rectifications=tuple(rectifications),
        may_rectify=may_ask(member, now=now) and any(delivery.state in PUBLIC for delivery in deliveries),
        withdrawable=frozenset(delivery.pk for delivery in deliveries if may_withdraw(member, delivery, now=now)),
        by_hand=_by_hand(member, deliveries, held=stop is not None, now=now) if is_programmed else frozenset(),
    )


def _accounts(publication: Publication, deliveries: list[Delivery], now: datetime) -> tuple[AccountProgress, ...]:
    """Return the progress of a publication on each of its accounts."""
    threads, attempts = by_account(deliveries), list(attempts_of(publication.ref))
    adaptations = adaptations_of(publication)
    stops = {item.account.pk: item for item in stops_of([item.account for item in adaptations], now=now)}
    return tuple(
        AccountProgress(
            adaptation,
            tuple(threads.get(adaptation.account_id, ())),
            tuple(attempt for attempt in attempts if attempt.delivery.account_id == adaptation.account_id),
            stops.get(adaptation.account_id),
        )
        for adaptation in adaptations
    )


def _by_hand(member: Member, deliveries: Iterable[Delivery], *, held: bool, now: datetime) -> frozenset[int]:
    """Return the ids of the deliveries that this member may publish manually."""
    why = "En pausa." if held else ""
    return frozenset(delivery.pk for delivery in deliveries if may_post_manually(member, delivery, why, now=now))


def _is_editable(deliveries: Iterable[Delivery]) -> bool:
    """Return whether any delivery is still to be sent, or there is none because it is a draft."""
    states = {delivery.state for delivery in deliveries}
    return not states or bool(states & {*WAITING, *STOPPED})


def _refs(publication: Publication, deliveries: list[Delivery]) -> list[ObjectRef]:
    return [publication.ref, *(delivery.ref for delivery in deliveries), publication.source_ref]
