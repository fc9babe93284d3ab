"""Making the network show a comment as the latest decision says: one open change at a time, and its outcome.

Every function runs inside the caller's transaction, with the comment's row locked.
"""

from datetime import datetime, timedelta

from pregonero.inbox.models import Message
from pregonero.moderation.models import Decision, ModeratedComment
from pregonero.moderation.states import Effect, Visibility
from pregonero.networks.base import SETTLE_SECONDS, OperationKind
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.moderation import COMMENT_GONE
from pregonero.networks.registry import moderator_of
from pregonero.outbox.actions.schedule import cancel, schedule_change
from pregonero.outbox.models import VISIBILITY_KINDS, Delivery
from pregonero.outbox.states import UNFINISHED, WAITING
from pregonero.people.models import Member
from pregonero.records.actions import SYSTEM, Actor, record

TOLERANCE_MINUTES = 14 * 24 * 60  # a change that waits for a token or a quota is still wanted days later
READ_BACK_AFTER = timedelta(seconds=2)
LATE_CALL_AFTER = timedelta(seconds=SETTLE_SECONDS + 5)  # a network may take that late a call that it did not answer
MOST_CHECKS = 3


def lock_comment(message_id: int) -> ModeratedComment | None:
    """Return the state of a comment, locked; None when nothing was ever decided about it.

    Its open change is locked first, in the order of the job that stores its outcome.
    """
    account_id, remote_id = Message.objects.values_list("account_id", "remote_id").get(pk=message_id)
    _open_change(account_id, remote_id)
    comments = ModeratedComment.objects.select_for_update(no_key=True, of=("self",))
    return comments.select_related("message__account", "account", "decision").filter(message_id=message_id).first()


def apply_decision(comment: ModeratedComment, *, now: datetime) -> None:
    """Schedule what the network must change so that it shows the comment as the latest decision says."""
    open_change = _open_change(comment.account_id, comment.message.remote_id)
    if comment.gone_at is not None:
        return  # nothing is left at the network to change
    if comment.message.kind == InteractionKind.CHAT:
        is_as_wanted = bool(comment.is_hidden_there) == _is_wanted_hidden(comment)
        _set_effect(comment.decision, Effect.NONE if is_as_wanted else Effect.BY_HAND)
        return
    if open_change is not None and open_change.state in WAITING and not open_change.attempts_made:
        if _hides(open_change) == _is_wanted_hidden(comment):
            _set_effect(comment.decision, Effect.SENDING)
            return
        cancel(delivery=open_change, reason="La reemplazó otra decisión.", by=SYSTEM, now=now)
        _supersede(comment, open_change)
        open_change = None
    if open_change is not None:  # its call may have been made: what is wanted now follows its outcome
        _set_effect(comment.decision, Effect.SENDING)
    elif bool(comment.is_hidden_there) == _is_wanted_hidden(comment):
        _set_effect(comment.decision, Effect.NONE)
    else:
        schedule_state(comment, now=now)


def schedule_state(comment: ModeratedComment, *, now: datetime) -> None:
    """Schedule the change that makes the network show a comment as the latest decision says."""
    moderator = moderator_of(comment.account.network)
    if moderator is None:
        raise LookupError(f"{comment.account.network} has no way of hiding comments")
    schedule_change(
        account=comment.account,
        subject=comment.decision.ref,
        kind=moderator.hides_with if _is_wanted_hidden(comment) else OperationKind.UNHIDE,
        target=comment.message.remote_id,
        now=now,
        tolerance_minutes=TOLERANCE_MINUTES,
    )
    _set_effect(comment.decision, Effect.SENDING)


def record_change(delivery: Delivery, *, now: datetime) -> None:
    """Store that the network took a change; schedule the next one when the latest decision wants another."""
    decision = Decision.objects.select_related("message", "account").get(pk=delivery.subject_id)
    comment = lock_comment(decision.message_id)
    if comment is None:
        return
    comment.is_hidden_there = _hides(delivery)
    comment.check_at = now + (LATE_CALL_AFTER if _had_lost_call(comment) else READ_BACK_AFTER)
    comment.save(update_fields=["is_hidden_there", "check_at"])
    is_as_wanted = comment.is_hidden_there == _is_wanted_hidden(comment)
    for done in {decision.pk, comment.decision_id} if is_as_wanted else {decision.pk}:
        _mark_done(done, now)
    if not is_as_wanted:
        comment.decision.refresh_from_db()
        schedule_state(comment, now=now)


def confirm_done(comment: ModeratedComment, *, by: Member, now: datetime) -> Decision:
    """Store that a person did at the network what the latest decision about a locked comment says."""
    comment.is_hidden_there = _is_wanted_hidden(comment)
    comment.save(update_fields=["is_hidden_there"])
    _mark_done(comment.decision_id, now, by.actor)
    comment.decision.refresh_from_db()
    return comment.decision


