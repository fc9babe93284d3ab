"""What changed from one version of a news item to the next, by paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pregonero.newsroom.models import NewsVersion


@dataclass(frozen=True)
class Change:
    """A paragraph that went or came; `part` says of what: title, summary or text."""

    part: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionRow:
    """A version with what changed in it since the one before."""

    version: NewsVersion
    changes: tuple[Change, ...]


def history_of(versions: Sequence[NewsVersion]) -> list[VersionRow]:
    """Return the versions, each with its changes; the first has none."""
    rows = [VersionRow(version, ()) for version in versions[:1]]
    for before, after in pairwise(versions):
        rows.append(VersionRow(after, tuple(_changes(before, after))))
    return rows


def _changes(before: NewsVersion, after: NewsVersion) -> list[Change]:
    found = []
    if before.title != after.title:
        found.append(Change("Título", before.title, after.title))
    if before.summary != after.summary:
        found.append(Change("Resumen", before.summary, after.summary))
    if before.body:  # the first reading of the page is no change of its text
        found += _paragraphs(before.body.splitlines(), after.body.splitlines())
    return found


def _paragraphs(before: list[str], after: list[str]) -> list[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Change("Texto", "\n".join(before[a:b]), "\n".join(after[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]
