"""Telling the author of a comment what was decided about it, once: privately where the network lets us (N-3)."""

import uuid
from datetime import datetime

from django.db import transaction

from pregonero.inbox.actions.answers import WrittenAnswer, send_beside
from pregonero.inbox.models import Message
from pregonero.inbox.states import AnswerKind
from pregonero.moderation import author_notices, queries
from pregonero.moderation.actions.effects import lock_comment
from pregonero.moderation.models import AuthorNotice, Decision, ReviewRequest
from pregonero.moderation.states import Visibility
from pregonero.people.models import Member


@transaction.atomic(durable=True)
def tell_decision(*, decision_id: int, now: datetime) -> AuthorNotice | None:
    """Tell the author of a comment that a person hid it; None when it is told, or another decision came after it."""
    decision = Decision.objects.select_related("by", "rule__version", "message").get(pk=decision_id)
    message = queries.message_for_rules(pk=decision.message_id)
    comment = lock_comment(message.pk)
    is_told = AuthorNotice.objects.filter(decision=decision, review__isnull=True).exists()
    if comment is None or comment.decision_id != decision.pk or is_told or decision.by is None:
        return None
    decision.message = message
    why_not = author_notices.why_not_told(message, is_hidden=True)
    notice = AuthorNotice(decision=decision, why_not=why_not, at=now)
    return _tell(notice, message, author_notices.text_of_decision(decision), decision.by, now)


@transaction.atomic(durable=True)
def tell_review(*, review_id: int, now: datetime) -> AuthorNotice | None:
    """Tell the author of a comment what its review decided; None when it is told."""
    found = ReviewRequest.objects.select_related("decided_by", "decision__rule__version", "message")
    review = found.get(pk=review_id)
    message = queries.message_for_rules(pk=review.message_id)
    comment = lock_comment(message.pk)
    if review.decided_by is None or AuthorNotice.objects.filter(review=review).exists():
        return None
    review.message = message
    is_hidden = comment is not None and comment.visibility != Visibility.VISIBLE
    why_not = author_notices.why_not_told(message, is_hidden=is_hidden)
    notice = AuthorNotice(decision=review.decision, review=review, why_not=why_not, at=now)
    return _tell(notice, message, author_notices.text_of_review(review), review.decided_by, now)


def _tell(notice: AuthorNotice, message: Message, text: str, by: Member, now: datetime) -> AuthorNotice:
    if not notice.why_not:
        about = f"review {notice.review_id}" if notice.review_id else "decision"
        key = uuid.uuid5(notice.decision.public_id, about)
        is_private = author_notices.is_told_privately(message, now=now)
        written = WrittenAnswer(text, key, message.conversation.revision, is_private=is_private)
        notice.answer = send_beside(message, AnswerKind.NOTICE, written, by, now)
    notice.save()
    return notice
