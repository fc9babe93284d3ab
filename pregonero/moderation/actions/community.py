"""Writing the community rules and putting a version in force, with the checklist of T-475 of 2024 (N-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.moderation import queries
from pregonero.moderation.models import CommunityRule, CriterionCheck, RulesVersion
from pregonero.moderation.rules import check_category
from pregonero.moderation.states import Criterion
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@dataclass(frozen=True)
class WrittenRule:
    """A rule as it was written: what it does not allow, and in which words."""

    category: str
    title: str
    text: str


@transaction.atomic(durable=True)
def write_rules(
    *, introduction: str, rules: Sequence[WrittenRule], reason: str, by: Member, now: datetime
) -> RulesVersion:
    """Write the next version of the entity's rules, or change it while it is a draft. What is in force stays."""
    check_may(by, "community_rules.write", now=now)
    if not introduction.strip() or not reason.strip() or not rules:
        raise Refused("Faltan la presentación, al menos una regla, o por qué cambian.")
    draft = _draft(by.entity, now, by)
    draft.introduction, draft.reason = introduction.strip(), reason.strip()[:300]
    draft.written_by, draft.written_at = by, now
    draft.save()
    CriterionCheck.objects.filter(version=draft).delete()  # they were of other words
    CommunityRule.objects.filter(version=draft).delete()
    CommunityRule.objects.bulk_create(
        CommunityRule(
            version=draft,
            number=number,
            category=check_category(rule.category),
            title=rule.title.strip()[:120],
            text=rule.text.strip(),
        )
        for number, rule in enumerate(rules, start=1)
    )
    _record("community_rules.written", draft, by, now)
    return draft


def _draft(entity: Entity, now: datetime, by: Member) -> RulesVersion:
    drafts = RulesVersion.objects.select_for_update(no_key=True, of=("self",))
    draft = drafts.filter(entity=entity, in_force_at__isnull=True).first()
    if draft is not None:
        return draft
    latest = RulesVersion.objects.filter(entity=entity).order_by("-number").first()
    return RulesVersion(entity=entity, number=latest.number + 1 if latest else 1)


@transaction.atomic(durable=True)
def put_in_force(*, version: RulesVersion, notes: Mapping[Criterion, str], by: Member, now: datetime) -> RulesVersion:
    """Put a version in force from now on. Says how it meets each of the four criteria of T-475 of 2024."""
    version = queries.get_version(member=by, pk=version.pk, for_update=True)
    check_may(by, "community_rules.publish", now=now)
    if version.in_force_at is not None:
        raise WrongState("Esta versión ya está en vigor.")
    if any(not notes.get(criterion, "").strip() for criterion in Criterion):
        raise Refused("Falta decir cómo se cumple cada uno de los cuatro criterios.")
    CriterionCheck.objects.filter(version=version).delete()
    CriterionCheck.objects.bulk_create(
        CriterionCheck(version=version, criterion=criterion, note=notes[criterion].strip()[:500], by=by, at=now)
        for criterion in Criterion
    )
    version.in_force_by, version.in_force_at = by, now
    version.save(update_fields=["in_force_by", "in_force_at"])
    _record("community_rules.published", version, by, now)
    return version


def _record(event_type: str, version: RulesVersion, by: Member, now: datetime) -> None:
    record(
        entity_id=version.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=version.ref,
        at=now,
        facts={"number": version.number, "rules": version.rules.count()},
        texts={"reason": version.reason},
    )