def record_refusal(delivery: Delivery, *, reason: str, code: str, now: datetime) -> None:
    """Store that the network refused a change for good, or that its time passed."""
    decision = Decision.objects.select_related("message", "account").get(pk=delivery.subject_id)
    comment = lock_comment(decision.message_id)
    if comment is None:
        return
    if code == COMMENT_GONE:
        mark_gone(comment, now=now)
    decision.effect, decision.problem = Effect.FAILED, reason[:300]
    decision.save(update_fields=["effect", "problem"])
    if comment.decision_id != decision.pk and comment.gone_at is None:
        comment.decision.refresh_from_db()
        apply_decision(comment, now=now)


def mark_gone(comment: ModeratedComment, *, now: datetime) -> None:
    """Store that a comment is no longer at its network: there is nothing more to change or read there."""
    comment.gone_at, comment.check_at = comment.gone_at or now, None
    comment.save(update_fields=["gone_at", "check_at"])


def record_reading(comment: ModeratedComment, is_hidden: bool | None, *, now: datetime) -> bool:
    """Store what the network said of a locked comment; return False when it keeps disagreeing with the decision.

    Where it differs, the change is made again. Where the network does not tell, a change that may have crossed with a
    late call is made once more, since it is idempotent.
    """
    if _open_change(comment.account_id, comment.message.remote_id) is not None:  # its own outcome sets the next reading
        comment.check_at = None
        comment.save(update_fields=["check_at"])
        return True
    wanted = _is_wanted_hidden(comment)
    may_be_late = comment.checks_made == 0 and _had_lost_call(comment)
    if is_hidden is None and not may_be_late:
        comment.check_at = None
    elif is_hidden is wanted:
        comment.check_at, comment.checks_made, comment.read_back_at = None, 0, now
        comment.is_hidden_there = is_hidden
    else:
        return _repeat(comment, is_hidden, now)
    comment.save(update_fields=["check_at", "checks_made", "read_back_at", "is_hidden_there"])
    return True


def _repeat(comment: ModeratedComment, is_hidden: bool | None, now: datetime) -> bool:
    """Make the change again, as many times as a late call explains; then it is left to a person."""
    comment.checks_made += 1
    comment.check_at, comment.is_hidden_there = None, is_hidden
    comment.read_back_at = now if is_hidden is not None else comment.read_back_at
    comment.save(update_fields=["check_at", "checks_made", "read_back_at", "is_hidden_there"])
    if comment.checks_made > MOST_CHECKS:
        comment.decision.effect = Effect.FAILED
        comment.decision.problem = "La red muestra lo contrario de lo que se decidió, también después de repetirlo."
        comment.decision.save(update_fields=["effect", "problem"])
        return False
    schedule_state(comment, now=now)
    return True


def _had_lost_call(comment: ModeratedComment) -> bool:
    """Return whether some change of this comment was tried more than once: its network may take a late call."""
    changes = Delivery.objects.filter(account_id=comment.account_id, target=comment.message.remote_id)
    return changes.filter(kind__in=VISIBILITY_KINDS, attempts_made__gt=1).exists()


def _open_change(account_id: int, remote_id: str) -> Delivery | None:
    changes = Delivery.objects.select_for_update(no_key=True, of=("self",)).select_related("account")
    found = changes.filter(account_id=account_id, target=remote_id, kind__in=VISIBILITY_KINDS, state__in=UNFINISHED)
    return found.first()


def _is_wanted_hidden(comment: ModeratedComment) -> bool:
    return comment.visibility != Visibility.VISIBLE


def _hides(delivery: Delivery) -> bool:
    return delivery.kind != OperationKind.UNHIDE


def _set_effect(decision: Decision, effect: Effect) -> None:
    decision.effect, decision.problem = effect, ""
    decision.save(update_fields=["effect", "problem"])


def _supersede(comment: ModeratedComment, change: Delivery) -> None:
    """Mark the decision of a change that was never sent."""
    Decision.objects.filter(pk=change.subject_id).exclude(pk=comment.decision_id).update(effect=Effect.SUPERSEDED)


def _mark_done(decision_id: int, now: datetime, actor: Actor = SYSTEM) -> None:
    decision = (
        Decision.objects.select_for_update(no_key=True, of=("self",)).select_related("account").get(pk=decision_id)
    )
    decision.effect, decision.problem, decision.done_at = Effect.DONE, "", decision.done_at or now
    decision.save(update_fields=["effect", "problem", "done_at"])
    record(
        entity_id=decision.account.entity_id,
        event_type="decision.done",
        actor=actor,
        ref=decision.ref,
        at=now,
        facts={"verb": decision.verb},
    )
