"""The rules of questions: a version is written, tried on 90 days of messages, and only then put in force (Q-4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.errors import Refused, WrongState
from pregonero.inbox import question_queries
from pregonero.inbox.models import QuestionRules, RulesEnactment, RulesTrial
from pregonero.inbox.questions.rule_limits import check_rules
from pregonero.inbox.questions.rules import Rule
from pregonero.inbox.rules_trial import TrialCounts
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record

TRIAL_LASTS = timedelta(hours=24)  # a later one sees other messages


@transaction.atomic(durable=True)
def write_rules(*, rules: Sequence[Rule], reason: str, by: Member, now: datetime) -> QuestionRules:
    """Store a version of the rules with its author and reason, and try it; it is not in force yet."""
    check_may(by, "pqrsd.manage", now=now)
    if not reason.strip():
        raise Refused("Escribe por qué cambian las reglas.")
    check_rules(rules)
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    version = QuestionRules.objects.create(
        entity=entity,
        number=QuestionRules.objects.filter(entity=entity).count() + 1,
        rules=[rule.as_dict() for rule in rules],
        reason=reason.strip()[:300],
        by=by,
        at=now,
    )
    record(
        entity_id=entity.pk,
        event_type="question_rules.written",
        actor=by.actor,
        ref=version.ref,
        at=now,
        facts={"number": version.number, "rules": version.rules},
        texts={"reason": version.reason},
    )
    _defer_trial(version)
    return version


@transaction.atomic(durable=True)
def ask_for_trial(*, version: QuestionRules, by: Member, now: datetime) -> QuestionRules:
    """Try a version again, on the messages that there are now."""
    version = question_queries.get_rules(member=by, pk=version.pk)
    check_may(by, "pqrsd.manage", now=now)
    _defer_trial(version)
    return version


def _defer_trial(version: QuestionRules) -> None:
    app.configure_task("inbox.try_rules").defer(version_id=version.pk)


@transaction.atomic(durable=True)
def save_trial(*, version: QuestionRules, counts: TrialCounts, now: datetime) -> RulesTrial:
    """Store what a version would change."""
    trial = RulesTrial.objects.create(
        version=version,
        compared_with=counts.compared_with,
        messages=counts.messages,
        changed=counts.changed,
        decided=counts.decided,
        right_before=counts.right_before,
        right_after=counts.right_after,
        moves=dict(counts.moves),
        examples=dict(counts.examples),
        at=now,
    )
    record(
        entity_id=version.entity_id,
        event_type="question_rules.tried",
        actor=SYSTEM,
        ref=version.ref,
        at=now,
        facts={"messages": trial.messages, "changed": trial.changed, "moves": trial.moves},
    )
    return trial


@transaction.atomic(durable=True)
def enact_rules(*, trial: RulesTrial, by: Member, now: datetime) -> RulesEnactment:
    """Put in force the version of a trial, when it is of today and compares with what is in force now."""
    version = question_queries.get_rules(member=by, pk=trial.version_id)
    check_may(by, "pqrsd.manage", now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    current = question_queries.enactment_of(by.entity_id)
    if current is not None and current.trial.version_id == version.pk:
        raise WrongState("Esta versión ya está en vigor.")
    in_force = current.trial.version.number if current else 0
    if now - trial.at > TRIAL_LASTS or trial.compared_with != in_force:
        raise WrongState("La prueba ya no vale: pruébala otra vez y mira qué cambiaría hoy.")
    enactment = RulesEnactment.objects.create(entity_id=by.entity_id, trial=trial, by=by, at=now)
    record(
        entity_id=by.entity_id,
        event_type="question_rules.enacted",
        actor=by.actor,
        ref=version.ref,
        at=now,
        facts={"number": version.number, "earlier": in_force, "changed": trial.changed, "messages": trial.messages},
    )
    return enactment
