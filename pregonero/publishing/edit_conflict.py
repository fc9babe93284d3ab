"""Two people wrote at once: what the other one saved beside what this one wrote, so that nothing is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from pregonero.people.models import Member
from pregonero.publishing.editor import Editor, editor_of


@dataclass(frozen=True)
class Difference:
    """A text that is not the same: which, what is saved, and what was written here."""

    name: str
    saved: str
    written: str


@dataclass(frozen=True)
class SideBySide:
    """The editor with what was written here, and how it differs from what is saved."""

    page: Editor
    who: str
    at: datetime
    differences: tuple[Difference, ...]


def side_by_side(*, member: Member, pk: int, now: datetime, data: QueryDict) -> SideBySide:
    """Return both versions; what was written here may be saved next, knowingly, on top of the other one."""
    saved = editor_of(member=member, pk=pk, now=now)
    who, at = saved.publication.edited_by.name, saved.publication.edited_at
    mine = data.copy()
    mine["revision"] = str(saved.publication.revision)
    page = editor_of(member=member, pk=pk, now=now, data=mine)
    return SideBySide(page, who, at, tuple(_differences(saved, page)))


def _differences(saved: Editor, written: Editor) -> Iterator[Difference]:
    for name, label in (("why", "Por qué le interesa a la ciudadanía"), ("theme", "Tema"), ("link", "Enlace")):
        yield from _differs(label, getattr(saved.publication, name), getattr(written.publication, name))
    for theirs, ours in zip(saved.parts, written.parts, strict=True):
        label = ours.capabilities.label
        yield from _differs(f"Título en {label}", theirs.adaptation.title, ours.adaptation.title)
        yield from _differs(
            f"Texto para {label}",
            "\n\n".join([theirs.adaptation.text, *theirs.adaptation.parts]),
            "\n\n".join([ours.adaptation.text, *ours.adaptation.parts]),
        )


def _differs(name: str, saved: str, written: str) -> Iterator[Difference]:
    if saved.split() != written.split():
        yield Difference(name, saved, written)
