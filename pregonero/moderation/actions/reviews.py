"""Asking that the hiding of a comment be looked at again, and deciding it: another person does (N-3, T-475)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import NotFound, Refused, WrongState
from pregonero.moderation import queries, review_queries
from pregonero.moderation.actions.decisions import show_again
from pregonero.moderation.actions.effects import lock_comment
from pregonero.moderation.models import ReviewRequest, ReviewTerm
from pregonero.moderation.states import ReviewOutcome, Visibility
from pregonero.networks.comment_links import CommentLink
from pregonero.people.models import Entity, Member
from pregonero.people.rules import as_question, check_may
from pregonero.records.actions import Actor, record
from pregonero.working_days import add_working_days

LONGEST_TERM = 30  # working days
CITIZEN = Actor(kind="citizen", id=None, name="Alguien, en la página pública")


@transaction.atomic(durable=True)
def ask_review(*, entity: Entity, link: CommentLink, now: datetime) -> ReviewRequest:
    """Ask for the review of the hiding of a linked comment. Asked again, it is the same one.

    Raises `NotFound` when the link names no comment that is hidden.
    """
    hidden = review_queries.hidden_comment(entity, link)
    comment = lock_comment(hidden.comment.message_id) if hidden is not None else None
    if comment is None or comment.visibility == Visibility.VISIBLE:
        raise NotFound
    asked = ReviewRequest.objects.filter(message_id=comment.message_id)
    earlier = asked.filter(outcome="").first() or asked.filter(decision_id=comment.decision_id).first()
    if earlier is not None:
        return earlier
    review = ReviewRequest.objects.create(
        entity=entity,
        account_id=comment.account_id,
        message_id=comment.message_id,
        decision_id=comment.decision_id,
        asked_at=now,
        due_on=add_working_days(timezone.localdate(now), review_queries.working_days(entity)),
    )
    _record(review, "review.asked", CITIZEN, now, due_on=f"{review.due_on:%Y-%m-%d}")
    return review


@transaction.atomic(durable=True)
def decide_review(
    *, review: ReviewRequest, outcome: ReviewOutcome, reason: str, by: Member, now: datetime
) -> ReviewRequest:
    """Show the comment again, or keep it hidden, with the reason that whoever asked reads."""
    message = queries.get_message(
        member=by, pk=review_queries.get_review(member=by, pk=review.pk).message_id, for_update=True
    )
    review = review_queries.get_review(member=by, pk=review.pk, for_update=True)
    check_may_decide_review(by, review, now=now)
    if not reason.strip():
        raise Refused("Escribe la razón: la lee quien pidió la revisión.")
    comment = lock_comment(message.pk)
    if comment is None or comment.visibility == Visibility.VISIBLE:
        raise WrongState("El comentario ya está visible: no hay nada que revisar.")
    if outcome == ReviewOutcome.RESTORED:
        review.restored = show_again(message, reason=reason.strip()[:500], by=by, now=now)
    review.outcome, review.reason = outcome, reason.strip()[:500]
    review.decided_by, review.decided_at = by, now
    review.save()
    _record(review, "review.decided", by.actor, now, outcome=str(outcome))
    return review


def check_may_decide_review(member: Member, review: ReviewRequest, *, now: datetime) -> None:
    """Raise unless this person may decide this review: never who hid the comment."""
    check_may(member, "moderation.decide", now=now)
    if review.outcome:
        raise WrongState(f"Ya la decidió {review.decided_by}.")
    if review_queries.has_restricted(member, review.message_id):
        raise Refused("Tú ocultaste o retuviste este comentario: lo revisa otra persona.")


may_decide_review = as_question(check_may_decide_review)


@transaction.atomic(durable=True)
def set_review_term(*, working_days: int, reason: str, by: Member, now: datetime) -> ReviewTerm:
    """Set within how many working days reviews are answered from now on; those that were asked keep theirs."""
    check_may(by, "community_rules.publish", now=now)
    if not 1 <= working_days <= LONGEST_TERM:
        raise Refused(f"Elige entre 1 y {LONGEST_TERM} días hábiles.")
    if not reason.strip():
        raise Refused("Escribe por qué cambia el plazo.")
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    latest = review_queries.review_term(entity)
    term = ReviewTerm.objects.create(
        entity=entity,
        number=latest.number + 1 if latest else 1,
        working_days=working_days,
        reason=reason.strip()[:300],
        by=by,
        at=now,
    )
    record(
        entity_id=entity.pk,
        event_type="review_term.set",
        actor=by.actor,
        ref=term.ref,
        at=now,
        facts={"working_days": working_days},
        texts={"reason": term.reason},
    )
    return term


def _record(review: ReviewRequest, event_type: str, actor: Actor, now: datetime, **facts: str) -> None:
    record(
        entity_id=review.entity_id,
        event_type=event_type,
        actor=actor,
        ref=review.ref,
        at=now,
        related=[review.decision.ref, review.message.ref],
        facts=dict(facts),
        texts={"reason": review.reason} if review.reason else {},
    )
