"""News that sources bring: each one is stored once, an edit is a version, and a standing rule informs it (P-1)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from pregonero.newsroom import queries
from pregonero.newsroom.actions.news import inform, record_edit, record_move, request_page, save_news_version
from pregonero.newsroom.identity import keyed, match
from pregonero.newsroom.models import Arrival, News, Source, SourceState, StandingRule, VersionCause
from pregonero.newsroom.reading.urls import link_key
from pregonero.newsroom.rules import check_in_use, check_official, is_official
from pregonero.newsroom.sources.base import Item, Notice
from pregonero.records.actions import SYSTEM, record

MAX_PAGES_AT_ONCE = 30  # pages read after one reading; the first reading of a source may bring years of news
RULE_REACH = timedelta(days=2)  # a rule informs what was published up to this long before its signature


@dataclass
class ReadingResult:
    """What a reading changed: new and edited news, and how many items were known or of another website."""

    found: list[News] = field(default_factory=list)
    edited: list[News] = field(default_factory=list)
    unchanged: int = 0
    not_official: int = 0


@dataclass(frozen=True)
class NoticeResult:
    """The answer to a notice of the website: the news, and what the notice changed (docs/formats)."""

    news: News
    result: Literal["nueva", "editada", "sin cambios", "repetida"]


@transaction.atomic(durable=True)
def save_reading(
    *, source: Source, items: Sequence[Item], now: datetime, etag: str = "", last_modified: str = ""
) -> ReadingResult:
    """Store a reading of a source, all of it or nothing, and schedule the next one.

    An unchanged source is a reading without items. With a standing rule in force, new news are informed.
    """
    source = queries.source_to_read(pk=source.pk, for_update=True)
    check_in_use(source)
    result = _save_items(source, items, now)
    if source.problem:
        record(
            entity_id=source.entity_id,
            event_type="source.recovered",
            actor=SYSTEM,
            ref=source.ref,
            at=now,
            facts={"failures": source.failures},
        )
    source.problem, source.failures, source.checked_at = "", 0, now
    source.etag, source.last_modified = etag, last_modified
    source.next_check_at = now + timedelta(minutes=source.every_minutes)
    source.save(update_fields=["problem", "failures", "checked_at", "etag", "last_modified", "next_check_at"])
    for news in result.found[:MAX_PAGES_AT_ONCE]:
        request_page(news)
    return result


@transaction.atomic(durable=True)
def receive_notice(*, source: Source, notice: Notice, now: datetime) -> NoticeResult:
    """Store the news of a notice whose signature was checked.

    A repeated delivery changes nothing, nor does one that was sent before another about the same news. Raises
    `NotOfficial` or `WrongState`.
    """
    source = queries.source_to_read(pk=source.pk, for_update=True)
    check_in_use(source)
    arrival = Arrival.objects.filter(source=source, key=notice.key).select_related("news").first()
    if arrival is not None:
        return NoticeResult(arrival.news, "repetida")
    check_official(source.entity, notice.item.address)
    result = _save_notice(source, notice, now)
    Arrival.objects.create(source=source, key=notice.key, news=result.news, sent_at=notice.sent_at, received_at=now)
    source.checked_at, source.problem = now, ""
    source.save(update_fields=["checked_at", "problem"])
    if result.result == "nueva":
        request_page(result.news)
    return result


def _save_notice(source: Source, notice: Notice, now: datetime) -> NoticeResult:
    (found,) = keyed([notice.item])
    known = queries.known_news(entity=source.entity, source=source, keys=found.keys, guids=())
    _, news = match(found, {news.key: news for news in known}, {}, source)
    if news is not None and Arrival.objects.filter(news=news, sent_at__gt=notice.sent_at).exists():
        return NoticeResult(news, "sin cambios")
    result = _save_items(source, [notice.item], now)
    if result.found:
        return NoticeResult(result.found[0], "nueva")
    if result.edited:
        return NoticeResult(result.edited[0], "editada")
    known = queries.known_news(entity=source.entity, source=source, keys=found.keys, guids=())
    return NoticeResult(news or known[0], "sin cambios")


def _save_items(source: Source, items: Sequence[Item], now: datetime) -> ReadingResult:
    official = [item for item in items if is_official(source.entity, item.address)]
    result = ReadingResult(not_official=len(items) - len(official))
    found_items = keyed(official)
    guids = _unique_guids(found.item for found in found_items)
    keys = {key for found in found_items for key in found.keys}
    known = queries.known_news(entity=source.entity, source=source, keys=keys, guids=guids)
    news_by_key = {news.key: news for news in known}
    news_by_guid = {news.guid: news for news in known if news.source_id == source.pk and news.guid in guids}
    rule = queries.rule_in_force(source)
    # Sorted, so that two sources that bring the same news at once lock their rows in the same order.
    for found in found_items:
        item = found.item
        key, news = match(found, news_by_key, news_by_guid, source)
        if news is not None:
            _update_news(news, source, item, result, now)
            continue
        news = _create_news(source, item, key, now)
        if news is None:
            result.unchanged += 1
            continue
        result.found.append(news)
        if rule is not None and _covers(rule, news, source):
            inform(news, reference=item.reference, note="", now=now, rule=rule)
    result.found.sort(key=lambda news: news.published_at or now, reverse=True)
    return result


def _unique_guids(items: Iterable[Item]) -> set[str]:
    """Return the guids of one item only; some sites give the same guid to all their news."""
    counts = Counter(item.guid for item in items if item.guid)
    return {guid for guid, count in counts.items() if count == 1}


def _create_news(source: Source, item: Item, key: str, now: datetime) -> News | None:
    """Create a candidate; return None if another source has created it at the same time."""
    news, is_created = News.objects.get_or_create(
        entity=source.entity,
        key=key,
        defaults={
            "source": source,
            "address": item.address,
            "guid": item.guid,
            "section": item.section,
            "title": item.title,
            "summary": item.summary,
            "published_at": item.published_at,
            "found_at": now,
            "reference": item.reference,
            "picture_address": item.picture,
            "picture_alt": item.picture_alt,
            "source_sha256": item.digest,
        },
    )
    if not is_created:
        return None
    save_news_version(news, VersionCause.FOUND, now)
    record(
        entity_id=news.entity_id,
        event_type="news.found",
        actor=SYSTEM,
        ref=news.ref,
        at=now,
        related=[source.ref],
        facts={"address": news.address, "sha256": item.digest},
    )
    return news


def _covers(rule: StandingRule, news: News, source: Source) -> bool:
    """Return whether a rule informs a news item. The first reading of a source must not inform its whole past."""
    if news.published_at is None:
        return source.checked_at is not None
    return news.published_at >= rule.signed_at - RULE_REACH


def _update_news(news: News, source: Source, item: Item, result: ReadingResult, now: datetime) -> None:
    """Store an edit of a known news item. Only the source that brought it can say that it was edited."""
    if news.source is None or (news.source_id != source.pk and news.source.state == SourceState.RETIRED):
        # It was informed by its link before any source brought it, or its source is retired: this one replaces it.
        news.source, news.guid, news.source_sha256 = source, item.guid, item.digest
        news.save(update_fields=["source", "guid", "source_sha256"])
    if news.source_id == source.pk:
        _follow_move(news, item, now)
    if news.source_id != source.pk or news.source_sha256 == item.digest:
        result.unchanged += 1
        return
    news.title, news.summary, news.source_sha256, news.edited_at = item.title, item.summary, item.digest, now
    news.save(update_fields=["title", "summary", "source_sha256", "edited_at"])
    record_edit(news, now)
    request_page(news)
    result.edited.append(news)


def _follow_move(news: News, item: Item, now: datetime) -> None:
    """Store that its source gives a news item, known by its guid, another address."""
    earlier, key = news.address, link_key(item.address)
    if link_key(earlier) == key or News.objects.filter(entity_id=news.entity_id, key=key).exists():
        return
    if news.key == link_key(earlier):  # the others have a key of their own, beside that of their page
        news.key = key
    news.address, news.moved_at = item.address, now
    news.save(update_fields=["address", "key", "moved_at"])
    record_move(news, earlier, now)
