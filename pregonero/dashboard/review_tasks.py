"""The reviews that citizens ask for, as tasks of Hoy of whoever did not hide the comment (N-3)."""

from datetime import date, datetime

from django.utils import timezone

from pregonero.dashboard.task import Act, Task
from pregonero.moderation import review_queries
from pregonero.moderation.models import ReviewRequest
from pregonero.people.models import Member
from pregonero.people.rules import may

SHOWN = 20


def review_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the reviews that this person may decide, the first one due first."""
    if not may(member, "moderation.decide", now=now):
        return []
    today = timezone.localdate(now)
    return [_task(review, today) for review in review_queries.reviews_for(member)[:SHOWN]]


def _task(review: ReviewRequest, today: date) -> Task:
    path, decision = review.get_absolute_url(), review.decision
    verb = "Venció" if review.due_on < today else "Vence"
    return Task(
        f"Piden revisar un comentario oculto en {review.account.get_network_display()}",
        path,
        f"{verb} el {review.due_on:%d/%m}. Lo ocultó {decision.who} por {decision.get_category_display()}.",
        Act("Revisar", path),
        network=review.account.network,
    )
