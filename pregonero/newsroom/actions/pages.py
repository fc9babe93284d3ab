"""What a news item's own page says, and our copies of its picture and video."""

from datetime import datetime

from django.db import transaction

from pregonero.media.actions import save_medium
from pregonero.media.store import StoredFile
from pregonero.newsroom import queries
from pregonero.newsroom.actions.informing import keep_version, source_refs
from pregonero.newsroom.actions.ingest import note_edit
from pregonero.newsroom.models import News, VersionCause
from pregonero.newsroom.reading.page import Page
from pregonero.records.actions import SYSTEM, record

FIELDS = (
    "title", "summary", "body", "section", "published_at", "picture", "video", "picture_alt", "page_sha256",
    "page_read_at", "page_problem", "edited_at",
)  # fmt: skip


@transaction.atomic(durable=True)
def keep_page(
    *, news: News, page: Page, picture: StoredFile | None, video: StoredFile | None, problem: str, now: datetime
) -> News:
    """Keep what the page says and its media, read before, outside; `problem` says which medium could not be read.

    The first reading completes the news; a later one that differs is an edit. Without a new copy the old one stays.
    """
    news = queries.news_to_read(pk=news.pk, for_update=True)
    before, first = news.page_sha256, not news.page_read_at
    texts = (news.title, news.summary, news.body)
    _take(news, page, picture, video, now)
    news.page_sha256, news.page_read_at, news.page_problem = page.digest, now, problem[:300]
    edited = not first and before != page.digest and texts != (news.title, news.summary, news.body)
    news.edited_at = now if edited else news.edited_at
    news.save(update_fields=FIELDS)
    if edited:
        note_edit(news, now)
    elif first:
        _note_first(news, texts, now)
    return news


def _take(news: News, page: Page, picture: StoredFile | None, video: StoredFile | None, now: datetime) -> None:
    if news.source_id is None:  # only the page speaks for a news item that no source brought
        news.title, news.summary = page.title, page.summary
    news.body = page.body or news.body
    news.summary = news.summary or page.summary
    news.section = news.section or page.section
    news.published_at = news.published_at or page.published_at
    news.picture_alt = page.picture_alt or news.picture_alt
    if picture is not None:
        news.picture = save_medium(news.entity, picture, news.picture_alt, now)
    if video is not None:
        news.video = save_medium(news.entity, video, "", now)


def _note_first(news: News, texts: tuple[str, str, str], now: datetime) -> None:
    if texts != (news.title, news.summary, news.body):
        keep_version(news, VersionCause.READ, now)
    media = {"picture": news.picture, "video": news.video}
    record(
        entity_id=news.entity_id, event_type="news.read", actor=SYSTEM, ref=news.ref, at=now, related=source_refs(news),
        facts={"address": news.address, "sha256": news.page_sha256}
        | {name: medium.sha256 for name, medium in media.items() if medium is not None},
    )  # fmt: skip


@transaction.atomic(durable=True)
def keep_page_problem(*, news: News, reason: str, now: datetime) -> News:
    """Keep why the news' page could not be read; what was known of it stays."""
    news = queries.news_to_read(pk=news.pk, for_update=True)
    news.page_problem = reason[:300]
    if news.page_read_at is not None:  # a page never read stays so
        news.page_read_at = now
    news.save(update_fields=["page_problem", "page_read_at"])
    return news
