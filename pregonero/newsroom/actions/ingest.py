"""What arrives from the sources: new items only once, edits as such, problems on the source's own row (P-1)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.urls import reverse

from pregonero.newsroom import queries
from pregonero.newsroom.actions.informing import ask_for_page, inform, keep_version, source_refs
from pregonero.newsroom.models import (
    Arrival,
    News,
    NewsState,
    Source,
    SourceState,
    StandingRule,
    VersionCause,
)
from pregonero.newsroom.reading.dates import BOGOTA
from pregonero.newsroom.reading.item import Item
from pregonero.newsroom.reading.urls import key
from pregonero.newsroom.rules import check_in_use, check_official, is_official
from pregonero.people.actions import notify
from pregonero.people.queries import members_with, networks_people
from pregonero.people.roles import PERMISSIONS
from pregonero.records.actions import SYSTEM, record

PAGES_AT_ONCE = 30  # pages read after one reading: a source's first one may bring years of news
RULE_REACH = timedelta(days=2)  # a rule informs what was published this long before it was signed, or later
BACK_OFF_LIMIT = timedelta(hours=6)
DOUBLINGS = 8
LASTING = 2  # readings in a row that failed: then whoever manages the sources is told


@dataclass
class Kept:
    """What came of a reading: news found, news edited, how many were known, and how many were of another website."""

    found: list[News] = field(default_factory=list)
    edited: list[News] = field(default_factory=list)
    same: int = 0
    outside: int = 0


@dataclass(frozen=True)
class Reading:
    """One reading under way: of which source, under which rule, when."""

    source: Source
    rule: StandingRule | None
    now: datetime


@dataclass(frozen=True)
class Answer:
    """What is answered to a notice of the website: the news, and what became of it (docs/formats)."""

    news: News
    result: Literal["nueva", "editada", "sin cambios", "repetida"]


@transaction.atomic(durable=True)
def keep_reading(
    *, source: Source, items: Sequence[Item], now: datetime, etag: str = "", last_modified: str = ""
) -> Kept:
    """Keep a source's reading, all of it or nothing: what is new, what was edited; the rest it repeats.

    An unchanged source is a reading without items. With a standing rule in force, what is new is informed.
    """
    source = queries.source_to_read(pk=source.pk, for_update=True)
    check_in_use(source)
    kept = _keep_items(source, items, now)
    _note_recovery(source, now)
    source.problem, source.failures, source.checked_at = "", 0, now
    source.etag, source.last_modified = etag, last_modified
    source.next_check_at = now + timedelta(minutes=source.every_minutes)
    source.save(update_fields=["problem", "failures", "checked_at", "etag", "last_modified", "next_check_at"])
    for news in kept.found[:PAGES_AT_ONCE]:
        ask_for_page(news)
    return kept


@transaction.atomic(durable=True)
def keep_problem(*, source: Source, reason: str, now: datetime) -> Source:
    """Keep why a source could not be read, for its own row; each failure waits longer, up to six hours."""
    source = queries.source_to_read(pk=source.pk, for_update=True)
    if source.state == SourceState.RETIRED:
        return source
    if not source.problem:
        record(
            entity_id=source.entity_id, event_type="source.failing", actor=SYSTEM, ref=source.ref, at=now,
            facts={"problem": reason},
        )  # fmt: skip
    source.problem, source.failures, source.checked_at = reason[:300], source.failures + 1, now
    wait = timedelta(minutes=source.every_minutes) * 2 ** min(source.failures, DOUBLINGS)
    source.next_check_at = now + min(wait, BACK_OFF_LIMIT)
    source.save(update_fields=["problem", "failures", "checked_at", "next_check_at"])
    if source.failures == LASTING:
        _tell_who_manages(source, now)
    return source


def _tell_who_manages(source: Source, now: datetime) -> None:
    """Tell them once for each time that it breaks: a single reading that fails is no trouble yet."""
    able = PERMISSIONS["sources.manage"].roles
    notify(
        members=members_with(source.entity, able, today=now.astimezone(BOGOTA).date()),
        kind=f"source.failing:{now:%Y%m%d%H%M%S}", ref=source.ref, title=f"No se puede leer «{source}»",
        why=f"{source.problem} Mientras tanto, las noticias se informan por su enlace.",
        path=f"{reverse('newsroom:sources')}#fuente-{source.pk}", now=now,
    )  # fmt: skip


@transaction.atomic(durable=True)
def receive_webhook(*, source: Source, item: Item, delivery: str, sent_at: datetime, now: datetime) -> Answer:
    """Take a notice of the website whose signature was checked before; `delivery` is what names it.

    The same delivery again changes nothing and answers the same news. One that was sent before another that is
    already here says nothing new. Raises `NotOfficial`, `WrongState`.
    """
    source = queries.source_to_read(pk=source.pk, for_update=True)
    check_in_use(source)
    repeated = Arrival.objects.filter(source=source, key=delivery).select_related("news").first()
    if repeated is not None:
        return Answer(repeated.news, "repetida")
    check_official(source.entity, item.address)
    answer = _take_notice(source, item, sent_at, now)
    Arrival.objects.create(source=source, key=delivery, news=answer.news, sent_at=sent_at, received_at=now)
    source.checked_at, source.problem = now, ""
    source.save(update_fields=["checked_at", "problem"])
    if answer.result == "nueva":
        ask_for_page(answer.news)
    return answer


def _take_notice(source: Source, item: Item, sent_at: datetime, now: datetime) -> Answer:
    known = queries.known_news(entity=source.entity, source=source, keys=[key(item.address)], guids=())
    if known and Arrival.objects.filter(news=known[0], sent_at__gt=sent_at).exists():
        return Answer(known[0], "sin cambios")
    kept = _keep_items(source, [item], now)
    if kept.found:
        return Answer(kept.found[0], "nueva")
    if kept.edited:
        return Answer(kept.edited[0], "editada")
    (news,) = queries.known_news(entity=source.entity, source=source, keys=[key(item.address)], guids=())
    return Answer(news, "sin cambios")


def _keep_items(source: Source, items: Sequence[Item], now: datetime) -> Kept:
    official = [item for item in items if is_official(source.entity, item.address)]
    kept = Kept(outside=len(items) - len(official))
    by_key = {key(item.address): item for item in reversed(official)}
    guids = _telling_guids(by_key.values())
    known = queries.known_news(entity=source.entity, source=source, keys=by_key, guids=guids)
    news_by_key = {news.key: news for news in known}
    news_by_guid = {news.guid: news for news in known if news.source_id == source.pk and news.guid in guids}
    reading = Reading(source, queries.rule_in_force(source), now)
    # In one order always, so that two sources that bring the same news at once do not wait for each other.
    for item_key, item in sorted(by_key.items()):
        news = news_by_key.get(item_key) or news_by_guid.get(item.guid)
        if news is None:
            _find(reading, item, item_key, kept)
        else:
            _see_again(news, source, item, kept, now)
    kept.found.sort(key=lambda news: news.published_at or now, reverse=True)
    return kept


def _telling_guids(items: Iterable[Item]) -> set[str]:
    """Return the guids that name one item only; some sites give the same to all."""
    counted = Counter(item.guid for item in items if item.guid)
    return {guid for guid, times in counted.items() if times == 1}


def _find(reading: Reading, item: Item, item_key: str, kept: Kept) -> None:
    source, now = reading.source, reading.now
    news, made = News.objects.get_or_create(
        entity=source.entity, key=item_key,
        defaults={
            "source": source, "address": item.address, "guid": item.guid, "section": item.section,
            "title": item.title, "summary": item.summary, "published_at": item.published_at, "found_at": now,
            "reference": item.reference, "picture_address": item.picture, "picture_alt": item.picture_alt,
            "source_sha256": item.digest,
        },
    )  # fmt: skip
    if not made:  # another source brought it this very moment
        kept.same += 1
        return
    keep_version(news, VersionCause.FOUND, now)
    record(
        entity_id=news.entity_id, event_type="news.found", actor=SYSTEM, ref=news.ref, at=now, related=[source.ref],
        facts={"address": news.address, "sha256": item.digest},
    )  # fmt: skip
    kept.found.append(news)
    if reading.rule is not None and _covers(reading.rule, news, source):
        inform(news, reference=item.reference, note="", now=now, rule=reading.rule)


def _covers(rule: StandingRule, news: News, source: Source) -> bool:
    """Return whether a rule reaches a news item: a source's first reading must not inform its whole past."""
    if news.published_at is None:
        return source.checked_at is not None
    return news.published_at >= rule.signed_at - RULE_REACH


