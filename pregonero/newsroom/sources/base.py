"""What every kind of news source defines: its form fields, its checks, and how its news are read or received."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.forms import Field

from pregonero.errors import Issue, Refused
from pregonero.newsroom.reading.dates import date_from
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.fetch import FetchLimits, fetch
from pregonero.newsroom.reading.parser_process import parse_apart
from pregonero.newsroom.reading.text import digest_of

ITEMS_LIMIT = 500  # news in one reading; a feed or a news page shows far fewer


@dataclass(frozen=True)
class Item:
    """One news item as a source gives it: plain text, canonical links, an aware date or None."""

    address: str
    title: str
    guid: str = ""
    summary: str = ""
    section: str = ""
    published_at: datetime | None = None
    picture: str = ""
    picture_alt: str = ""
    reference: str = ""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the title and the summary; it changes when the news is edited."""
        return digest_of(self.title, self.summary)


@dataclass(frozen=True)
class Reading:
    """The result of reading a source once, and the validators for the next conditional request."""

    items: Sequence[Item]
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Notice:
    """One news item that the website sent. `key` identifies the delivery: the same one again is a repetition."""

    item: Item
    key: str
    sent_at: datetime


class NotSigned(Refused):
    """The signature of a notice is missing, wrong or too old."""

    code = "not_signed"

    def __init__(self) -> None:
        super().__init__("La firma falta, no coincide o es de otra hora.")


class SourceKind(ABC):
    """A kind of news source: a subclass of `PolledSourceKind` or of `PushSourceKind`."""

    code: ClassVar[str]  # in `Source.kind`; at most 10 characters
    label: ClassVar[str]  # Spanish, in lower case
    description: ClassVar[str]  # Spanish, for the person who chooses a kind
    is_polled: ClassVar[bool]

    def option_fields(self) -> dict[str, Field]:
        """Return the form fields of its options, by name, in order."""
        return {}

    def folded_fields(self) -> tuple[str, ...]:
        """Return the names of the option fields that the form shows folded."""
        return ()

    def options_from(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return the options to store in `Source.options`, from the cleaned data of the form."""
        return {name: data.get(name) or "" for name in self.option_fields()}

    def issues_of(self, options: Mapping[str, str]) -> list[Issue]:
        """Return what must be fixed in the options. The field of an issue is the name of an option field."""
        return []


class PolledSourceKind(SourceKind):
    """A kind with an address, which is read every few minutes. It sets `limits` and defines `parse`."""

    is_polled = True
    limits: ClassVar[FetchLimits]

    def read(self, address: str, options: Mapping[str, str], *, etag: str = "", last_modified: str = "") -> Reading:
        """Download a source and parse it in another process. Raises `Unreadable`.

        An unchanged document gives no items.
        """
        document = self.download(address, etag=etag, last_modified=last_modified)
        if document.is_unchanged:
            return Reading((), document.etag or etag, document.last_modified or last_modified)
        rows = parse_apart(self.parser, document, name=self.limits.name, options=options)
        return Reading(items_from(rows), document.etag, document.last_modified)

    def download(self, address: str, *, etag: str = "", last_modified: str = "") -> Document:
        """Download a source. Raises `Unreadable`."""
        return fetch(address, self.limits, etag=etag, last_modified=last_modified)

    @property
    def parser(self) -> str:
        """Return the name with which another process finds the `parse` of this kind."""
        return f"{type(self).__module__}.{type(self).__qualname__}"

    @abstractmethod
    def parse(self, document: Document, options: Mapping[str, str]) -> list[Item]:
        """Return the news of a document, in its order. Raises `Malformed`.

        It runs in a process without settings or database, so the module of the class must not import models.
        """


class PushSourceKind(SourceKind):
    """A kind with a secret, with which the website signs the notices that it sends. It defines `receive`."""

    is_polled = False

    @abstractmethod
    def receive(self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Notice:
        """Return the news of a signed request. Raises `NotSigned` or `Malformed`."""


def items_from(rows: Iterable[dict[str, Any]]) -> list[Item]:
    """Return the items that another process wrote as JSON."""
    return [Item(**{**row, "published_at": date_from(row["published_at"])}) for row in rows]
