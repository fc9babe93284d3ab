"""The legal date of a petition, counted from its steps, with each day explained (Ley 1755 de 2015, Q-5).

The days are working days counted from the one after the petition is received. `petition_law` has the words of each
article and where they were read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from pregonero.errors import Refused
from pregonero.working_days import add_working_days, days_after, next_working_day, why_not_working

BOGOTA = ZoneInfo("America/Bogota")
OFFICE_CLOSES = time(17)  # of the entity: what arrives later counts as of the next working day
TO_ASK_AND_FORWARD = 5  # working days (art. 21)
TO_ASK_TO_COMPLETE = 10  # working days (art. 17)
TO_CLARIFY = 10  # working days (art. 19)
MONTH_TO_COMPLETE = relativedelta(months=1)  # and as much again if the person asks for it in time (art. 17)
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
    PetitionKind.AUTHORITY: Term(10, "Petición de información de otra autoridad", "Ley 1755 de 2015, art. 30"),
    PetitionKind.CONGRESS: Term(5, "Petición de un congresista", "Ley 5 de 1992, art. 258"),
}


class StepKind(StrEnum):
    """What can happen to a petition."""

    RECEIVED = "RECEIVED"
    ASKED_TO_COMPLETE = "ASKED_TO_COMPLETE"
    MORE_TIME = "MORE_TIME"
    RETURNED = "RETURNED"
    COMPLETED = "COMPLETED"
    FORWARDED = "FORWARDED"
    EXTENDED = "EXTENDED"
    ANSWERED = "ANSWERED"
    WITHDRAWN = "WITHDRAWN"
    ARCHIVED = "ARCHIVED"


@dataclass(frozen=True)
class Step:
    """A step of a petition, when it happened, and for an extension, the new date that the person was told."""

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
    """The legal date of a petition, the norm that sets it, and its table of days. `due_on` is None when none runs.

    `start` is the day from which the running term counts, and `consumed` the days that had passed before it;
    `waits_until` is the last day of the person to complete or clarify the petition.
    """

    due_on: date | None
    norm: str
    rows: tuple[DayRow, ...]
    start: date
    note: str = ""
    ended_on: date | None = None
    waits_until: date | None = None
    consumed: int = 0

    def is_late(self, today: date) -> bool:
        """Return whether the date has passed without an answer, or the answer came after it."""
        return self.due_on is not None and (self.ended_on or today) > self.due_on


@dataclass(frozen=True)
class Calendar:
    """The term of a petition, and the law of holidays that is left out, to compare before and after it."""

    term: Term
    without: str = ""

    def plus(self, day: date, count: int) -> date:
        """Return the day that is `count` working days after another."""
        return add_working_days(day, count, without=self.without)


def counted_from(received_at: datetime, *, without: str = "") -> tuple[date, str]:
    """Return the day on which a petition counts as received, and why when it is not the day of its arrival."""
    local = received_at.astimezone(BOGOTA)
    day, why = local.date(), why_not_working(local.date(), without=without)
    if why:
        return next_working_day(day, without=without), f"llegó un día no hábil: {why}"
    if local.time() >= OFFICE_CLOSES:
        return next_working_day(day, without=without), f"llegó después de las {OFFICE_CLOSES:%H:%M}"
    return day, ""


def count_petition(kind: PetitionKind, steps: Sequence[Step], *, without: str = "") -> Count:
    """Return the legal date of a petition from its ordered steps. Raises `Refused` for a step that the law forbids."""
    calendar = Calendar(TERMS[kind], without)
    if not steps or steps[0].kind != StepKind.RECEIVED:
        raise Refused("La cuenta empieza cuando se recibe la petición.")
    start, note = counted_from(steps[0].at, without=without)
    count = _count(start, calendar)
    for step in steps[1:]:
        count = _after(count, step, calendar)
    return replace(count, note="; ".join(filter(None, (note, count.note))))


def _count(start: date, calendar: Calendar, *, earlier: tuple[DayRow, ...] = ()) -> Count:
    last = calendar.plus(start, calendar.term.days)
    first = DayRow(start, 0, "se recibe: se cuenta desde el día hábil siguiente")
    return Count(last, calendar.term.norm, (*earlier, first, *_rows(start, last, calendar)), start)


def _rows(start: date, last: date, calendar: Calendar, *, consumed: int = 0) -> Iterable[DayRow]:
    """Yield the days after one, numbered from those consumed already, up to the last."""
    number = consumed
    for day in days_after(start):
        why = why_not_working(day, without=calendar.without)
        number += not why
        yield DayRow(day, None if why else number, why)
        if day >= last:
            return


def _after(count: Count, step: Step, calendar: Calendar) -> Count:
    if count.ended_on is not None:
        raise Refused("La petición ya terminó: no se le agrega nada.")
    day = step.at.astimezone(BOGOTA).date()
    apply = {
        StepKind.ASKED_TO_COMPLETE: lambda: _asked_to_complete(count, day, calendar),
        StepKind.MORE_TIME: lambda: _more_time(count, day),
        StepKind.RETURNED: lambda: _returned(count, day, calendar),
        StepKind.COMPLETED: lambda: _completed(count, step, calendar),
        StepKind.FORWARDED: lambda: _forwarded(count, day, calendar),
        StepKind.EXTENDED: lambda: _extended(count, day, step.until, calendar),
        StepKind.ANSWERED: lambda: replace(count, ended_on=day),
        StepKind.WITHDRAWN: lambda: _ended(count, day, "art. 18", "la persona desistió"),
        StepKind.ARCHIVED: lambda: _archived(count, day),
    }.get(step.kind)
    if apply is None:
        raise Refused("Una petición se recibe una sola vez.")
    return apply()


def _stopped(count: Count, day: date, until: date, article: str, why: str) -> Count:
    """Stop the count until the person completes or clarifies the petition; its table ends on that day."""
    if count.due_on is None:
        raise Refused("La cuenta ya está detenida: espera a la persona.")
    rows = tuple(row for row in count.rows if row.day < day or row.number == 0)
    return replace(
        count,
        due_on=None,
        norm=f"Ley 1755 de 2015, {article}",
        rows=(*rows, DayRow(day, None, f"{why}: la cuenta se detiene ({article})")),
        note=f"espera a la persona hasta el {until:%d/%m/%Y}",
        waits_until=until,
    )


def _asked_to_complete(count: Count, day: date, calendar: Calendar) -> Count:
    """Stop the count: the person has a month to complete the petition (art. 17)."""
    last = _day_of(count, TO_ASK_TO_COMPLETE, calendar)
    if day > last:
        raise Refused(f"Se pide completar en los 10 días hábiles siguientes: hasta el {last:%d/%m/%Y} (art. 17).")
    return _stopped(count, day, day + MONTH_TO_COMPLETE, "art. 17", "se pidió completarla")


def _more_time(count: Count, day: date) -> Count:
    """Give the person as much time again, asked for before it ended (art. 17)."""
    if count.waits_until is None or "art. 17" not in count.norm:
        raise Refused("No se le había pedido completar nada.")
    if day > count.waits_until:
        raise Refused(f"La prórroga se pide antes del {count.waits_until:%d/%m/%Y} (art. 17).")
    until = count.waits_until + MONTH_TO_COMPLETE
    return replace(count, waits_until=until, note=f"espera a la persona hasta el {until:%d/%m/%Y}, con prórroga")


def _returned(count: Count, day: date, calendar: Calendar) -> Count:
    """Stop the count: it is not clear what is asked, and the person has ten working days to clarify it (art. 19)."""
    return _stopped(count, day, calendar.plus(day, TO_CLARIFY), "art. 19", "se devolvió para aclararla")


def _completed(count: Count, step: Step, calendar: Calendar) -> Count:
    """Count on from the day after the person completes the petition (art. 17), or again when they clarify it (art. 19).

    Article 17 says that the term is reactivated; article 19 that the petition was given back, so that it comes anew.
    """
    if count.waits_until is None:
        raise Refused("No se le había pedido completar nada.")
    start, _ = counted_from(step.at, without=calendar.without)
    if "art. 19" in count.norm:
        again = _count(start, calendar, earlier=count.rows)
        return replace(again, note="la cuenta empieza otra vez al aclararla (art. 19)")
    consumed = max([count.consumed, *(row.number or 0 for row in count.rows if row.day >= count.start)])
    last = calendar.plus(start, calendar.term.days - consumed)
    rows = (*_waiting(count.rows, start), *_rows(start, last, calendar, consumed=consumed))
    note = f"la cuenta sigue al completarla, con {calendar.term.days - consumed} días por delante (art. 17)"
    return Count(last, calendar.term.norm, rows, start, note, consumed=consumed)


def _waiting(rows: tuple[DayRow, ...], until: date) -> Iterable[DayRow]:
    """Yield a stopped table with the days that the person took, and the day on which the count goes on."""
    yield from (row for row in rows if row.day < until)
    for day in days_after(rows[-1].day):
        if day >= until:
            break
        yield DayRow(day, None, "espera a la persona")
    yield DayRow(until, None, "la completó: la cuenta sigue desde el día hábil siguiente (art. 17)")


def _day_of(count: Count, number: int, calendar: Calendar) -> date:
    """Return the day that has a number in the running term, or that would have it."""
    counted = [row.day for row in count.rows if row.number == number]
    return counted[-1] if counted else calendar.plus(count.start, number - count.consumed)


def _forwarded(count: Count, day: date, calendar: Calendar) -> Count:
    """End the count here: another authority is competent (art. 21)."""
    last = _day_of(count, TO_ASK_AND_FORWARD, calendar)
    late = f", tarde: era hasta el {last:%d/%m/%Y}" if day > last else ""
    return replace(
        count, ended_on=day, due_on=last, norm="Ley 1755 de 2015, art. 21", note=f"se remitió a otra autoridad{late}"
    )


def _extended(count: Count, day: date, until: date | None, calendar: Calendar) -> Count:
    """Extend the term to the announced date: before the first one passes, at most double (art. 14, par.)."""
    if count.due_on is None or until is None:
        raise Refused("Escribe hasta qué fecha se amplía.")
    if day > count.due_on:
        raise Refused(
            f"La ampliación se avisa antes de que venza: era hasta el {count.due_on:%d/%m/%Y} (art. 14, par.)."
        )
    most = calendar.plus(count.start, 2 * calendar.term.days - count.consumed)
    if not count.due_on < until <= most:
        raise Refused(f"La ampliación llega como máximo al {most:%d/%m/%Y}, el doble del plazo (art. 14, par.).")
    earlier = tuple(row for row in count.rows if row.day <= count.start)
    rows = (*earlier, *_rows(count.start, until, calendar, consumed=count.consumed))
    return replace(count, due_on=until, rows=rows, norm="Ley 1755 de 2015, art. 14, parágrafo", note="ampliada")


def _ended(count: Count, day: date, article: str, why: str) -> Count:
    """End the petition without an answer, which is never late."""
    return replace(
        count,
        ended_on=day,
        due_on=None,
        waits_until=None,
        norm=f"Ley 1755 de 2015, {article}",
        note=f"{why} ({article})",
    )


def _archived(count: Count, day: date) -> Count:
    """End the petition because the person did not complete or clarify it in time (arts. 17 and 19)."""
    if count.waits_until is None:
        raise Refused("Solo se archiva lo que espera a la persona.")
    if day <= count.waits_until:
        raise Refused(f"La persona tiene hasta el {count.waits_until:%d/%m/%Y}: antes no se archiva.")
    return _ended(count, day, "art. 19" if "art. 19" in count.norm else "art. 17", "se archivó: no se completó")


def silence_of_documents(count: Count) -> tuple[date, date] | None:
    """Return when documents count as granted by silence, and until when they are delivered (art. 14, num. 1)."""
    if count.due_on is None or count.ended_on is not None:
        return None
    granted = next_working_day(count.due_on)
    return granted, add_working_days(count.due_on, DELIVERY_OF_DOCUMENTS)
