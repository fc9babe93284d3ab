"""News items: informing (P-1), dismissing, and storing what their own pages say."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.errors import NotFound
from pregonero.media.actions import save_medium
from pregonero.media.store import StoredFile
from pregonero.newsroom import queries
from pregonero.newsroom.models import (
    Dismissal,
    Informing,
    News,
    NewsState,
    NewsVersion,
    StandingRule,
    VersionCause,
)
from pregonero.newsroom.reading.dates import BOGOTA
from pregonero.newsroom.reading.page_parser import Page
from pregonero.newsroom.reading.text import digest_of
from pregonero.newsroom.reading.urls import link_key
from pregonero.newsroom.rules import check_may_dismiss, check_may_inform, check_official
from pregonero.people.actions import notify
from pregonero.people.models import Entity, Member
from pregonero.people.queries import networks_people
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, ObjectRef, record

INFORMED_PRIORITY = 10  # of the job that reads the page of an informed news: a person is about to write from it
PAGE_FIELDS = (
    "title", "summary", "body", "section", "published_at", "picture", "video", "picture_alt", "page_sha256",
    "page_read_at", "page_problem", "edited_at",
)  # fmt: skip


@transaction.atomic(durable=True)
def inform_news(*, news: News, reference: str, note: str, by: Member, now: datetime) -> News:
    """Inform the people of the networks of a candidate or of a dismissed news item (P-1).

    `reference` is the one of the neighbouring procedure. Raises `AlreadyInformed`.
    """
    news = queries.get_news(member=by, pk=news.pk, for_update=True)
    check_may_inform(by, news, now=now)
    return inform(news, reference=reference, note=note, now=now, by=by)


@transaction.atomic(durable=True)
def inform_link(
    *, entity: Entity, address: str, page: Page, reference: str, note: str, by: Member, now: datetime
) -> News:
    """Inform the link of a page of the official website (P-1). The caller has read the `page`, outside the transaction.

    The same page under another link is the same news. Raises `AlreadyInformed`, or `NotOfficial` if the link or the
    page that it leads to is not the entity's.
    """
    links = (page.canonical, page.address, address)
    known = queries.known_news(entity=entity, source=None, keys={link_key(link) for link in links}, guids=())
    check_may(by, "news.inform", now=now)
    if by.entity_id != entity.pk:
        raise NotFound
    for link in links:
        check_official(entity, link)
    news = known[0] if known else _create_from_page(entity, page, now)
    check_may_inform(by, news, now=now)
    return inform(news, reference=reference, note=note, now=now, by=by)


def _create_from_page(entity: Entity, page: Page, now: datetime) -> News:
    # If two people inform the same link at once, the second one waits here and gets the row of the first.
    news, is_created = News.objects.get_or_create(
        entity=entity,
        key=link_key(page.canonical),
        defaults={
            "address": page.canonical,
            "title": page.title,
            "summary": page.summary,
            "body": page.body,
            "section": page.section,
            "published_at": page.published_at,
            "found_at": now,
            "picture_address": page.picture,
            "picture_alt": page.picture_alt,
            "page_sha256": page.digest,
        },
    )
    if not is_created:
        return News.objects.select_for_update(no_key=True, of=("self",)).get(pk=news.pk)
    save_news_version(news, VersionCause.FOUND, now)
    return news


def inform(
    news: News,
    *,
    reference: str,
    note: str,
    now: datetime,
    by: Member | None = None,
    rule: StandingRule | None = None,
) -> News:
    """Mark a news item as informed and notify the people of the networks, inside the caller's transaction."""
    informing = Informing.objects.create(news=news, by=by, rule=rule, at=now, reference=reference, note=note)
    news.state = NewsState.INFORMED
    news.save(update_fields=["state"])
    record(
        entity_id=news.entity_id,
        event_type="news.informed",
        actor=informing.actor,
        ref=news.ref,
        at=now,
        related=[rule.source.ref] if rule else [],
        texts={"note": note},
        facts={"address": news.address, "reference": reference, "rule": rule.pk if rule else None},
    )
    number = f", con el número {reference}" if reference else ""
    notify(
        members=networks_people(news.entity, today=now.astimezone(BOGOTA).date()),
        kind="news.informed",
        ref=news.ref,
        title=news.title,
        path=news.get_absolute_url(),
        now=now,
        why=f"{informing.who} la informó{number}. {note}".strip(),
    )
    request_page(news, priority=INFORMED_PRIORITY)
    return news


@transaction.atomic(durable=True)
def dismiss_news(*, news: News, reason: str, by: Member, now: datetime) -> News:
    """Decide that a candidate is not for the networks, with the reason. It may still be informed later."""
    news = queries.get_news(member=by, pk=news.pk, for_update=True)
    check_may_dismiss(by, news, now=now)
    Dismissal.objects.create(news=news, by=by, at=now, reason=reason)
    news.state = NewsState.DISMISSED
    news.save(update_fields=["state"])
    record(
        entity_id=news.entity_id,
        event_type="news.dismissed",
        actor=by.actor,
        ref=news.ref,
        at=now,
        texts={"reason": reason},
    )
    return news


