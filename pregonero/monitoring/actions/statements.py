"""The statements of the *vocería*: the facts gathered, the text, and the word that approves it (T-3)."""

import hashlib
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.monitoring import queries, rules
from pregonero.monitoring.models import Decision, Statement
from pregonero.people.actions import notify
from pregonero.people.models import Member, Office
from pregonero.people.on_behalf.actions import OutsideAct, add_act
from pregonero.people.rules import check_may
from pregonero.records.actions import record

MOST_FACTS = 30


def start_statement(decision: Decision, spokesperson: str) -> Statement | None:
    """Add a statement or an answer to the spokesperson's list, with the facts gathered, in the caller's transaction."""
    if decision.kind not in rules.SPOKEN:
        return None
    if not spokesperson.strip():
        raise Refused("Escribe quién de la vocería habla.")
    entries = queries.entries_of(decision.topic)[:MOST_FACTS]
    facts = "\n".join(f"{entry.source}: {entry.title}. {entry.address}" for entry in entries)
    return Statement.objects.create(decision=decision, spokesperson=spokesperson.strip()[:120], facts=facts)


@transaction.atomic(durable=True)
def write_statement(*, statement: Statement, facts: str, text: str, by: Member, now: datetime) -> Statement:
    """Write the text and the facts of a statement that the *vocería* has not approved."""
    statement = queries.get_statement(member=by, pk=statement.pk, for_update=True)
    check_may(by, "statement.write", now=now)
    _check_waits(statement)
    if not text.strip():
        raise Refused("Escribe el texto.")
    statement.facts, statement.text = facts.strip(), text.strip()[:5000]
    statement.written_by, statement.written_at = by, now
    statement.save(update_fields=["facts", "text", "written_by", "written_at"])
    record(
        entity_id=by.entity_id,
        event_type="statement.written",
        actor=by.actor,
        ref=statement.ref,
        at=now,
        related=[statement.decision.topic.ref],
        facts={"sha256": digest_of(statement)},
        texts={"text": statement.text, "facts": statement.facts},
    )
    return statement


@transaction.atomic(durable=True)
def approve_statement(*, statement: Statement, act: OutsideAct, digest: str, by: Member, now: datetime) -> Statement:
    """Record the word of the *vocería*, with its proof, as the approval of the text (T-3).

    `digest` is of the text that was read to them: if somebody changed it meanwhile, the approval is refused.
    """
    statement = queries.get_statement(member=by, pk=statement.pk, for_update=True)
    check_may(by, "statement.approve", now=now)
    _check_waits(statement)
    if act.office not in (Office.SPOKESPERSON, Office.MINISTER_OFFICE):
        raise Refused("La palabra que aprueba es la de la vocería: elige «Vocería» o el despacho.")
    if not statement.text or digest != digest_of(statement):
        raise WrongState("El texto cambió mientras tanto: léelo otra vez antes de registrar la aprobación.")
    topic = statement.decision.topic
    statement.approval = add_act(act=act, by=by, now=now, related=[topic.ref])
    statement.save(update_fields=["approval"])
    record(
        entity_id=by.entity_id,
        event_type="statement.approved",
        actor=by.actor,
        ref=statement.ref,
        at=now,
        related=[topic.ref, statement.approval.ref],
        facts={"sha256": digest},
    )
    told = {
        statement.decision.responsible_id: statement.decision.responsible,
        statement.written_by_id: statement.written_by,
    }
    notify(
        members=[member for pk, member in told.items() if member is not None and pk != by.pk],
        kind="statement.approved",
        ref=statement.ref,
        title=f"La vocería aprobó el texto: {topic.title}",
        path=statement.get_absolute_url(),
        now=now,
        why="Ya se puede publicar.",
    )
    return statement


def digest_of(statement: Statement) -> str:
    """Return the SHA-256 of the text of a statement."""
    return hashlib.sha256(statement.text.encode()).hexdigest()


def _check_waits(statement: Statement) -> None:
    if statement.approval_id is not None:
        raise WrongState("La vocería ya aprobó este texto. Para decir otra cosa, decide de nuevo sobre el tema.")
    if queries.is_replaced(statement.decision):
        raise WrongState("Después se decidió otra cosa sobre este tema.")
