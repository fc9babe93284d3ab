"""Differences between the versions of a news item, by paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pregonero.newsroom.models import NewsVersion


@dataclass(frozen=True)
class Change:
    """A changed, added or removed paragraph. `part` is the Spanish name of the field."""

    part: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionRow:
    """A version with its changes since the previous one."""

    version: NewsVersion
    changes: tuple[Change, ...]


def history_of(versions: Sequence[NewsVersion]) -> list[VersionRow]:
    """Return the versions with their changes; the first one has none."""
    rows = [VersionRow(version, ()) for version in versions[:1]]
    for before, after in pairwise(versions):
        rows.append(VersionRow(after, tuple(_changes(before, after))))
    return rows


def _changes(before: NewsVersion, after: NewsVersion) -> list[Change]:
    changes = []
    if before.title != after.title:
        changes.append(Change("Título", before.title, after.title))
    if before.summary != after.summary:
        changes.append(Change("Resumen", before.summary, after.summary))
    if before.body:  # without it, the page had not been read
        changes += _paragraphs(before.body.splitlines(), after.body.splitlines())
    return changes


def _paragraphs(before: list[str], after: list[str]) -> list[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Change("Texto", "\n".join(before[a:b]), "\n".join(after[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]