def _see_again(news: News, source: Source, item: Item, kept: Kept, now: datetime) -> None:
    if news.source is None or (news.source_id != source.pk and news.source.state == SourceState.RETIRED):
        # Informed by its link before any source brought it, or left by a retired one: this source speaks for it now.
        news.source, news.guid, news.source_sha256 = source, item.guid, item.digest
        news.save(update_fields=["source", "guid", "source_sha256"])
    if news.source_id != source.pk or news.source_sha256 == item.digest:
        kept.same += 1
        return
    _edit(news, item, now)
    kept.edited.append(news)


def _edit(news: News, item: Item, now: datetime) -> None:
    news.title, news.summary, news.source_sha256, news.edited_at = item.title, item.summary, item.digest, now
    news.save(update_fields=["title", "summary", "source_sha256", "edited_at"])
    note_edit(news, now)
    ask_for_page(news)


def note_edit(news: News, now: datetime) -> None:
    """Keep an edit as a version, record it, and tell both people when the news was already informed."""
    version = keep_version(news, VersionCause.EDITED, now)
    record(
        entity_id=news.entity_id, event_type="news.edited", actor=SYSTEM, ref=news.ref, at=now,
        related=source_refs(news), facts={"version": version.number, "sha256": version.sha256},
    )  # fmt: skip
    if news.state == NewsState.INFORMED:
        notify(
            members=networks_people(news.entity, today=now.astimezone(BOGOTA).date()), kind="news.edited",
            ref=version.ref, title=f"La sede editó: {news.title}", path=news.get_absolute_url(), now=now,
            why="Revisa si lo programado o publicado todavía dice lo mismo.",
        )  # fmt: skip


def _note_recovery(source: Source, now: datetime) -> None:
    if source.problem:
        record(
            entity_id=source.entity_id, event_type="source.recovered", actor=SYSTEM, ref=source.ref, at=now,
            facts={"failures": source.failures},
        )  # fmt: skip
