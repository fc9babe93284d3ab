"""What became of the news that a person informed: who opened the notice, and how the publication stands (P-1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pregonero.newsroom.followups import Followup, followups_of
from pregonero.newsroom.models import Informing, News
from pregonero.newsroom.queries import receipts_among
from pregonero.newsroom.recipients import opened_sentence
from pregonero.people.models import Member

RECENT = timedelta(days=3)
SHOWN = 5


@dataclass(frozen=True)
class InformedNews:
    """A news item that the person informed, when, who opened it, and how its publication stands, if it has one."""

    news: News
    at: datetime
    opened: str
    followup: Followup | None


def informed_by(member: Member, *, now: datetime) -> tuple[InformedNews, ...]:
    """Return the news that a person informed in the last days, newest first, in a constant number of queries."""
    informings = Informing.objects.filter(by=member, at__gte=now - RECENT).select_related("news__picture")
    latest = list(informings.defer("news__body").order_by("-at", "-pk")[:SHOWN])
    news = [informing.news for informing in latest]
    receipts, followups = receipts_among(news), followups_of(news)
    return tuple(
        InformedNews(
            informing.news,
            informing.at,
            opened_sentence(receipts.get(informing.news_id, [])),
            followups.get(informing.news_id),
        )
        for informing in latest
    )
