"""The sources of publications: what a publication is about, by kind, without importing the app that owns it (N-1).

A publication stores its source by value: kind, id and name. Each kind registers a `SourceLoader`, which reads the
source. News of the official website is one kind (`news_source`); apps above publishing register others.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import BigIntegerField

from pregonero.errors import NotFound
from pregonero.media.models import Medium
from pregonero.people.models import Member, Notice
from pregonero.publishing.models import Publication
from pregonero.records.actions import ObjectRef


@dataclass(frozen=True)
class SourceNoun:
    """The Spanish noun of a kind of source, such as "noticia", and the forms that the pages need."""

    singular: str
    qualifier: str = ""
    is_feminine: bool = False

    def __str__(self) -> str:
        return f"{self.singular} {self.qualifier}".strip()

    @property
    def indefinite(self) -> str:
        """Return it with the indefinite article and its qualifier: "una noticia informada"."""
        return f"{'una' if self.is_feminine else 'un'} {self}"

    @property
    def definite(self) -> str:
        """Return it with the definite article: "la noticia"."""
        return f"{'la' if self.is_feminine else 'el'} {self.singular}"

    @property
    def genitive(self) -> str:
        """Return it after "de": "de la noticia", "del tema"."""
        return f"de {self.definite}" if self.is_feminine else f"del {self.singular}"

    @property
    def demonstrative(self) -> str:
        """Return it with "este" or "esta": "esta noticia"."""
        return f"{'esta' if self.is_feminine else 'este'} {self.singular}"

    @property
    def pronoun(self) -> str:
        """Return the pronoun that stands for it as an object: "la" or "lo"."""
        return "la" if self.is_feminine else "lo"


@dataclass(frozen=True)
class SourceStep:
    """A step of a source's history, as the expediente shows it; `receipts` say who was notified of it.

    `at` is when it happened, which may be unknown; `noticed_at` is when we learned of it, if that was later.
    """

    title: str
    at: datetime | None
    text: str = ""
    link: str = ""
    link_text: str = ""
    receipts: tuple[Notice, ...] = ()
    noticed_at: datetime | None = None


@dataclass(frozen=True)
class Source:
    """What publishing needs to know of a source. `why_not` is empty if the source may be published now."""

    kind: str
    id: int
    title: str
    noun: SourceNoun
    address: str
    found_at: datetime
    summary: str = ""
    link: str = ""
    link_intro: str = "Más información en"
    theme: str = ""
    reason: str = ""
    picture: Medium | None = None
    video: Medium | None = None
    note: str = ""
    note_title: str = ""
    why_not: str = ""
    campaign: str = ""  # that it belongs to, with its hashtags
    hashtags: tuple[str, ...] = ()

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to the source."""
        return ObjectRef(self.kind, self.id, self.title)


class SourceLoader(ABC):
    """What an app defines for its kind of source. Each method makes a constant number of queries."""

    noun: SourceNoun
    needs_link: ClassVar[bool] = True  # a publication of this kind goes out with the link of its source

    @abstractmethod
    def load(self, ids: Collection[int], *, entity_id: int) -> list[Source]:
        """Return the entity's sources with these ids, in any order; unknown ids are left out."""

    def unpublished(self, *, entity_id: int, limit: int) -> list[Source]:
        """Return up to `limit` sources that may be published and have no publication, newest first."""
        return []

    def steps(self, source: Source, *, entity_id: int) -> tuple[SourceStep, ...]:
        """Return the steps of the source before its publication, oldest first."""
        return ()

    def belongs_to(self, source: Source, *, entity_id: int) -> tuple[ObjectRef, ...]:
        """Return what the source is part of, such as the need that it tells and its campaign."""
        return ()

    def on_drafted(self, source: Source, *, by: Member, now: datetime) -> None:  # noqa: B027  most kinds do nothing
        """React to a person who opens a draft of the source, inside the caller's transaction."""


_LOADERS: dict[str, SourceLoader] = {}


def register(kind: str, loader: SourceLoader) -> None:
    """Register the loader of a kind of source; called once, when its app starts."""
    _LOADERS[kind] = loader


def is_registered(kind: str) -> bool:
    """Return whether a kind of source has a loader."""
    return kind in _LOADERS


def loader_of(kind: str) -> SourceLoader:
    """Return the loader of a kind of source. Raises `LookupError` if no app registered one."""
    try:
        return _LOADERS[kind]
    except KeyError:
        raise LookupError(f"no loader is registered for sources of kind {kind!r}") from None


def kinds() -> list[tuple[str, SourceNoun]]:
    """Return the registered kinds of sources, each with its noun."""
    return [(kind, loader.noun) for kind, loader in sorted(_LOADERS.items())]


def load_source(ref: ObjectRef, *, entity_id: int) -> Source:
    """Return a source of the entity.

    Raises `NotFound` if the entity has none with that id, and `LookupError` if the kind is not registered.
    """
    loader = loader_of(ref.kind)
    sources = loader.load([ref.id], entity_id=entity_id) if ref.id <= BigIntegerField.MAX_BIGINT else []
    if not sources:
        raise NotFound
    return sources[0]


def source_of(publication: Publication) -> Source:
    """Return the source of a publication."""
    return sources_of([publication])[0]


def sources_of(publications: Sequence[Publication]) -> list[Source]:
    """Return the source of each publication of an entity, in the same order, with one load for each kind.

    A source that no longer exists is built from the values that the publication stores.
    """
    refs = {publication.source_ref for publication in publications}
    loaded: dict[tuple[str, int], Source] = {}
    for kind in sorted({ref.kind for ref in refs}):
        ids = {ref.id for ref in refs if ref.kind == kind}
        for source in loader_of(kind).load(ids, entity_id=publications[0].entity_id):
            loaded[kind, source.id] = source
    return [loaded.get((item.source_kind, item.source_id)) or _stored_source(item) for item in publications]


def _stored_source(publication: Publication) -> Source:
    return Source(
        kind=publication.source_kind,
        id=publication.source_id,
        title=publication.source_name,
        noun=loader_of(publication.source_kind).noun,
        address="",
        found_at=publication.created_at,
        link=publication.link,
        why_not="La fuente de esta publicación ya no existe.",
    )


def unpublished_sources(*, entity_id: int, limit: int) -> list[Source]:
    """Return up to `limit` sources of every kind that may be published and have no publication, newest first."""
    sources: Iterable[Source] = (
        source for loader in _LOADERS.values() for source in loader.unpublished(entity_id=entity_id, limit=limit)
    )
    return sorted(sources, key=lambda source: source.found_at, reverse=True)[:limit]


def steps_of(source: Source, *, entity_id: int) -> tuple[SourceStep, ...]:
    """Return the steps of a source before its publication, oldest first."""
    return loader_of(source.kind).steps(source, entity_id=entity_id)


def belongings_of(source: Source, *, entity_id: int) -> tuple[ObjectRef, ...]:
    """Return a source's own reference, and those of what it is part of."""
    return (source.ref, *loader_of(source.kind).belongs_to(source, entity_id=entity_id))


def notify_drafted(source: Source, *, by: Member, now: datetime) -> None:
    """Tell the loader of a source that a person opens a draft of it, inside the caller's transaction."""
    loader_of(source.kind).on_drafted(source, by=by, now=now)
