"""Sources, items, pages and news with usual values, for the tests of the newsroom."""

from datetime import datetime
from typing import Any

from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.newsroom import actions
from pregonero.newsroom.models import News, Source
from pregonero.newsroom.reading.page_parser import Page
from pregonero.newsroom.sources.base import Item, SourceKind
from pregonero.newsroom.sources.registry import FEED
from pregonero.people.models import Member
from tests.conftest import NOW

SITE = "https://www.mincit.gov.co"
COFFEE = f"{SITE}/prensa/noticias/comercio/exportaciones-de-cafe"
SECRET = "un-secreto-de-prueba-largo"


def register(by: Member, kind: SourceKind = FEED, **changes: Any) -> Source:
    values: dict[str, Any] = {"name": "RSS de la sede", "address": f"{SITE}/rss"}
    if not kind.is_polled:
        values = {"name": "Avisos de la sede", "secret": SECRET}
    return actions.register_source(entity=by.entity, kind=kind, by=by, now=NOW, **(values | changes))


def item(address: str = COFFEE, **changes: Any) -> Item:
    values: dict[str, Any] = {"title": "Exportaciones de café", "summary": "Crecieron.", "published_at": NOW}
    return Item(address=address, **(values | changes))


def page(address: str = COFFEE, **changes: Any) -> Page:
    values: dict[str, Any] = {
        "canonical": address,
        "title": "Exportaciones de café crecen",
        "summary": "Crecieron 8,4 %.",
        "body": "Uno.\nDos.",
        "section": "Comercio",
        "published_at": NOW,
        "picture": "",
        "picture_alt": "",
        "video": "",
    }
    return Page(address=address, **(values | changes))


def read(source: Source, *items: Item, now: datetime = NOW) -> actions.ReadingResult:
    return actions.save_reading(source=source, items=items, now=now)


def found(source: Source, *, now: datetime = NOW) -> News:
    """Return a new candidate of a source."""
    return read(source, item(), now=now).found[0]


def inform(by: Member, address: str = COFFEE, *, now: datetime = NOW, **changes: Any) -> News:
    return actions.inform_link(
        entity=by.entity,
        address=address,
        page=page(address, **changes),
        reference="PC-2026-118",
        note="Con foto.",
        by=by,
        now=now,
    )


def jobs(task: str) -> list[dict[str, Any]]:
    """Return the arguments of the pending jobs of a task."""
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("id")]
