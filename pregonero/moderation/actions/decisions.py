"""Deciding about comments: keep, hold, hide, show again; one by one, by a rule of a list, or many as one (N-3, N-4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.inbox.models import Message
from pregonero.moderation import queries
from pregonero.moderation.actions.effects import apply_decision, lock_comment
from pregonero.moderation.criticism import is_criticism
from pregonero.moderation.models import CommunityRule, Decision, Exposure, ModeratedComment, Proposal, Wave
from pregonero.moderation.rules import (
    Ruling,
    check_category,
    check_may_decide,
    check_ruling,
    is_same_change,
    why_not_hidden,
)
from pregonero.moderation.states import RESTRICTS, VISIBILITY_OF, Verb, Visibility
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import Actor, ObjectRef, record

WAVE_LIMIT = 2_000
SHARED_BY_ALL = "Deshecha la decisión en grupo"


@dataclass(frozen=True)
class Decider:
    """Who decides: a person, alone or in a wave, or the automatic rule named by `source`."""

    member: Member | None = None
    source: ObjectRef | None = None
    wave: Wave | None = None

    @property
    def actor(self) -> Actor:
        """Return the actor for records."""
        if self.member is not None:
            return self.member.actor
        assert self.source is not None  # noqa: S101  a decision has a person or a rule, also in the database
        return Actor(kind="rule", id=self.source.id, name=self.source.label)


@transaction.atomic(durable=True)
def decide(*, message: Message, ruling: Ruling, by: Member, now: datetime) -> Decision:
    """Decide about a comment. The same change twice is one change, and returns the first decision."""
    message = queries.get_message(member=by, pk=message.pk, for_update=True)
    return _decide(message, ruling, Decider(by), now)


@transaction.atomic(durable=True)
def hold_by_rule(
    *,
    message: Message,
    rule: CommunityRule,
    reason: str,
    source: ObjectRef,
    now: datetime,
    check: Callable[[], None] = lambda: None,
) -> Decision:
    """Hold a comment because a rule of a list in force matched it: a person decides afterwards.

    What a person decided already is never changed by a rule. `check` runs first, in the same transaction: it locks the
    source and raises `Refused` when it no longer acts.
    """
    check()
    message = queries.message_for_rules(pk=message.pk)
    comment = lock_comment(message.pk)
    if comment is not None:
        return comment.decision
    ruling = Ruling(Verb.HOLD, rule, reason)
    check_ruling(message, ruling, rules_version=rule.version)
    return _store(message, None, ruling, Decider(source=source), now)


@transaction.atomic(durable=True)
def propose(*, message: Message, category: str, why: str, source: ObjectRef, now: datetime) -> Proposal | None:
    """Propose to hide a comment: a person decides (YT-4). Return None when it was proposed or decided already."""
    message = queries.message_for_rules(pk=message.pk)
    if lock_comment(message.pk) is not None or why_not_hidden(message):
        return None
    proposal, is_new = Proposal.objects.get_or_create(
        message=message,
        source_kind=source.kind,
        source_id=source.id,
        defaults={
            "account": message.account,
            "category": check_category(category),
            "why": why[:300],
            "source_name": source.label[:300],
            "at": now,
        },
    )
    return proposal if is_new else None


@transaction.atomic(durable=True)
def decide_wave(*, messages: Sequence[Message], ruling: Ruling, filter: str, by: Member, now: datetime) -> Wave:
    """Decide about many comments as one; those that already are so, or that nothing can hide, stay as they are."""
    check_may(by, "moderation.decide", now=now)
    if not messages or len(messages) > WAVE_LIMIT:
        raise Refused(f"Elige entre uno y {WAVE_LIMIT} comentarios.")
    wave = Wave.objects.create(entity=by.entity, filter=filter[:300], by=by, at=now)
    for message in sorted(
        messages, key=lambda message: message.pk
    ):  # one order, so that two waves never lock crosswise
        locked = queries.get_message(member=by, pk=message.pk, for_update=True)
        comment = lock_comment(locked.pk)
        if not is_same_change(comment, ruling.verb) and not (ruling.verb in RESTRICTS and why_not_hidden(locked)):
            _decide(locked, ruling, Decider(by, wave=wave), now)
    if not wave.decisions.exists():
        raise WrongState("Esos comentarios ya están así.")
    _record_wave("wave.decided", wave, by, now)
    return wave


@transaction.atomic(durable=True)
def undo_wave(*, wave: Wave, by: Member, now: datetime) -> list[Decision]:
    """Undo a wave as one: each comment whose latest decision is of the wave goes back to being visible."""
    wave = queries.get_wave(member=by, pk=wave.pk, for_update=True)
    check_may(by, "moderation.decide", now=now)
    if wave.undone_at is not None:
        raise WrongState(f"Ya la deshizo {wave.undone_by}.")
    wave.undone_by, wave.undone_at = by, now
    wave.save(update_fields=["undone_by", "undone_at"])
    undone = _restore_all(queries.restricted_by(wave=wave), f"{SHARED_BY_ALL} {wave.pk}.", by, now)
    _record_wave("wave.undone", wave, by, now)
    return undone


@transaction.atomic(durable=True)
def undo_source(*, source: ObjectRef, reason: str, by: Member, now: datetime) -> list[Decision]:
    """Undo as one everything that an automatic rule did and no person decided afterwards."""
    check_may(by, "moderation.decide", now=now)
    return _restore_all(queries.restricted_by(source=source, entity=by.entity), reason, by, now)


@transaction.atomic(durable=True)
def expose(*, message: Message, by: Member, now: datetime) -> None:
    """Store that a person asked to see a covered comment."""
    check_may(by, "moderation.see", now=now)
    Exposure.objects.create(message=message, member=by, at=now)


def show_again(message: Message, *, reason: str, by: Member, now: datetime) -> Decision:
    """Show a comment again inside the caller's transaction."""
    return _restore_all([message], reason, by, now)[0]


