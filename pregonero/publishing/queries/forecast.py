"""What the limits will do to the programme, in words: when each thing would really leave, and what it will cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pregonero.networks.models import Account
from pregonero.networks.rate_limits.forecast import ExpectedSend, PlannedPost
from pregonero.networks.rate_limits.policy import PostClass, Unit, classify_post, dollars
from pregonero.networks.registry import connector, rate_limit_policy
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import of_subjects
from pregonero.outbox.queries.limits import foresee, planned_on
from pregonero.outbox.states import WAITING
from pregonero.publishing.models import ZONE, Adaptation
from pregonero.publishing.payload import payloads_of

WORTH_SAYING = timedelta(minutes=1)
MOST_SAID = 4


@dataclass(frozen=True)
class Foreseen:
    """What the limits do to a day: words for each delivery's place, and sentences for the top of the page."""

    words: dict[int, str]
    sentences: tuple[str, ...]


def foreseen_of(accounts: Sequence[Account], deliveries: Sequence[Delivery], *, now: datetime) -> Foreseen:
    """Return what the limits, as they stand, do to a day's deliveries; what comes before them counts too."""
    waiting = [delivery for delivery in deliveries if delivery.state in WAITING and not delivery.position]
    until = max((delivery.due_at for delivery in waiting), default=now) + WORTH_SAYING
    leavings = foresee(accounts, planned_on(accounts, until=until), now=now)
    words, sentences = {}, []
    for delivery in waiting:
        leaving = leavings.get(delivery.pk)
        said = _words(leaving, max(delivery.due_at, now)) if leaving else ""
        if said:
            words[delivery.pk] = said
            place = f"{_hour(delivery.due_at)} en {delivery.account.get_network_display()}"
            sentences.append(f"Con estos límites, la de las {place} {said}.")
    return Foreseen(words, tuple(sentences[:MOST_SAID]))


def _words(leaving: ExpectedSend, due_at: datetime) -> str:
    """Return what happens to it, after its subject; nothing when it leaves at its minute."""
    if leaving.at is None:
        return "espera: la red no deja enviar"
    if leaving.is_late:
        return f"no alcanzaría: podría salir a las {_hour(leaving.at)}, cuando ya pasó su hora"
    if leaving.at - due_at < WORTH_SAYING:
        return ""
    return f"saldría a las {_hour(leaving.at)}"


def _hour(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(ZONE)):%H:%M}"


@dataclass(frozen=True)
class Advice:
    """Something to know of an account before programming: it does not stand in the way."""

    badge: str
    text: str
    is_cost: bool = False


def advice_for(adaptations: Iterable[Adaptation], *, due_at: datetime, now: datetime) -> tuple[Advice, ...]:
    """Return when a publication would leave on each account if it were programmed for that minute, and its cost."""
    going = [adaptation for adaptation in adaptations if not adaptation.skipped]
    leavings = _leavings(going, due_at=due_at, now=now)
    return tuple(
        advice
        for number, adaptation in enumerate(going)
        for advice in _advice(adaptation, leavings.get(_key(number)), max(due_at, now))
    )


def leaves_on_time(adaptations: Sequence[Adaptation], *, due_at: datetime, now: datetime) -> bool:
    """Return whether the limits, as they stand, let a publication leave at that minute on each of its accounts."""
    leavings = _leavings(adaptations, due_at=due_at, now=now)
    return not any(_words(leaving, max(due_at, now)) for leaving in leavings.values())


def _leavings(going: Sequence[Adaptation], *, due_at: datetime, now: datetime) -> dict[int, ExpectedSend]:
    """Return when each part would leave, by its key, if the adaptations were scheduled for that minute."""
    if not going:
        return {}
    accounts = [adaptation.account for adaptation in going]
    ours = {publication.pk for publication in {adaptation.publication for adaptation in going}}
    mine = set(Delivery.objects.filter(of_subjects("publication", ours)).values_list("pk", flat=True))
    others = [post for post in planned_on(accounts, until=due_at + WORTH_SAYING) if post.key not in mine]
    parts = [part for number, adaptation in enumerate(going) for part in _planned(adaptation, number, due_at)]
    keys = {part.key for part in parts}
    leavings = foresee(accounts, [*others, *parts], now=now)
    return {key: leaving for key, leaving in leavings.items() if key in keys}


def _key(number: int, position: int = 0) -> int:
    """Return a key after every delivery's: of two in the same minute, the one programmed before goes first."""
    return 10**15 + number * 1000 + position


def _planned(adaptation: Adaptation, number: int, due_at: datetime) -> list[PlannedPost]:
    lasts = timedelta(minutes=adaptation.publication.tolerance_minutes)
    return [
        PlannedPost(_key(number, position), adaptation.account_id, due_at, post_class, due_at + lasts)
        for position, post_class in enumerate(_post_classes(adaptation))
    ]


def _advice(adaptation: Adaptation, leaving: ExpectedSend | None, due_at: datetime) -> Iterable[Advice]:
    badge, label = _names(adaptation)
    said = _words(leaving, due_at) if leaving else ""
    if said:
        yield Advice(badge, f"{label}: con estos límites, {said}.")
    rates = rate_limit_policy(adaptation.account.network)
    money = next((rule.key for rule in rates.quotas if rule.unit == Unit.MONEY), "")
    micros = sum(rates.cost_of(kind).get(money, 0) for kind in _post_classes(adaptation)) if money else 0
    if micros:
        yield Advice(badge, f"Publicar en {label} cuesta {dollars(micros)}.", is_cost=True)


def _post_classes(adaptation: Adaptation) -> list[PostClass]:
    """Return what each part of an adaptation will be to its network's quotas and prices."""
    return [
        classify_post(payload["text"], link=payload["link"], format=payload["format"], part=position > 0)
        for position, (_, payload) in enumerate(payloads_of(adaptation))
    ]


def _names(adaptation: Adaptation) -> tuple[str, str]:
    capabilities = connector(adaptation.account.network).capabilities
    return capabilities.badge, capabilities.label
