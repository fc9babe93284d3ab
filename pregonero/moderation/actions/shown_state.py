"""Storing what a network said when it was asked how it shows a comment."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pregonero.moderation.actions.effects import lock_comment, mark_gone, record_reading
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people

ASK_AGAIN = timedelta(minutes=10)


@transaction.atomic(durable=True)
def store_reading(*, message_id: int, is_hidden: bool | None, now: datetime) -> None:
    """Store how a network shows a comment. Where it differs the change is made again; then a person is told."""
    comment = lock_comment(message_id)
    if comment is None or comment.gone_at is not None or record_reading(comment, is_hidden, now=now):
        return
    notify(
        members=networks_people(comment.entity, today=timezone.localdate(now)),
        kind="moderation.differs",
        ref=comment.decision.ref,
        title=f"{comment.account} no muestra un comentario como se decidió",
        why=comment.decision.problem,
        path=comment.decision.get_absolute_url(),
        now=now,
    )


@transaction.atomic(durable=True)
def store_gone(*, message_id: int, now: datetime) -> None:
    """Store that a comment is no longer at its network."""
    comment = lock_comment(message_id)
    if comment is not None:
        mark_gone(comment, now=now)


@transaction.atomic(durable=True)
def postpone_reading(*, message_id: int, now: datetime) -> None:
    """Ask a network later, because it could not be asked now."""
    comment = lock_comment(message_id)
    if comment is not None:
        comment.check_at = now + ASK_AGAIN
        comment.save(update_fields=["check_at"])
