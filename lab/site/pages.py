"""The website's addresses: listing, sections, each news item with its picture and video, RSS and Atom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from lab.rendering import page
from lab.site import sample_images, sample_video
from lab.site.news import SECTIONS, News, Newsroom
from lab.state import LabState

ENTITY = "Ministerio de Comercio, Industria y Turismo"


class Site:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab
        self._news = Newsroom(lab.folder, lab.clock.now())
        self._media = lab.folder / "sitio"
        self._media.mkdir(exist_ok=True)
        self._making = asyncio.Lock()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/sitio", self.home)
        app.router.add_get("/sitio/", self.home)
        app.router.add_get("/sitio/prensa/noticias", self.listing)
        app.router.add_get("/sitio/prensa/noticias/", self.listing)
        app.router.add_get("/sitio/prensa/noticias/{section}", self.listing)
        app.router.add_get("/sitio/prensa/noticias/{section}/{slug}", self.news)
        app.router.add_get("/sitio/feed.xml", self.rss)
        app.router.add_get("/sitio/atom.xml", self.atom)
        app.router.add_get(r"/sitio/getmedia/{slug:[\w-]+}.{kind:jpg|mp4}", self.media)
        app.router.add_post("/sitio/noticias", self.add)

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
        return self._page(request, "site_news.html", news=news, others=others, about=_about(request, news))

    async def rss(self, request: web.Request) -> web.Response:
        return self._page(request, "feed.xml", "application/rss+xml", news=self._news.all(), mail_date=_mail_date)

    async def atom(self, request: web.Request) -> web.Response:
        return self._page(request, "atom.xml", "application/atom+xml", news=self._news.all(), atom_date=_atom_date)

    def _page(self, request: web.Request, template: str, kind: str = "text/html", **values: Any) -> web.Response:
        origin = str(request.url.origin())
        return page(
            template, content_type=kind, origin=origin, entity=ENTITY, sections=SECTIONS, path=request.path, **values
        )

    async def media(self, request: web.Request) -> web.StreamResponse:
        """A picture or video, made the first time somebody asks for it and kept."""
        news = self._news.by_slug(request.match_info["slug"])
        kind = request.match_info["kind"]
        if news is None or not news.picture or (kind == "mp4" and not news.video):
            raise web.HTTPNotFound
        make = sample_images.bar_chart if kind == "jpg" else sample_video.make
        path = self._media / f"{news.slug}.{kind}"
        async with self._making:
            if not path.exists():
                await asyncio.to_thread(_make, path, make, news.picture)
        return web.FileResponse(path)

    async def add(self, request: web.Request) -> web.Response:
        """Publish one more news item: how a test or a demonstration makes news happen."""
        fields = await request.json()
        fields.setdefault("published_at", self._lab.clock.now())
        try:
            news = News(**fields)
            self._news.add(news)
        except (TypeError, ValueError) as cause:
            raise web.HTTPBadRequest(text=str(cause)) from cause
        return web.json_response({"url": str(request.url.origin()) + news.path}, status=201)


def _make(path: Path, make: Callable[[dict[str, Any], Path], None], picture: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".part")
    make(picture, unfinished)
    unfinished.replace(path)


def _about(request: web.Request, news: News) -> dict[str, Any]:
    """schema.org's NewsArticle, as newspapers and ministries embed it."""
    origin = str(request.url.origin())
    about: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": news.title, "description": news.summary,
        "datePublished": _atom_date(news.published_at), "inLanguage": "es-CO", "mainEntityOfPage": origin + news.path,
        "articleSection": SECTIONS[news.section], "publisher": {"@type": "GovernmentOrganization", "name": ENTITY},
    }  # fmt: skip
    if news.picture:
        about["image"] = [f"{origin}/sitio/getmedia/{news.slug}.jpg"]
    return about


def _mail_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC))


def _atom_date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
