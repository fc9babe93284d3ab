"""The whole way of a publication, from the news to the interaction, read across the apps (M-1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pregonero.newsroom.models import Informing
from pregonero.outbox.models import Attempt, Delivery, Hold
from pregonero.outbox.queries.deliveries import attempts_of, by_account, deliveries_of
from pregonero.outbox.queries.holds import hold_on
from pregonero.outbox.rules import may_post_manually
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, STOPPED, WAITING, DeliveryState
from pregonero.people.models import Member, Notice
from pregonero.people.queries import receipts_of
from pregonero.publishing import rules
from pregonero.publishing.models import Adaptation, LinkAcceptance, LinkCheck, Publication, PublicationState
from pregonero.publishing.queries import (
    adaptations_of,
    get_publication,
    latest_acceptance,
    latest_link_check,
)
from pregonero.publishing.threads import speaks_for, words_of
from pregonero.records.actions import ObjectRef
from pregonero.records.queries import ChainState, chain_state, events_of, texts_of
from pregonero.reports.timeline import Group, Line, gathered

TINTS = {
    **dict.fromkeys(PUBLIC, "ok"),
    **dict.fromkeys(IN_FLIGHT, "wait"),
    **dict.fromkeys(STOPPED, "bad"),
    **dict.fromkeys(WAITING, "plan"),
    DeliveryState.CANCELLED: "hold",
    DeliveryState.DUE: "wait",
    DeliveryState.NEEDS_PERSON: "bad",
}


@dataclass(frozen=True)
class AccountWay:
    """How a publication fares on one account: what it says there, its delivery for each part and its commit calls."""

    adaptation: Adaptation
    thread: tuple[Delivery, ...]
    attempts: tuple[Attempt, ...]

    @property
    def delivery(self) -> Delivery | None:
        """Return where it stands: of a thread, the part that has not gone out."""
        return speaks_for(self.thread) if self.thread else None

    @property
    def first(self) -> Delivery | None:
        """Return the first part's delivery, whose address is the publication's."""
        return self.thread[0] if self.thread else None

    @property
    def tint(self) -> str:
        """Return the colour of its state."""
        return TINTS[DeliveryState(self.delivery.state)] if self.delivery else "plan"

    @property
    def word(self) -> str:
        """Return its state in words."""
        if self.delivery is None:
            return "se omite" if self.adaptation.skipped else "sin programar"
        if self.delivery.state in WAITING and self.delivery.prepared_for:
            return f"{words_of(self.thread)}, preparada"
        return words_of(self.thread)


@dataclass(frozen=True)
class Expediente:
    """Everything that the page of a publication shows."""

    publication: Publication
    informing: Informing | None
    receipts: tuple[Notice, ...]
    accounts: tuple[AccountWay, ...]
    link_check: LinkCheck | None
    acceptance: LinkAcceptance | None
    lines: tuple[Line, ...]
    chain: ChainState
    may_cancel: bool
    may_edit: bool
    stop: Hold | None
    may_stop: bool
    may_resume: bool
    by_hand: frozenset[int]
    may_take_up: bool

    @property
    def groups(self) -> list[Group]:
        """Return the records as they are read: what the machine did in a row, together."""
        return gathered(self.lines)

    @property
    def going(self) -> tuple[AccountWay, ...]:
        """Return the accounts where it goes out."""
        return tuple(way for way in self.accounts if way.delivery is not None)

    @property
    def out(self) -> int:
        """Return on how many accounts it is out."""
        return sum(way.delivery is not None and way.delivery.state in PUBLIC for way in self.accounts)

    @property
    def is_begun(self) -> bool:
        """Return whether some part of it is out, on any account."""
        return any(each.state in PUBLIC for way in self.accounts for each in way.thread)

    @property
    def to_stop(self) -> str:
        """Return what would be stopped: "X, partes 3 a 5; Facebook"."""
        return "; ".join(filter(None, (_to_stop(way) for way in self.accounts)))

    @property
    def is_moving(self) -> bool:
        """Return whether something may change by itself in a moment: the page keeps looking."""
        return any(way.delivery is not None and way.delivery.state in (*IN_FLIGHT, *WAITING) for way in self.accounts)

    @property
    def situation(self) -> tuple[str, str]:
        """Return the colour and the words of the whole: "publicando, 2 de 4"."""
        return _situation([DeliveryState(way.delivery.state) for way in self.going if way.delivery], self)


def _to_stop(way: AccountWay) -> str:
    left = [each.position + 1 for each in way.thread if each.state in WAITING]
    if not left:
        return ""
    name = str(way.adaptation.account.get_network_display())
    if len(way.thread) == 1:
        return name
    return f"{name}, partes {left[0]} a {left[-1]}" if len(left) > 1 else f"{name}, parte {left[0]}"


def _situation(states: list[DeliveryState], file: Expediente) -> tuple[str, str]:
    publication = file.publication
    if not states:
        return "plan", str(publication.get_state_display())
    if all(state in PUBLIC for state in states):
        return "ok", f"publicada en {len(states)} de {len(states)}"
    if all(state == DeliveryState.CANCELLED for state in states):
        return "hold", "detenida a medias" if file.is_begun else "detenida"
    if any(state in (*STOPPED, DeliveryState.NEEDS_PERSON) for state in states):
        return "bad", f"publicada en {file.out} de {len(states)}, revisa lo demás"
    if all(state == DeliveryState.PLANNED for state in states) and not file.is_begun:
        return "plan", "programada"
    return "wait", f"publicando, {file.out} de {len(states)}"


def expediente_of(*, member: Member, pk: int, now: datetime) -> Expediente:
    """Return the file of a publication: a fixed number of queries, whatever its length."""
    publication = get_publication(member=member, pk=pk)
    deliveries = deliveries_of(publication.ref)
    threads = by_account(deliveries)
    attempts = list(attempts_of(publication.ref))
    events = events_of(publication.entity_id, _refs(publication, deliveries))
    words, stop = texts_of(events), hold_on(publication.ref)
    is_programmed = publication.state == PublicationState.PROGRAMMED
    return Expediente(
        publication=publication,
        informing=_informing(publication),
        receipts=tuple(_receipts(publication)),
        accounts=tuple(
            AccountWay(
                adaptation,
                tuple(threads.get(adaptation.account_id, ())),
                tuple(attempt for attempt in attempts if attempt.delivery.account_id == adaptation.account_id),
            )
            for adaptation in adaptations_of(publication)
        ),
        link_check=latest_link_check(publication),
        acceptance=latest_acceptance(publication),
        lines=tuple(Line(event, words.get(event.pk, {})) for event in events),
        chain=chain_state(publication.entity_id),
        may_cancel=rules.may_cancel(member, publication, deliveries, now=now),
        may_edit=rules.may_edit(member, publication, now=now) and _is_editable(deliveries),
        stop=stop,
        may_stop=rules.may_pause_publication(member, publication, stop, now=now)
        and any(delivery.state in WAITING for delivery in deliveries),
        may_resume=rules.may_resume(member, now=now),
        may_take_up=rules.may_take_up_again(member, publication, now=now),
        by_hand=_by_hand(member, deliveries, held=stop is not None, now=now) if is_programmed else frozenset(),
    )


def _by_hand(member: Member, deliveries: Iterable[Delivery], *, held: bool, now: datetime) -> frozenset[int]:
    """Return which deliveries this person may make by hand: not out, certainly, and held by nobody."""
    why = "En pausa." if held else ""
    return frozenset(each.pk for each in deliveries if may_post_manually(member, each, why, now=now))


def _is_editable(deliveries: Iterable[Delivery]) -> bool:
    """Return whether something of it has not gone out; a draft has no delivery yet."""
    states = {delivery.state for delivery in deliveries}
    return not states or bool(states & {*WAITING, *STOPPED})


def _refs(publication: Publication, deliveries: list[Delivery]) -> list[ObjectRef]:
    refs = [publication.ref, *(delivery.ref for delivery in deliveries)]
    return [*refs, publication.news.ref] if publication.news else refs


def _informing(publication: Publication) -> Informing | None:
    if publication.news is None:
        return None
    informings = Informing.objects.filter(news=publication.news)
    return informings.select_related("by", "rule__signed_by", "rule__source").first()


def _receipts(publication: Publication) -> list[Notice]:
    if publication.news is None:
        return []
    return receipts_of(publication.entity, kind="news.informed", ref=publication.news.ref.reference)
