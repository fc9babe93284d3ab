"""Undo the dismissal of a news item in its first ten seconds."""

from datetime import datetime

from django.db import transaction

from pregonero.newsroom import queries
from pregonero.newsroom.models import News, NewsState
from pregonero.newsroom.rules import check_may_undo_dismissal
from pregonero.people.models import Member
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def undo_dismissal(*, news: News, by: Member, now: datetime) -> News:
    """Make a news item that this person just dismissed a candidate again, unless somebody informed it since."""
    news = queries.get_news(member=by, pk=news.pk, for_update=True)
    check_may_undo_dismissal(by, news, now=now)
    news.dismissals.filter(undone_at__isnull=True).update(undone_at=now)
    news.state = NewsState.CANDIDATE
    news.save(update_fields=["state"])
    record(entity_id=news.entity_id, event_type="news.dismissal_undone", actor=by.actor, ref=news.ref, at=now)
    return news
