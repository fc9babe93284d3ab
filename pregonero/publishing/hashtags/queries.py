"""The list of hashtags, what is suggested for a publication, and how many publications carried each one (D-2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from pregonero.errors import NotFound
from pregonero.outbox.states import PUBLIC
from pregonero.people.models import Entity, Member
from pregonero.publishing.hashtag_models import Hashtag, HashtagTie
from pregonero.publishing.hashtags.recognition import hashtags_in, key_of
from pregonero.publishing.models import Adaptation, Publication
from pregonero.publishing.queries.calendar import of_publications
from pregonero.publishing.sources import Source

MOST_LISTED, MOST_SUGGESTED, MOST_POSTS = 500, 6, 50_000
FIGURES_OF = timedelta(days=90)
LATEST = timedelta(days=31)  # between the hour of a post and its publication


@dataclass
class HashtagFigures:
    """How much a hashtag was used: as it is most written, in how many publications and posts, and since when."""

    key: str
    spellings: dict[str, int] = field(default_factory=dict)
    publications: set[int] = field(default_factory=set)
    posts: int = 0
    last_at: datetime | None = None

    @property
    def name(self) -> str:
        """Return its most frequent spelling."""
        return max(self.spellings, key=lambda spelling: (self.spellings[spelling], spelling), default=f"#{self.key}")


@dataclass(frozen=True)
class UsedHashtag:
    """A hashtag that somebody writes, and the one of the list that it is, if any."""

    written: str
    listed: Hashtag | None


@dataclass(frozen=True)
class Suggestion:
    """A hashtag that a publication could carry, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class HashtagReview:
    """The hashtags of a publication as it is being written: those outside the list, and those suggested."""

    outside: tuple[str, ...] = ()
    suggested: tuple[Suggestion, ...] = ()


NO_HASHTAGS = HashtagReview()


def listed_hashtags(entity: Entity) -> list[Hashtag]:
    """Return the list of the entity, by name."""
    hashtags = Hashtag.objects.filter(entity=entity, retired_at__isnull=True).select_related("listed_by")
    return list(hashtags.order_by("key", "pk")[:MOST_LISTED])


def get_hashtag(*, member: Member, pk: int, for_update: bool = False) -> Hashtag:
    """Return a hashtag of the list of the member's entity. Raises `NotFound` for any other."""
    hashtags = Hashtag.objects.select_for_update(no_key=True, of=("self",)) if for_update else Hashtag.objects.all()
    hashtag = hashtags.filter(pk=pk, entity_id=member.entity_id).first()
    if hashtag is None:
        raise NotFound
    return hashtag


def review_hashtags(
    publication: Publication, adaptations: Iterable[Adaptation], source: Source, *, day: date
) -> HashtagReview:
    """Return which of its hashtags are not in the list, and which of the list it could carry, in one query."""
    listed = {hashtag.key: hashtag for hashtag in listed_hashtags(publication.entity)}
    campaign = {key_of(name): name for name in source.hashtags}
    written = _written(publication, adaptations)
    outside = [name for key, name in written.items() if key not in listed and key not in campaign]
    suggested = {key: Suggestion(name, f"de la campaña {source.campaign}") for key, name in campaign.items()}
    for key, hashtag in listed.items():
        if _fits(hashtag, publication, day):
            suggested.setdefault(key, Suggestion(hashtag.name, hashtag.tie_label))
    fresh = [suggestion for key, suggestion in suggested.items() if key not in written]
    return HashtagReview(tuple(outside), tuple(fresh[:MOST_SUGGESTED]))


def _written(publication: Publication, adaptations: Iterable[Adaptation]) -> dict[str, str]:
    """Return the hashtags of the texts that go out, by key, as they are written first."""
    found: dict[str, str] = {}
    for adaptation in adaptations:
        if not adaptation.skipped:
            for text in (adaptation.text, *adaptation.parts):
                for name in hashtags_in(text, adaptation.account.network):
                    found.setdefault(key_of(name), name)
    return found


def _fits(hashtag: Hashtag, publication: Publication, day: date) -> bool:
    """Return whether a hashtag is suggested: on its days and, if it is of a theme, for that theme."""
    if (hashtag.starts_on and day < hashtag.starts_on) or (hashtag.ends_on and day > hashtag.ends_on):
        return False
    return hashtag.tie != HashtagTie.THEME or key_of(hashtag.tied_to) == key_of(publication.theme)


def hashtag_figures(
    entity: Entity,
    *,
    since: datetime,
    until: datetime,
    sources: Collection[int] | QuerySet[Any] | None = None,
    kind: str = "news",
) -> dict[str, HashtagFigures]:
    """Return by key how much each hashtag was used in what was published in a time; of some sources, if they are given.

    The texts are those that went out, which nothing rewrites: each network's rule finds its hashtags in them.
    """
    posts = of_publications(entity).filter(
        state__in=PUBLIC, published_at__gte=since, published_at__lt=until, payload__text__icontains="#"
    )
    posts = posts.filter(due_at__gte=since - LATEST, due_at__lt=until + LATEST)  # by hour there is an index
    if sources is not None:
        of_sources = Publication.objects.filter(entity=entity, source_kind=kind, source_id__in=sources)
        posts = posts.filter(subject_id__in=of_sources.values("pk"))
    rows = posts.order_by("published_at", "pk").values_list(
        "payload__text", "account__network", "subject_id", "published_at"
    )
    figures: dict[str, HashtagFigures] = {}
    for text, network, publication, at in rows[:MOST_POSTS]:
        spellings = {key_of(name): name for name in hashtags_in(text, network)}
        for key, name in spellings.items():
            one = figures.setdefault(key, HashtagFigures(key))
            one.spellings[name] = one.spellings.get(name, 0) + 1
            one.publications.add(publication)
            one.posts += 1
            one.last_at = at
    return figures
