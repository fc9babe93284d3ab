"""News of the official website as a source of publications. No other module of publishing reads news."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.newsroom.queries import informing_of
from pregonero.people.actions import mark_seen
from pregonero.people.models import Entity, Member
from pregonero.people.queries import receipts_of
from pregonero.publishing.models import Publication
from pregonero.publishing.pieces import piece_steps
from pregonero.publishing.sentences import sentence_ends
from pregonero.publishing.sources import Source, SourceLoader, SourceNoun, SourceStep
from pregonero.records.actions import ObjectRef

KIND = "news"  # the kind of `News.ref`
MOST_LOOKED_AT = 1000  # informed news items among which those without a publication are looked for
NOT_INFORMED = (
    "Esta noticia todavía no ha sido informada por la gestora o el gestor de contenidos; no se puede publicar."
)


class NewsLoader(SourceLoader):
    """Loads news items. A news item may be published once the content manager informed it (N-1, P-1)."""

    noun = SourceNoun("noticia", "informada", is_feminine=True)

    def load(self, ids: Collection[int], *, entity_id: int) -> list[Source]:
        """Return the news items with these ids as sources."""
        return [source_from(news) for news in _news_of(entity_id).filter(pk__in=ids)]

    def unpublished(self, *, entity_id: int, limit: int) -> list[Source]:
        """Return those of the last informed news items that have no publication, newest first.

        Older ones are in the list of news; looking for them would read all that was ever published.
        """
        publications = Publication.objects.filter(entity_id=entity_id, source_kind=KIND, source_id=OuterRef("pk"))
        latest = News.objects.filter(entity_id=entity_id, state=NewsState.INFORMED).order_by("-found_at", "-pk")
        informed = _news_of(entity_id).filter(~Exists(publications), pk__in=latest.values("pk")[:MOST_LOOKED_AT])
        return [source_from(news) for news in informed.order_by("-found_at", "-pk")[:limit]]

    def steps(self, source: Source, *, entity_id: int) -> tuple[SourceStep, ...]:
        """Return when the news item was published, when it was found, and when and by whom it was informed."""
        news = News.objects.filter(pk=source.id, entity_id=entity_id).select_related("need").first()
        if news is None:
            return ()
        found = SourceStep(
            "Noticia en la sede electrónica",
            news.published_at,
            noticed_at=news.found_at,
            link=news.address,
            link_text="Ver la noticia",
        )
        informing, pieces = informing_of(news), piece_steps(Entity(pk=entity_id), news.pk)
        if informing is None:
            return (*_need_steps(news), found, *pieces)
        reference = f", referencia {informing.reference}" if informing.reference else ""
        receipts = receipts_of(Entity(pk=entity_id), kind="news.informed", ref=news.ref.reference)
        text = f"La informó {informing.who}{reference}."
        return (
            *_need_steps(news),
            found,
            SourceStep("Noticia informada", informing.at, text, receipts=tuple(receipts)),
            *pieces,
        )

    def belongs_to(self, source: Source, *, entity_id: int) -> tuple[ObjectRef, ...]:
        """Return the need that the news item tells, and its campaign."""
        news = News.objects.filter(pk=source.id, entity_id=entity_id).select_related("need", "campaign").first()
        return tuple(one.ref for one in (news.need, news.campaign) if one is not None) if news else ()

    def on_drafted(self, source: Source, *, by: Member, now: datetime) -> None:
        """Mark the notice of the informed news item as seen."""
        mark_seen(kind="news.informed", ref=source.ref, by=by, now=now)


def _need_steps(news: News) -> tuple[SourceStep, ...]:
    """Return the need that the news item tells, which is the first step where there was one (M-1)."""
    if (need := news.need) is None:
        return ()
    text = f"La pidió {need.area}: {need.why}"
    return (SourceStep("Necesidad", need.asked_at, text, link=need.get_absolute_url(), link_text="Ver la necesidad"),)


def source_from(news: News) -> Source:
    """Return a news item as a source."""
    informing: Informing | None = getattr(news, "informing", None)
    return Source(
        kind=KIND,
        id=news.pk,
        title=news.title,
        noun=NewsLoader.noun,
        address=news.get_absolute_url(),
        found_at=news.found_at,
        summary=news.summary,
        link=news.address,
        link_intro="Noticia completa en",
        theme=news.section,
        reason=reason_from(news.summary),
        picture=news.picture,
        video=news.video,
        note=informing.note if informing else "",
        note_title=f"Nota de {informing.who} al informarla:" if informing else "",
        why_not="" if news.state == NewsState.INFORMED else NOT_INFORMED,
        campaign=news.campaign.name if news.campaign else "",
        hashtags=tuple(news.campaign.hashtags) if news.campaign else (),
    )


def reason_from(summary: str) -> str:
    """Return the first whole sentences of a summary that fit in the reason, as a first version of it (M-1)."""
    limit = Publication._meta.get_field("why").max_length or 0
    if len(summary) <= limit:
        return summary
    ends = [end for end in sentence_ends(summary) if end <= limit]
    return summary[: ends[-1]] if ends else ""


def _news_of(entity_id: int) -> QuerySet[News]:
    news = News.objects.filter(entity_id=entity_id).defer("body")
    return news.select_related("picture", "video", "informing__by", "informing__rule__source", "campaign")
