"""What the rules of the calendar advise about an hour for a publication. Nothing here prevents scheduling (P-2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pregonero.publishing.calendar import ThreadPosition
from pregonero.publishing.calendar_rules.rule_set import RuleSet, hours_label
from pregonero.publishing.models import Relevance

MOST_NEIGHBOURS = 3


@dataclass(frozen=True)
class PlannedHour:
    """A publication at an hour in Bogotá where it is not yet: on some accounts, with its theme and relevance."""

    publication: int
    accounts: frozenset[int]
    at: datetime
    theme: str = ""
    relevance: int = Relevance.MEDIUM


@dataclass(frozen=True)
class HourAdvice:
    """Something to know of an hour: what, and why it matters. `makes_room` says that moving others would solve it."""

    what: str
    why: str = ""
    makes_room: bool = False


def advise(planned: PlannedHour, positions: Iterable[ThreadPosition], rules: RuleSet) -> tuple[HourAdvice, ...]:
    """Return what the rules advise about an hour: first what touches the relevance of others, then the rest.

    `positions` are those of its day.
    """
    others = _others(planned, positions)
    return (
        *_neighbours(planned, others, rules),
        *_themes(planned, others, rules),
        *_hour_itself(planned, rules),
    )


def _others(planned: PlannedHour, positions: Iterable[ThreadPosition]) -> list[ThreadPosition]:
    """Return the positions of other publications on the same accounts, by time, each publication once."""
    found: dict[int, ThreadPosition] = {}
    for position in positions:
        if position.publication != planned.publication and position.account in planned.accounts:
            kept = found.get(position.publication)
            if kept is None or abs(position.at - planned.at) < abs(kept.at - planned.at):
                found[position.publication] = position
    return sorted(found.values(), key=lambda position: (position.at, position.key))


def _neighbours(planned: PlannedHour, others: Iterable[ThreadPosition], rules: RuleSet) -> list[HourAdvice]:
    near = [other for other in others if abs(other.at - planned.at) < rules.gap_of(other.account)]
    near.sort(key=lambda other: (other.relevance, abs(other.at - planned.at), other.key))
    return [_neighbour(planned, other) for other in near[:MOST_NEIGHBOURS]]


def _neighbour(planned: PlannedHour, other: ThreadPosition) -> HourAdvice:
    minutes = int(abs(other.at - planned.at).total_seconds() // 60)
    distance = f"a {minutes} min" if minutes else "a la misma hora"
    what = f"Queda {distance} de «{other.title}», de las {other.at:%H:%M}."
    if other.relevance < planned.relevance:
        return HourAdvice(what, "Esa tiene más relevancia: mejor otra hora para esta.")
    if other.relevance > planned.relevance:
        return HourAdvice(what, "Esta tiene más relevancia: la otra se puede correr.", makes_room=True)
    return HourAdvice(what, "Tienen la misma relevancia.", makes_room=True)


def _themes(planned: PlannedHour, others: Sequence[ThreadPosition], rules: RuleSet) -> Iterable[HourAdvice]:
    theme = planned.theme.strip()
    near = [other for other in others if abs(other.at - planned.at) < rules.apart_by]
    touched = next((other for other in near if rules.are_apart(theme, other.theme)), None)
    if touched is not None:
        yield HourAdvice(
            f"A las {touched.at:%H:%M} sale «{touched.title}», de {touched.theme}.",
            f"Las reglas piden que {theme} y {touched.theme} no vayan juntos.",
        )
    same = next((other for other in others if theme and other.theme.casefold() == theme.casefold()), None)
    if same is not None:
        yield HourAdvice(f"Ese día ya sale otra de {theme}, a las {same.at:%H:%M}.", "Se repite el tema.")


def _hour_itself(planned: PlannedHour, rules: RuleSet) -> Iterable[HourAdvice]:
    is_urgent = planned.relevance == Relevance.HIGH
    anyway = "Por su relevancia puede salir igual." if is_urgent else "Mejor otra hora, salvo que no pueda esperar."
    if rules.quiet is not None and rules.is_quiet(planned.at):
        start, end = rules.quiet
        yield HourAdvice(f"Es hora de silencio, de {start:%H:%M} a {end:%H:%M}.", anyway)
    if name := rules.day_off(planned.at.date()):
        yield HourAdvice(f"Ese día es festivo: {name}.", anyway)
    if is_urgent and rules.best_hours and not rules.is_best(planned.at):
        yield HourAdvice(
            f"Las mejores horas son {hours_label(rules.best_hours)}.", "Es de relevancia alta: ahí la ve más gente."
        )
