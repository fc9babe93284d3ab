"""Decide about a topic, accept the link that is republished, and write what came of it (T-3)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import NotFound, Refused
from pregonero.monitoring import queries, rules
from pregonero.monitoring.actions.statements import start_statement
from pregonero.monitoring.models import Decision, DecisionKind, Entry, Outcome, Topic
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def decide_topic(
    *,
    topic: Topic,
    kind: DecisionKind,
    reason: str,
    responsible: Member,
    by: Member,
    now: datetime,
    due_at: datetime | None = None,
    entry: Entry | None = None,
    spokesperson: str = "",
) -> Decision:
    """Decide about a topic, and tell who is responsible. An earlier decision stays in the history."""
    topic = queries.get_topic(member=by, pk=topic.pk, for_update=True)
    rules.check_may_decide(by, topic, kind, queries.open_room(topic.entity_id), now=now)
    rules.check_deadline(kind, due_at, now=now)
    _check_parts(topic, kind=kind, reason=reason, responsible=responsible, entry=entry, now=now)
    decision = Decision.objects.create(
        topic=topic,
        kind=kind,
        reason=reason.strip()[:500],
        entry=entry if kind == DecisionKind.REPUBLISH else None,
        due_at=due_at if kind != DecisionKind.NOTHING else None,
        responsible=responsible,
        by=by,
        at=now,
    )
    start_statement(decision, spokesperson)
    _record_decision(decision, now)
    if responsible.pk != by.pk:
        notify(
            members=[responsible],
            kind=f"topic.decided:{decision.pk}",
            ref=topic.ref,
            title=f"{by} decidió {decision.get_kind_display()}: {topic.title}",
            path=topic.get_absolute_url(),
            now=now,
            why=decision.reason,
        )
    return decision


def _record_decision(decision: Decision, now: datetime) -> None:
    topic, due_at = decision.topic, decision.due_at
    record(
        entity_id=topic.entity_id,
        event_type="topic.decided",
        actor=decision.by.actor,
        ref=topic.ref,
        at=now,
        related=[decision.ref],
        facts={
            "kind": decision.kind,
            "link": decision.entry.address if decision.entry else "",
            "due_at": due_at.isoformat() if due_at else "",
            "entries": topic.entry_count,
            "responsible": decision.responsible_id,
        },
        texts={"reason": decision.reason},
    )


def _check_parts(
    topic: Topic, *, kind: DecisionKind, reason: str, responsible: Member, entry: Entry | None, now: datetime
) -> None:
    if not reason.strip():
        raise Refused("Escribe por qué: queda en el registro.")
    if responsible.entity_id != topic.entity_id or not responsible.is_current(timezone.localdate(now)):
        raise NotFound
    if kind == DecisionKind.REPUBLISH and (entry is None or entry.topic_id != topic.pk):
        raise Refused("Elige cuál nota se republica.")


@transaction.atomic(durable=True)
def write_outcome(*, topic: Topic, text: str, by: Member, now: datetime) -> Outcome:
    """Write on a topic what came of what was decided."""
    topic = queries.get_topic(member=by, pk=topic.pk, for_update=True)
    check_may(by, "topic.arrange", now=now)
    rules.check_is_open(topic)
    if not text.strip():
        raise Refused("Escribe qué resultó.")
    outcome = Outcome.objects.create(topic=topic, text=text.strip()[:1000], by=by, at=now)
    record(
        entity_id=topic.entity_id,
        event_type="topic.outcome",
        actor=by.actor,
        ref=topic.ref,
        at=now,
        texts={"text": outcome.text},
    )
    return outcome
