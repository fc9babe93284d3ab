"""Where a request of rectification can be opened from: apps above publishing register the kinds that they own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField

from pregonero.errors import NotFound
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef


@dataclass(frozen=True)
class RequestOrigin:
    """What somebody wrote to ask for it; `subject` is the publication under which they wrote, if any."""

    ref: ObjectRef
    who: str
    at: datetime
    text: str
    path: str
    subject: ObjectRef | None


OriginReader = Callable[[Member, int, datetime], RequestOrigin]
"""Takes who reads, the id and the time. Raises `NotFound` if the person may not see it."""
_READERS: dict[str, OriginReader] = {}


def register(kind: str, reader: OriginReader) -> None:
    """Register the reader of a kind of origin; called once, when its app starts."""
    _READERS[kind] = reader


def load_origin(ref: ObjectRef, *, by: Member, now: datetime) -> RequestOrigin:
    """Return an origin that the person may see. Raises `NotFound` for any other, and for unknown kinds."""
    if ref.kind not in _READERS or ref.id > BigIntegerField.MAX_BIGINT:
        raise NotFound
    return _READERS[ref.kind](by, ref.id, now)