def _restore_all(messages: Sequence[Message], reason: str, by: Member, now: datetime) -> list[Decision]:
    restored = []
    for message in messages:
        locked = queries.get_message(member=by, pk=message.pk, for_update=True)
        restored.append(_decide(locked, Ruling(Verb.RESTORE, None, reason), Decider(by), now))
    return restored


def _decide(message: Message, ruling: Ruling, decider: Decider, now: datetime) -> Decision:
    """Take a person's decision about a locked message."""
    comment = lock_comment(message.pk)
    if comment is not None and is_same_change(comment, ruling.verb):
        return comment.decision
    assert decider.member is not None  # noqa: S101
    check_may_decide(decider.member, message, comment, ruling, now=now)
    return _store(message, comment, ruling, decider, now)


def _store(
    message: Message, comment: ModeratedComment | None, ruling: Ruling, decider: Decider, now: datetime
) -> Decision:
    proposals = Proposal.objects.filter(message=message, decision__isnull=True)
    source = decider.source
    decision = Decision.objects.create(
        message=message,
        account=message.account,
        verb=ruling.verb,
        category=ruling.rule.category if ruling.rule and ruling.verb in RESTRICTS else "",
        rule=ruling.rule if ruling.verb in RESTRICTS else None,
        reason=ruling.reason.strip()[:500],
        wave=decider.wave,
        by=decider.member,
        source_kind=source.kind if source else "",
        source_id=source.id if source else None,
        source_name=source.label[:300] if source else "",
        was_detected=source is not None or proposals.exists() or bool(comment and comment.decision.source_kind),
        seems_criticism=is_criticism(message.text) if ruling.verb in RESTRICTS else None,
        at=now,
    )
    proposals.update(decision=decision)
    comment = _set_visibility(message, comment, decision, now)
    _record(decision, decider, now)
    apply_decision(comment, now=now)
    return decision


def _set_visibility(
    message: Message, comment: ModeratedComment | None, decision: Decision, now: datetime
) -> ModeratedComment:
    comment = comment or ModeratedComment(message=message, entity_id=message.account.entity_id, account=message.account)
    comment.visibility = Visibility(VISIBILITY_OF[Verb(decision.verb)])
    comment.decision, comment.changed_at, comment.checks_made = decision, now, 0
    comment.save()
    message.is_covered = comment.visibility != Visibility.VISIBLE
    message.save(update_fields=["is_covered"])
    return comment


def _record(decision: Decision, decider: Decider, now: datetime) -> None:
    conversation = decision.message.conversation
    record(
        entity_id=decision.account.entity_id,
        event_type="decision.made",
        actor=decider.actor,
        ref=decision.ref,
        at=now,
        related=[decision.message.ref, conversation.ref, *([conversation.subject] if conversation.subject else [])],
        facts={
            "verb": decision.verb,
            "category": decision.category,
            "rule": decision.rule.citation if decision.rule else "",
            "wave": decision.wave_id or 0,
        },
        texts={"reason": decision.reason} if decision.reason else {},
    )


def _record_wave(event_type: str, wave: Wave, by: Member, now: datetime) -> None:
    record(
        entity_id=wave.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=wave.ref,
        at=now,
        facts={"comments": wave.decisions.count()},
    )