@transaction.atomic(durable=True)
def save_page(
    *, news: News, page: Page, picture: StoredFile | None, video: StoredFile | None, problem: str, now: datetime
) -> News:
    """Store what the page of a news item says and the copies of its media.

    The first page completes the news; a later one with another text is an edit. Without a new copy of the image or the
    video, the news keeps the earlier one; `problem` says in Spanish which of them could not be read.
    """
    news = queries.news_to_read(pk=news.pk, for_update=True)
    earlier_digest, is_first = news.page_sha256, not news.page_read_at
    earlier_texts = (news.title, news.summary, news.body)
    _apply_page(news, page, picture, video, now)
    news.page_sha256, news.page_read_at, news.page_problem = page.digest, now, problem[:300]
    has_new_text = earlier_texts != (news.title, news.summary, news.body)
    is_edited = not is_first and earlier_digest != page.digest and has_new_text
    if is_edited:
        news.edited_at = now
    news.save(update_fields=PAGE_FIELDS)
    if is_edited:
        record_edit(news, now)
    elif is_first:
        _record_first_page(news, has_new_text=has_new_text, now=now)
    return news


def _apply_page(news: News, page: Page, picture: StoredFile | None, video: StoredFile | None, now: datetime) -> None:
    if news.source_id is None:  # no source gives its title and summary
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


def _record_first_page(news: News, *, has_new_text: bool, now: datetime) -> None:
    if has_new_text:
        save_news_version(news, VersionCause.READ, now)
    media = {"picture": news.picture, "video": news.video}
    digests = {name: medium.sha256 for name, medium in media.items() if medium is not None}
    record(
        entity_id=news.entity_id,
        event_type="news.read",
        actor=SYSTEM,
        ref=news.ref,
        at=now,
        related=_source_refs(news),
        facts={"address": news.address, "sha256": news.page_sha256, **digests},
    )


@transaction.atomic(durable=True)
def save_page_problem(*, news: News, reason: str, now: datetime) -> News:
    """Store why the page of a news item could not be read; the news does not change."""
    news = queries.news_to_read(pk=news.pk, for_update=True)
    news.page_problem = reason[:300]
    if news.page_read_at is not None:  # a page that was never read remains unread
        news.page_read_at = now
    news.save(update_fields=["page_problem", "page_read_at"])
    return news


def record_edit(news: News, now: datetime) -> None:
    """Store an edit as a version, and notify the people of the networks if the news was already informed."""
    version = save_news_version(news, VersionCause.EDITED, now)
    record(
        entity_id=news.entity_id,
        event_type="news.edited",
        actor=SYSTEM,
        ref=news.ref,
        at=now,
        related=_source_refs(news),
        facts={"version": version.number, "sha256": version.sha256},
    )
    if news.state == NewsState.INFORMED:
        notify(
            members=networks_people(news.entity, today=now.astimezone(BOGOTA).date()),
            kind="news.edited",
            ref=version.ref,
            title=f"La sede editó: {news.title}",
            path=news.get_absolute_url(),
            now=now,
            why="Revisa si lo programado o publicado todavía dice lo mismo.",
        )


def record_move(news: News, earlier: str, now: datetime) -> None:
    """Record the new address of a news item, and notify the people of the networks if it was already informed."""
    record(
        entity_id=news.entity_id,
        event_type="news.moved",
        actor=SYSTEM,
        ref=news.ref,
        at=now,
        related=_source_refs(news),
        facts={"earlier": earlier, "address": news.address},
    )
    if news.state == NewsState.INFORMED:
        notify(
            members=networks_people(news.entity, today=now.astimezone(BOGOTA).date()),
            kind=f"news.moved:{now:%Y%m%d%H%M%S}",
            ref=news.ref,
            title=f"La sede cambió el enlace de: {news.title}",
            path=news.get_absolute_url(),
            now=now,
            why="Revisa si lo programado o publicado todavía lleva al sitio correcto.",
        )


def save_news_version(news: News, cause: VersionCause, now: datetime) -> NewsVersion:
    """Store the current text of a news item as its next version, inside the caller's transaction."""
    number = NewsVersion.objects.filter(news=news).count() + 1
    return NewsVersion.objects.create(
        news=news,
        number=number,
        cause=cause,
        title=news.title,
        summary=news.summary,
        body=news.body,
        sha256=digest_of(news.title, news.summary, news.body),
        seen_at=now,
    )


def request_page(news: News, *, priority: int = 0) -> None:
    """Enqueue the reading of the news item's page, with its image and video, when this transaction commits."""
    app.configure_task("newsroom.read_page", priority=priority).defer(news_id=news.pk)


def _source_refs(news: News) -> list[ObjectRef]:
    return [news.source.ref] if news.source is not None else []
