"""The demonstration ministry's website: news pages, their images and videos, RSS and Atom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from lab.clock import long_date
from lab.site.sample_media import draw_chart_image, make_chart_video
from lab.state import LabState
from lab.template_renderer import render_page

NEWS_FILE = Path(__file__).with_name("news.json")
SECTIONS = {"industria": "Industria", "comercio": "Comercio", "turismo": "Turismo"}
DEADLINE = timedelta(days=21)


@dataclass
class News:
    """One news item; `picture` holds the numbers of its chart."""

    section: str
    slug: str
    title: str
    summary: str
    body: list[str]
    published_at: float
    alt: str = ""
    video: bool = False
    picture: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/sitio/prensa/noticias/{self.section}/{self.slug}"


class Newsroom:
    """The news items, newest first. The first start of a data folder creates them; later starts read them."""

    def __init__(self, folder: Path, now: float) -> None:
        self._path = folder / "sitio.json"
        if self._path.exists():
            self._news = [News(**fields) for fields in json.loads(self._path.read_text(encoding="utf-8"))]
        else:
            self._news = _first_news(now)
            self._save()

    def all(self, section: str = "") -> list[News]:
        return [news for news in self._news if section in ("", news.section)]

    def get(self, section: str, slug: str) -> News | None:
        return next((news for news in self.all(section) if news.slug == slug), None)

    def get_by_slug(self, slug: str) -> News | None:
        return next((news for news in self._news if news.slug == slug), None)

    def add(self, news: News) -> None:
        """Add a news item. Raises ValueError with the reason when its section or its slug is not valid."""
        if news.section not in SECTIONS:
            raise ValueError(f"section must be one of {', '.join(SECTIONS)}")
        if self.get_by_slug(news.slug):
            raise ValueError(f"there is already a news item {news.slug}")
        self._news.append(news)
        self._news.sort(key=lambda item: item.published_at, reverse=True)
        self._save()

    def _save(self) -> None:
        self._path.write_text(json.dumps([asdict(news) for news in self._news], ensure_ascii=False), encoding="utf-8")


def _first_news(now: float) -> list[News]:
    deadline = long_date(now + DEADLINE.total_seconds())
    items = []
    for fields in json.loads(NEWS_FILE.read_text(encoding="utf-8")):
        at = now - fields.pop("hours_ago") * 3600
        fields["summary"] = fields["summary"].replace("{deadline}", deadline)
        fields["body"] = [paragraph.replace("{deadline}", deadline) for paragraph in fields["body"]]
        items.append(News(published_at=float(int(at)), **fields))
    return sorted(items, key=lambda news: news.published_at, reverse=True)


ENTITY = "Ministerio de Comercio, Industria y Turismo"


class Site:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab
        self._news = Newsroom(lab.folder, lab.clock.now())
        self._media = lab.folder / "sitio"
        self._media.mkdir(exist_ok=True)
        self._drawing = asyncio.Lock()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/sitio", self.home)
        app.router.add_get("/sitio/", self.home)
        app.router.add_get("/sitio/prensa/noticias", self.listing)
        app.router.add_get("/sitio/prensa/noticias/", self.listing)
        app.router.add_get("/sitio/prensa/noticias/{section}", self.listing)
        app.router.add_get("/sitio/prensa/noticias/{section}/{slug}", self.news)
        app.router.add_get("/sitio/pqrsd", self.pqrsd)
        app.router.add_get("/sitio/feed.xml", self.rss)
        app.router.add_get("/sitio/atom.xml", self.atom)
        app.router.add_get(r"/sitio/getmedia/{slug:[\w-]+}.{kind:jpg|mp4}", self.media)
        app.router.add_post("/sitio/noticias", self.add)

    def find(self, path: str) -> News | None:
        """Return the news item whose page has this path."""
        return next((news for news in self._news.all() if news.path == path), None)

    async def pqrsd(self, request: web.Request) -> web.Response:
        """Return the page where the demonstration entity receives petitions; it takes none."""
        return self._page(request, "site_pqrsd.html")

    async def home(self, request: web.Request) -> web.Response:
        return self._page(request, "site_home.html", news=self._news.all()[:4])

    async def listing(self, request: web.Request) -> web.Response:
        section = request.match_info.get("section", "")
        if section and section not in SECTIONS:
            raise web.HTTPNotFound
        heading = f"Noticias de {SECTIONS[section].lower()}" if section else "Noticias"
        return self._page(request, "site_list.html", news=self._news.all(section), heading=heading, section=section)

    async def news(self, request: web.Request) -> web.Response:
        news = self._news.get(request.match_info["section"], request.match_info["slug"])
        if news is None:
            raise web.HTTPNotFound
        others = [other for other in self._news.all() if other.slug != news.slug][:3]
        return self._page(request, "site_news.html", news=news, others=others, metadata=_metadata(request, news))

    async def rss(self, request: web.Request) -> web.Response:
        return self._page(request, "feed.xml", "application/rss+xml", news=self._news.all(), rfc2822_date=_rfc2822_date)

    async def atom(self, request: web.Request) -> web.Response:
        return self._page(request, "atom.xml", "application/atom+xml", news=self._news.all(), iso_date=_iso_date)

    def _page(self, request: web.Request, template: str, kind: str = "text/html", **values: Any) -> web.Response:
        origin = str(request.url.origin())
        return render_page(
            template, content_type=kind, origin=origin, entity=ENTITY, sections=SECTIONS, path=request.path, **values
        )

    async def media(self, request: web.Request) -> web.StreamResponse:
        """Return an image or a video; it is drawn on the first request and stored."""
        news = self._news.get_by_slug(request.match_info["slug"])
        kind = request.match_info["kind"]
        if news is None or not news.picture or (kind == "mp4" and not news.video):
            raise web.HTTPNotFound
        draw = draw_chart_image if kind == "jpg" else make_chart_video
        path = self._media / f"{news.slug}.{kind}"
        async with self._drawing:
            if not path.exists():
                await asyncio.to_thread(_write_media, path, draw, news.picture)
        return web.FileResponse(path)

    async def add(self, request: web.Request) -> web.Response:
        """Publish one more news item, for a test or a demonstration."""
        fields = await request.json()
        fields.setdefault("published_at", self._lab.clock.now())
        try:
            news = News(**fields)
            self._news.add(news)
        except (TypeError, ValueError) as cause:
            raise web.HTTPBadRequest(text=str(cause)) from cause
        return web.json_response({"url": str(request.url.origin()) + news.path}, status=201)


def _write_media(path: Path, draw: Callable[[dict[str, Any], Path], None], picture: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".part")
    draw(picture, unfinished)
    unfinished.replace(path)


def _metadata(request: web.Request, news: News) -> dict[str, Any]:
    """Return the schema.org NewsArticle that the page of a news item embeds."""
    origin = str(request.url.origin())
    metadata: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": news.title,
        "description": news.summary,
        "datePublished": _iso_date(news.published_at),
        "inLanguage": "es-CO",
        "mainEntityOfPage": origin + news.path,
        "articleSection": SECTIONS[news.section],
        "publisher": {"@type": "GovernmentOrganization", "name": ENTITY},
    }
    if news.picture:
        metadata["image"] = [f"{origin}/sitio/getmedia/{news.slug}.jpg"]
    return metadata


def _rfc2822_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC))


def _iso_date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
