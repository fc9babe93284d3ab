"""The news of the demonstration ministry: invented, always recent, and the same once made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from lab.clock import long_date

SEED = Path(__file__).with_name("news.json")
SECTIONS = {"industria": "Industria", "comercio": "Comercio", "turismo": "Turismo"}
DEADLINE = timedelta(days=21)


@dataclass
class News:
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
    """The news, newest first, kept in the laboratory's folder from its first start."""

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

    def by_slug(self, slug: str) -> News | None:
        return next((news for news in self._news if news.slug == slug), None)

    def add(self, news: News) -> None:
        """Raises ValueError with the reason when it has no place here."""
        if news.section not in SECTIONS:
            raise ValueError(f"section must be one of {', '.join(SECTIONS)}")
        if self.by_slug(news.slug):
            raise ValueError(f"there is already a news item {news.slug}")
        self._news.append(news)
        self._news.sort(key=lambda known: known.published_at, reverse=True)
        self._save()

    def _save(self) -> None:
        self._path.write_text(json.dumps([asdict(news) for news in self._news], ensure_ascii=False), encoding="utf-8")


def _first_news(now: float) -> list[News]:
    deadline = long_date(now + DEADLINE.total_seconds())
    made = []
    for fields in json.loads(SEED.read_text(encoding="utf-8")):
        at = now - fields.pop("hours_ago") * 3600
        fields["summary"] = fields["summary"].replace("{deadline}", deadline)
        fields["body"] = [paragraph.replace("{deadline}", deadline) for paragraph in fields["body"]]
        made.append(News(published_at=float(int(at)), **fields))
    return sorted(made, key=lambda news: news.published_at, reverse=True)
