"""The records of an expediente as people read them: acts of the system in a row form one group."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pregonero.records.actions import SYSTEM
from pregonero.records.event_types import EVENT_TYPES
from pregonero.records.models import Event
from pregonero.ui.templatetags.ui_time import day_short, hour

# The only events whose facts hold `due_at` and `before` as times; other events use the same names for other facts.
SCHEDULING = frozenset({"publication.scheduled", "publication.rescheduled"})


@dataclass(frozen=True)
class TimelineEntry:
    """An event, with those of its texts that were not erased."""

    event: Event
    texts: dict[str, str]

    @property
    def why(self) -> str:
        """Return the reason or the note that a person wrote with the act."""
        return self.texts.get("reason") or self.texts.get("note") or ""

    @property
    def minute(self) -> str:
        """Return a sentence with the time that the event scheduled, and the previous one if it changed."""
        if self.event.event_type not in SCHEDULING:
            return ""
        due = _moment(self.event, "due_at")
        if due is None:
            return ""
        if self.change:
            return f"{self.change[0].upper()}{self.change[1:]}."
        return f"Para las {hour(due)} del {day_short(due)}."

    @property
    def change(self) -> str:
        """Return the old and the new time of a move: "de las 10:00 a las 12:00 del 24 nov"."""
        if self.event.event_type not in SCHEDULING:
            return ""
        due, before = _moment(self.event, "due_at"), _moment(self.event, "before")
        if due is None or before is None:
            return ""
        if day_short(before) == day_short(due):
            return f"de las {hour(before)} a las {hour(due)} del {day_short(due)}"
        return f"de las {hour(before)} del {day_short(before)} a las {hour(due)} del {day_short(due)}"

    @property
    def undone_label(self) -> str:
        """Return in Spanish which action an undo reversed, with the number of its record; empty for any other event."""
        label = EVENT_TYPES.get(self.event.facts.get("undone", ""), "").lower()
        is_undo = self.event.event_type == "publication.undone" and label
        return f"Quedó sin efecto: {label}, registro {self.event.facts['event']}." if is_undo else ""


@dataclass(frozen=True)
class TimelineGroup:
    """One act of a person, or the acts of the system between two of them."""

    lines: tuple[TimelineEntry, ...]

    @property
    def first(self) -> Event:
        """Return the first event."""
        return self.lines[0].event

    @property
    def last(self) -> Event:
        """Return the last event."""
        return self.lines[-1].event

    @property
    def summary(self) -> str:
        """Return the event types with their counts: "Preparada en la red (4), Publicada (4)"."""
        counts = Counter(line.event.type_label for line in self.lines)
        return ", ".join(f"{label} ({count})" if count > 1 else label for label, count in counts.items())


def group_entries(entries: Iterable[TimelineEntry]) -> list[TimelineGroup]:
    """Return the entries in order, with consecutive acts of the system, or automatic savings of a person, in one."""
    groups = []
    for key, consecutive in groupby(entries, key=_group_key):
        run = tuple(consecutive)
        groups += [TimelineGroup(run)] if key else [TimelineGroup((entry,)) for entry in run]
    return groups


def _group_key(entry: TimelineEntry) -> str:
    """Return what consecutive events have in common to form a group, or an empty string for an act of its own."""
    if entry.event.actor.get("kind") == SYSTEM.kind:
        return SYSTEM.kind
    return f"automatic {entry.event.actor.get('id')}" if entry.event.facts.get("automatic") else ""


def _moment(event: Event, name: str) -> datetime | None:
    value = event.facts.get(name)
    return datetime.fromisoformat(value) if value else None
