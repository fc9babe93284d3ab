"""The search over every publication of an entity: its words in Spanish, and filters (M-1)."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchRank
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from pregonero.outbox.models import PUBLIC_KINDS, Delivery, Hold
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, REMOVED, WAITING, DeliveryState
from pregonero.people.models import Entity, Member
from pregonero.publishing.calendar import at_hour
from pregonero.publishing.models import Adaptation, Publication, PublicationState

NUMBER = re.compile(r"\s*(?:pub|expediente)?[\s.:#º°nN-]*(\d{4})\D?(\d{4})\D?(\d{2,6})\s*", re.IGNORECASE)
LINK = re.compile(r"https?://\S+", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 12  # of what somebody types or pastes
LONG = 4  # letters from which a word also finds those that begin with it
SHORTEST_BEGINNING = 2  # letters of a word that is still being typed
MOST_RANKED = 300  # of those that match, the newest: to rank tens of thousands takes seconds
NEWEST_FIRST = (Coalesce("due_at", "created_at").desc(), F("pk").desc())


@dataclass(frozen=True)
class PublicationFilter:
    """The criteria of a search. Days are in Bogotá: of the publication's time, or of its creation while it has none."""

    text: str = ""
    state: str = ""  # a key of `STATES`
    network: str = ""
    person: int | None = None
    first: date | None = None
    last: date | None = None
    by_relevance: bool = False

    @property
    def has_criteria(self) -> bool:
        """Return whether there is any criterion."""
        return any((self.text, self.state, self.network, self.person, self.first, self.last))


class WordQuery(SearchQuery):
    """The query of one word: by its stem in Spanish, and as it is without its accents (migration 0003)."""

    def __init__(self, word: str, *, begins: bool) -> None:
        super().__init__(Value(word))
        self.function = "publishing_word_query"
        self.set_source_expressions([Value(word), Value(begins)])


def words_in(text: str) -> list[str]:
    """Return the words of a text to search for, each once."""
    found = WORD.findall(unicodedata.normalize("NFC", text).lower())
    return list(dict.fromkeys(found))[:MOST_WORDS]


def words_query(text: str, *, is_typing: bool = False) -> "WordQuery | CombinedSearchQuery | None":
    """Return the full text query of a text, which requires all its words; None for a text without words.

    `is_typing` says that the last word may not be finished.
    """
    words = words_in(text)
    query: WordQuery | CombinedSearchQuery | None = None
    for position, word in enumerate(words, start=1):
        is_last = is_typing and position == len(words) and len(word) >= SHORTEST_BEGINNING
        one = WordQuery(word, begins=len(word) >= LONG or is_last)
        query = one if query is None else query & one
    return query


def find_by_number(entity: Entity, text: str) -> Publication | None:
    """Return the publication whose number somebody typed: "2026-1124-01", "PUB-2026-1124-01", "2026 1124 01"."""
    parts = NUMBER.fullmatch(text)
    number = "-".join(parts.groups()) if parts else ""
    return Publication.objects.filter(entity=entity, number=number).first() if number else None


def find_publications(entity: Entity, wanted: PublicationFilter) -> QuerySet[Publication]:
    """Return the entity's publications that match, the newest first or the most relevant. The caller slices it."""
    found = Publication.objects.filter(entity=entity).select_related("created_by", "edited_by")
    if wanted.state in STATES:
        found = STATES[wanted.state].match(found)
    if wanted.network:
        going = Adaptation.objects.filter(publication=OuterRef("pk"), skipped=False, account__network=wanted.network)
        found = found.filter(Exists(going))
    if wanted.person is not None:
        found = found.filter(Q(created_by=wanted.person) | Q(edited_by=wanted.person))
    found = _between(found, wanted.first, wanted.last)
    if wanted.text.strip():
        return _with_words(found, wanted)
    return found.order_by(*NEWEST_FIRST)


def quick_search(*, member: Member, text: str, limit: int = 8) -> list[Publication]:
    """Return the first publications of the member's entity for what is being typed, the most relevant first."""
    number = find_by_number(member.entity, text)
    if number is not None:
        return [number]
    query = words_query(text, is_typing=True)
    if query is None:
        return []
    found = Publication.objects.filter(entity_id=member.entity_id, words__vector=query)
    return list(_by_relevance(found, query)[:limit])


