"""The act of informing (P-1): by the content manager, on a candidate or on a link; and a candidate's dismissal."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.errors import NotFound
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
from pregonero.newsroom.reading.item import digest_of
from pregonero.newsroom.reading.page import Page
from pregonero.newsroom.reading.urls import key
from pregonero.newsroom.rules import check_may_dismiss, check_may_inform, check_official
from pregonero.people.actions import notify
from pregonero.people.models import Entity, Member
from pregonero.people.queries import networks_people
from pregonero.people.rules import check_may
from pregonero.records.actions import ObjectRef, record

SOON = 10  # priority of the job that reads an informed page: somebody is about to compose from it


@transaction.atomic(durable=True)
def inform_news(*, news: News, reference: str, note: str, by: Member, now: datetime) -> News:
    """Take a candidate: inform both people of the networks of its link, with the neighbour's reference (P-1).

    Raises `AlreadyInformed`, saying by whom and when. A dismissed one may be informed after all.
    """
    news = queries.get_news(member=by, pk=news.pk, for_update=True)
    check_may_inform(by, news, now=now)
    return inform(news, reference=reference, note=note, now=now, by=by)


@transaction.atomic(durable=True)
def inform_link(
    *, entity: Entity, address: str, page: Page, reference: str, note: str, by: Member, now: datetime
) -> News:
    """Inform the link of what was published on the official website; its `page` was read before, outside (P-1).

    The same page under another link is the same news: raises `AlreadyInformed` when it was informed before, and
    `NotOfficial` when the link, or where it leads, is not the entity's.
    """
    links = (page.canonical, page.address, address)
    known = queries.known_news(entity=entity, source=None, keys={key(link) for link in links}, guids=())
    check_may(by, "news.inform", now=now)
    if by.entity_id != entity.pk:
        raise NotFound
    for link in links:
        check_official(entity, link)
    news = known[0] if known else _from_page(entity, page, now)
    check_may_inform(by, news, now=now)
    return inform(news, reference=reference, note=note, now=now, by=by)


def _from_page(entity: Entity, page: Page, now: datetime) -> News:
    # Two people may inform the same link at once: the second waits here, and finds the row of the first.
    news, made = News.objects.get_or_create(
        entity=entity, key=key(page.canonical),
        defaults={
            "address": page.canonical, "title": page.title, "summary": page.summary, "body": page.body,
            "section": page.section, "published_at": page.published_at, "found_at": now,
            "picture_address": page.picture, "picture_alt": page.picture_alt, "page_sha256": page.digest,
        },
    )  # fmt: skip
    if not made:
        return News.objects.select_for_update().get(pk=news.pk)
    keep_version(news, VersionCause.FOUND, now)
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
    """Make a news item informed and tell both people, inside the transaction of the act that decided it."""
    informing = Informing.objects.create(news=news, by=by, rule=rule, at=now, reference=reference, note=note)
    news.state = NewsState.INFORMED
    news.save(update_fields=["state"])
    record(
        entity_id=news.entity_id, event_type="news.informed", actor=informing.actor, ref=news.ref, at=now,
        related=[rule.source.ref] if rule else [], texts={"note": note},
        facts={"address": news.address, "reference": reference, "rule": rule.pk if rule else None},
    )  # fmt: skip
    notify(
        members=networks_people(news.entity, today=now.astimezone(BOGOTA).date()), kind="news.informed",
        ref=news.ref, title=news.title, path=news.get_absolute_url(), now=now, why=_why(informing),
    )  # fmt: skip
    ask_for_page(news, priority=SOON)
    return news


def _why(informing: Informing) -> str:
    reference = f", referencia {informing.reference}" if informing.reference else ""
    return f"La informó: {informing.who}{reference}. {informing.note}".strip()


@transaction.atomic(durable=True)
def dismiss_news(*, news: News, reason: str, by: Member, now: datetime) -> News:
    """Leave a candidate out of the networks, with the reason; it may still be informed later."""
    news = queries.get_news(member=by, pk=news.pk, for_update=True)
    check_may_dismiss(by, news, now=now)
    Dismissal.objects.create(news=news, by=by, at=now, reason=reason)
    news.state = NewsState.DISMISSED
    news.save(update_fields=["state"])
    record(
        entity_id=news.entity_id, event_type="news.dismissed", actor=by.actor, ref=news.ref, at=now,
        texts={"reason": reason},
    )  # fmt: skip
    return news


def keep_version(news: News, cause: VersionCause, now: datetime) -> NewsVersion:
    """Keep what the news says now as its next version, inside the transaction of whoever changed it."""
    number = NewsVersion.objects.filter(news=news).count() + 1
    return NewsVersion.objects.create(
        news=news, number=number, cause=cause, title=news.title, summary=news.summary, body=news.body,
        sha256=digest_of(news.title, news.summary, news.body), seen_at=now,
    )  # fmt: skip


def ask_for_page(news: News, *, priority: int = 0) -> None:
    """Have the news' own page read, with its picture and video, after this transaction."""
    app.configure_task("newsroom.read_page", priority=priority).defer(news_id=news.pk)


def source_refs(news: News) -> list[ObjectRef]:
    """Return the source that a news item came from, for its records."""
    return [news.source.ref] if news.source is not None else []
