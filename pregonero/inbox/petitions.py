"""The legal date of a stored petition, its state in words, and its date as a calendar file."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pregonero.inbox.models import Message, Petition
from pregonero.inbox.petition_clock import BOGOTA, Count, PetitionKind, Step, StepKind, count_petition
from pregonero.working_days import add_working_days

SOON_DAYS = 3  # working days before the legal date
VERY_LATE_DAYS = 5  # working days after it
DISRESPECTFUL = ("hijueputa", "hp", "malparido", "malparida", "gonorrea", "imbécil", "imbéciles", "ratas")
ASKS = re.compile(r"\b(solicit|pid[oae]|requier|exij|necesit|quier|agradec\w+ (me )?(enví|inform)|derecho de petici)")

# The features of a petition on a social network (Corte Constitucional, sentencia T-230 de 2020).
FEATURES = {
    "two_way_channel": "La cuenta es un canal por el que la entidad también responde",
    "identified": "Se puede identificar a quien la presenta",
    "respectful": "Está en términos respetuosos",
    "asks_something": "Pide algo concreto a la entidad",
}


def proposed_features(message: Message) -> dict[str, tuple[bool, str]]:
    """Return the features that a message seems to have, each with its reason; a person confirms or corrects them."""
    person, text = message.contact, message.text.casefold()
    named = bool(person and (person.name or person.handle))
    insults = sorted(word for word in DISRESPECTFUL if re.search(rf"\b{word}\b", text))
    asks = bool(ASKS.search(text)) or "?" in text
    return {
        "two_way_channel": (True, "la entidad responde por esta cuenta"),
        "identified": (named, f"firma como {person}" if named else "la red no dice quién es"),
        "respectful": (not insults, f"dice «{insults[0]}»" if insults else "no tiene insultos"),
        "asks_something": (asks, "pide o pregunta algo" if asks else "no se ve qué pide"),
    }


@dataclass(frozen=True)
class PetitionRow:
    """A petition with its legal date and its state for the list."""

    petition: Petition
    count: Count
    word: str
    tint: str

    @property
    def order(self) -> tuple[bool, bool, date, int]:
        """Return its place in a list: what runs first, before it what has priority (art. 20), then by legal date."""
        return (
            self.count.ended_on is not None,
            not self.petition.priority,
            self.count.due_on or self.count.waits_until or date.max,
            self.petition.pk,
        )


def count_of(petition: Petition) -> Count:
    """Return the legal date of a petition, from its steps by day; those of one day, as they were written down."""
    stored = sorted(petition.steps.all(), key=lambda step: (step.at.astimezone(BOGOTA).date(), step.pk))
    steps = [Step(StepKind(step.kind), step.at, step.until) for step in stored]
    return count_petition(PetitionKind(petition.kind), steps)


def row_of(petition: Petition, *, today: date) -> PetitionRow:
    """Return a petition with its state: on time, soon, late, very late, waiting or answered."""
    count = count_of(petition)
    word, tint = _state(count, today)
    return PetitionRow(petition, count, word, tint)


def _state(count: Count, today: date) -> tuple[str, str]:
    if count.ended_on is not None:
        return ("terminada tarde", "bad") if count.is_late(today) else ("terminada a tiempo", "ok")
    if count.due_on is None:
        return "espera a la persona", "hold"
    if today > add_working_days(count.due_on, VERY_LATE_DAYS):
        return "muy vencida", "bad"
    if today > count.due_on:
        return "vencida", "bad"
    return ("por vencer", "wait") if add_working_days(today, SOON_DAYS) >= count.due_on else ("a tiempo", "plan")


def calendar_file(petition: Petition, *, now: datetime) -> str:
    """Return the legal date of a petition as an iCalendar file (RFC 5545); empty when no date runs."""
    count = count_of(petition)
    if count.due_on is None:
        return ""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pregonero//Peticiones//ES",
        "BEGIN:VEVENT",
        f"UID:peticion-{petition.pk}@pregonero",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{count.due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{count.due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:Vence la petición {petition.number or petition.pk}",
        f"DESCRIPTION:{count.norm}".replace(",", "\\,"),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join(lines) + "\r\n"
