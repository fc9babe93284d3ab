"""The records of a file as a person reads them: each act of somebody by itself, what the machine did gathered."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pregonero.records.actions import SYSTEM
from pregonero.records.models import Event
from pregonero.ui.templatetags.ui_time import day_short, hour


@dataclass(frozen=True)
class Line:
    """A record, with the words that were not erased."""

    event: Event
    words: dict[str, str]

    @property
    def why(self) -> str:
        """Return the reason or the note that somebody wrote with it."""
        return self.words.get("reason") or self.words.get("note") or ""

    @property
    def minute(self) -> str:
        """Return to which minute something was programmed, and from which it was moved."""
        due, before = _moment(self.event, "due_at"), _moment(self.event, "before")
        if due is None:
            return ""
        if before is None:
            return f"Para las {hour(due)} del {day_short(due)}."
        if day_short(before) == day_short(due):
            return f"De las {hour(before)} a las {hour(due)} del {day_short(due)}."
        return f"De las {hour(before)} del {day_short(before)} a las {hour(due)} del {day_short(due)}."


@dataclass(frozen=True)
class Group:
    """One act of a person, or everything that the machine did between two of them."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Event:
        """Return the first record."""
        return self.lines[0].event

    @property
    def last(self) -> Event:
        """Return the last one."""
        return self.lines[-1].event

    @property
    def summary(self) -> str:
        """Return what was done, each kind once: "Preparada en la red (4), Publicada (4)"."""
        counted = Counter(line.event.type_label for line in self.lines)
        return ", ".join(f"{words} ({times})" if times > 1 else words for words, times in counted.items())


def gathered(lines: Iterable[Line]) -> list[Group]:
    """Return the records in their order, what the machine did in a row together."""
    groups = []
    for by_machine, some in groupby(lines, key=_is_machine):
        run = tuple(some)
        groups += [Group(run)] if by_machine else [Group((line,)) for line in run]
    return groups


def _is_machine(line: Line) -> bool:
    return bool(line.event.actor.get("kind") == SYSTEM.kind)


def _moment(event: Event, name: str) -> datetime | None:
    told = event.facts.get(name)
    return datetime.fromisoformat(told) if told else None
