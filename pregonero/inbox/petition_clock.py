"""The legal date of a petition, made of what happened to it, with each day explained (Ley 1755 de 2015, Q-5).

The days are working days counted from the one after the petition is received. The articles are those of the Ley 1437 de
2011 as the Ley 1755 de 2015 replaced them; the text of each is to be confirmed by the entity's lawyers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from pregonero.errors import Refused
from pregonero.working_days import add_working_days, days_after, is_working_day, next_working_day, why_not_working

BOGOTA = ZoneInfo("America/Bogota")
OFFICE_CLOSES = time(17)  # of the entity: what arrives later counts as of the next working day
TO_ASK_AND_FORWARD = 5  # working days (art. 21)
TO_ASK_TO_COMPLETE = 10  # working days (art. 17)
DELIVERY_OF_DOCUMENTS = 3  # working days, after the silence (art. 14, num. 1)


class PetitionKind(StrEnum):
    """The kinds of petition that have a term of their own (art. 14, and art. 30 between authorities)."""

    GENERAL = "GENERAL"
    DOCUMENTS = "DOCUMENTS"
    CONSULTATION = "CONSULTATION"
    AUTHORITY = "AUTHORITY"
    CONGRESS = "CONGRESS"


@dataclass(frozen=True)
class Term:
    """The working days in which a kind of petition is answered, its Spanish name, and the norm that says it."""

    days: int
    label: str
    norm: str


TERMS = {
    PetitionKind.GENERAL: Term(15, "Petición de interés general o particular", "Ley 1755 de 2015, art. 14"),
    PetitionKind.DOCUMENTS: Term(10, "Petición de documentos o de información", "Ley 1755 de 2015, art. 14, num. 1"),
    PetitionKind.CONSULTATION: Term(30, "Consulta sobre materias a cargo", "Ley 1755 de 2015, art. 14, num. 2"),
    PetitionKind.AUTHORITY: Term(10, "Petición de otra autoridad", "Ley 1755 de 2015, art. 30"),
    PetitionKind.CONGRESS: Term(5, "Petición de un congresista", "Ley 5 de 1992, art. 258"),
}


class StepKind(StrEnum):
    """What can happen to a petition."""

    RECEIVED = "RECEIVED"
    ASKED_TO_COMPLETE = "ASKED_TO_COMPLETE"
    COMPLETED = "COMPLETED"
    FORWARDED = "FORWARDED"
    EXTENDED = "EXTENDED"
    ANSWERED = "ANSWERED"


@dataclass(frozen=True)
class Step:
    """Something that happened, when, and for an extension, the date that was told."""

    kind: StepKind
    at: datetime
    until: date | None = None


@dataclass(frozen=True)
class DayRow:
    """A day of the count: its number when it counts, or why it does not."""

    day: date
    number: int | None
    note: str


@dataclass(frozen=True)
class Count:
    """The legal date of a petition, why it is that one, and its table of days. `due_on` is None when none runs."""

    due_on: date | None
    norm: str
    rows: tuple[DayRow, ...]
    note: str = ""
    ended_on: date | None = None

    def is_late(self, today: date) -> bool:
        """Return whether the date has passed without an answer, or the answer came after it."""
        return self.due_on is not None and (self.ended_on or today) > self.due_on


def counted_from(received_at: datetime) -> tuple[date, str]:
    """Return the day on which a petition counts as received, and why when it is not the day of its arrival."""
    local = received_at.astimezone(BOGOTA)
    if not is_working_day(local.date()):
        return next_working_day(local.date()), f"llegó un día no hábil: {why_not_working(local.date())}"
    if local.time() >= OFFICE_CLOSES:
        return next_working_day(local.date()), f"llegó después de las {OFFICE_CLOSES:%H:%M}"
    return local.date(), ""


def count_petition(kind: PetitionKind, steps: Sequence[Step], *, without: str = "") -> Count:
    """Return the legal date of a petition from its steps, in order. Raises `Refused` for steps that the law has not."""
    term = TERMS[kind]
    if not steps or steps[0].kind != StepKind.RECEIVED:
        raise Refused("La cuenta empieza cuando se recibe la petición.")
    start, note = counted_from(steps[0].at)
    count = _count(start, term.days, term.norm, without)
    for step in steps[1:]:
        count = _after(count, step, term, without)
    return replace(count, note="; ".join(filter(None, (note, count.note))))


def _count(start: date, days: int, norm: str, without: str) -> Count:
    rows = tuple(_rows(start, days, without))
    return Count(rows[-1].day, norm, rows)


def _rows(start: date, days: int, without: str) -> Iterable[DayRow]:
    yield DayRow(start, 0, "se recibe: se cuenta desde el día hábil siguiente")
    number = 0
    for day in days_after(start):
        why = why_not_working(day, without=without)
        number += not why
        yield DayRow(day, None if why else number, why)
        if number == days:
            return


def _after(count: Count, step: Step, term: Term, without: str) -> Count:
    if count.ended_on is not None:
        raise Refused("La petición ya terminó: no se le agrega nada.")
    day = step.at.astimezone(BOGOTA).date()
    if step.kind == StepKind.ASKED_TO_COMPLETE:
        return _asked_to_complete(count, day)
    if step.kind == StepKind.COMPLETED:
        return _completed(count, step, term, without)
    if step.kind == StepKind.FORWARDED:
        return _forwarded(count, day)
    if step.kind == StepKind.EXTENDED:
        return _extended(count, day, step.until, term)
    if step.kind == StepKind.ANSWERED:
        return replace(count, ended_on=day)
    raise Refused("Una petición se recibe una sola vez.")


def _asked_to_complete(count: Count, day: date) -> Count:
    """Stop the count: the person has a month to complete the petition (art. 17)."""
    last = add_working_days(count.rows[0].day, TO_ASK_TO_COMPLETE)
    if day > last:
        raise Refused(f"Se pide completar en los 10 días hábiles siguientes: hasta el {last:%d/%m/%Y} (art. 17).")
    limit = day + relativedelta(months=1)
    return replace(
        count, due_on=None, norm="Ley 1755 de 2015, art. 17", note=f"espera lo que falta hasta el {limit:%d/%m/%Y}"
    )


def _completed(count: Count, step: Step, term: Term, without: str) -> Count:
    """Start the count again, from the day after the person completes it (art. 17)."""
    if count.due_on is not None:
        raise Refused("No se le había pedido completar nada.")
    start, _ = counted_from(step.at)
    return replace(
        _count(start, term.days, term.norm, without), note="la cuenta empieza otra vez al completarla (art. 17)"
    )


def _forwarded(count: Count, day: date) -> Count:
    """End the count here: another authority is competent (art. 21)."""
    last = add_working_days(count.rows[0].day, TO_ASK_AND_FORWARD)
    late = f", tarde: era hasta el {last:%d/%m/%Y}" if day > last else ""
    return replace(
        count, ended_on=day, due_on=last, norm="Ley 1755 de 2015, art. 21", note=f"se remitió a otra autoridad{late}"
    )


def _extended(count: Count, day: date, until: date | None, term: Term) -> Count:
    """Take the date that was told, before the first one passed and at most double (art. 14, par.)."""
    if count.due_on is None or until is None:
        raise Refused("Escribe hasta qué fecha se amplía.")
    if day > count.due_on:
        raise Refused(
            f"La ampliación se avisa antes de que venza: era hasta el {count.due_on:%d/%m/%Y} (art. 14, par.)."
        )
    most = add_working_days(count.rows[0].day, 2 * term.days)
    if not count.due_on < until <= most:
        raise Refused(f"La ampliación llega como máximo al {most:%d/%m/%Y}, el doble del plazo (art. 14, par.).")
    return replace(count, due_on=until, norm="Ley 1755 de 2015, art. 14, parágrafo", note="ampliada")


def silence_of_documents(count: Count) -> tuple[date, date] | None:
    """Return when documents count as granted by silence, and until when they are delivered (art. 14, num. 1)."""
    if count.due_on is None or count.ended_on is not None:
        return None
    granted = next_working_day(count.due_on)
    return granted, add_working_days(count.due_on, DELIVERY_OF_DOCUMENTS)
