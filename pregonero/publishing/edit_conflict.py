"""Edit conflicts: what another person saved meanwhile, beside what this person wrote, so that no text is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from pregonero.people.models import Member
from pregonero.publishing.editor import Editor, editor_of
from pregonero.publishing.edits import EDITED_FIELDS
from pregonero.publishing.models import Publication


@dataclass(frozen=True)
class Difference:
    """A field that differs: its name, the saved text and the submitted text."""

    name: str
    saved: str
    written: str


@dataclass(frozen=True)
class SideBySide:
    """The editor with the submitted texts, who saved last and when, and the fields that differ."""

    page: Editor
    who: str
    at: datetime
    differences: tuple[Difference, ...]


def side_by_side(*, member: Member, pk: int, now: datetime, data: QueryDict) -> SideBySide:
    """Return both versions. The form carries the latest revision, so that saving it again overwrites the other one."""
    saved = editor_of(member=member, pk=pk, now=now)
    who, at = saved.publication.edited_by.name, saved.publication.edited_at
    submitted = data.copy()
    submitted["revision"] = str(saved.publication.revision)
    page = editor_of(member=member, pk=pk, now=now, data=submitted)
    return SideBySide(page, who, at, tuple(_differences(saved, page)))


def _differences(saved: Editor, written: Editor) -> Iterator[Difference]:
    for name in EDITED_FIELDS:
        label = str(written.general[name].label)
        yield from _difference(label, _words(saved.publication, name), _words(written.publication, name))
    for theirs, ours in zip(saved.parts, written.parts, strict=True):
        label = ours.capabilities.label
        yield from _difference(f"Título en {label}", theirs.adaptation.title, ours.adaptation.title)
        yield from _difference(
            f"Texto para {label}",
            "\n\n".join([theirs.adaptation.text, *theirs.adaptation.parts]),
            "\n\n".join([ours.adaptation.text, *ours.adaptation.parts]),
        )


def _words(publication: Publication, name: str) -> str:
    """Return a field's value as a person reads it: the label of a choice, or the text."""
    label = getattr(publication, f"get_{name}_display", None)
    return str(label() if label else getattr(publication, name))


def _difference(name: str, saved: str, written: str) -> Iterator[Difference]:
    if saved.split() != written.split():
        yield Difference(name, saved, written)