def people_with_publications(entity: Entity) -> QuerySet[Member]:
    """Return the entity's people who prepared or edited a publication, by name."""
    made, edited = (Publication.objects.filter(**{role: OuterRef("pk")}) for role in ("created_by", "edited_by"))
    return Member.objects.filter(Exists(made) | Exists(edited), entity=entity).order_by("name", "pk")


def _between(found: QuerySet[Publication], first: date | None, last: date | None) -> QuerySet[Publication]:
    if first is None and last is None:
        return found
    found = found.annotate(day_at=Coalesce("due_at", "created_at"))
    if first is not None:
        found = found.filter(day_at__gte=at_hour(first, 0))
    return found.filter(day_at__lt=at_hour(last, 0) + timedelta(days=1)) if last is not None else found


def _with_words(found: QuerySet[Publication], wanted: PublicationFilter) -> QuerySet[Publication]:
    if link := LINK.fullmatch(wanted.text.strip()):
        return found.filter(link__iexact=link.group()).order_by(*NEWEST_FIRST)
    query = words_query(wanted.text)
    if query is None:
        return found.none()
    found = found.filter(words__vector=query)
    if not wanted.by_relevance:
        return found.order_by(*NEWEST_FIRST)
    return _by_relevance(found, query)


def _by_relevance(found: QuerySet[Publication], query: WordQuery | CombinedSearchQuery) -> QuerySet[Publication]:
    """Return what matches in order: the `MOST_RANKED` newest by relevance, then the others, the newest first."""
    newest = found.order_by(*NEWEST_FIRST).values("pk")[:MOST_RANKED]
    rank = Case(When(pk__in=newest, then=SearchRank(F("words__vector"), query)), default=Value(-1.0))
    return found.annotate(rank=rank).order_by("-rank", *NEWEST_FIRST)


@dataclass(frozen=True)
class StateFilter:
    """A state that people look for: its label, and the publications that are in it."""

    label: str
    match: Callable[[QuerySet[Publication]], QuerySet[Publication]]


def _some_delivery(states: Sequence[str]) -> Exists:
    deliveries = Delivery.objects.filter(subject_kind="publication", subject_id=OuterRef("pk"), kind__in=PUBLIC_KINDS)
    return Exists(deliveries.filter(state__in=states).exclude(reason_code=REMOVED))


def _cancelled(found: QuerySet[Publication]) -> QuerySet[Publication]:
    others = _some_delivery([state for state in DeliveryState if state not in (*PUBLIC, DeliveryState.CANCELLED)])
    halfway = Q(_some_delivery([DeliveryState.CANCELLED]), ~Q(others), state=PublicationState.PROGRAMMED)
    return found.filter(Q(state=PublicationState.CANCELLED) | halfway)


def _with_trouble(found: QuerySet[Publication]) -> QuerySet[Publication]:
    trouble = (DeliveryState.REJECTED, DeliveryState.EXPIRED, DeliveryState.NEEDS_PERSON)
    return found.filter(_some_delivery(trouble), state=PublicationState.PROGRAMMED)


def _paused(found: QuerySet[Publication]) -> QuerySet[Publication]:
    holds = Hold.objects.filter(subject_kind="publication", subject_id=OuterRef("pk"), released_at__isnull=True)
    return found.filter(Exists(holds))


STATES = {
    "borrador": StateFilter("Borrador", lambda found: found.filter(state=PublicationState.DRAFT)),
    "programada": StateFilter(
        "Programada", lambda found: found.filter(_some_delivery((*WAITING, *IN_FLIGHT)), state="PROGRAMMED")
    ),
    "publicada": StateFilter("Publicada", lambda found: found.filter(_some_delivery(PUBLIC))),
    "por-revisar": StateFilter("Por revisar", _with_trouble),
    "en-pausa": StateFilter("En pausa", _paused),
    "cancelada": StateFilter("Cancelada", _cancelled),
}
