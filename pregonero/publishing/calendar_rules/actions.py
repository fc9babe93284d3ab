"""Set the rules of the calendar: each change is a version with its reason (P-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction

from pregonero.errors import Refused
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.publishing.calendar_models import CalendarRules
from pregonero.publishing.calendar_rules.queries import latest_rules
from pregonero.records.actions import record


@dataclass(frozen=True)
class RulesPlan:
    """The rules that a person wrote: minutes, hours from 0 to 23, and pairs of themes."""

    gap_minutes: int
    apart_minutes: int
    gaps: Mapping[int, int] = field(default_factory=dict)
    best_hours: Sequence[int] = ()
    quiet: tuple[time, time] | None = None
    topics_apart: Sequence[tuple[str, str]] = ()
    skips_holidays: bool = False


@transaction.atomic(durable=True)
def set_calendar_rules(*, plan: RulesPlan, reason: str, by: Member, now: datetime) -> CalendarRules:
    """Put a new version of the rules in force, with the reason."""
    check_may(by, "calendar_rules.set", now=now)
    if not reason.strip():
        raise Refused("Escribe por qué cambian las reglas.")
    # Two people who set them at once: the second one waits here, and makes the next version.
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    before = latest_rules(by.entity)
    quiet_from, quiet_until = plan.quiet or (None, None)
    rules = CalendarRules.objects.create(
        entity_id=by.entity_id,
        version=before.version + 1 if before else 1,
        gap_minutes=plan.gap_minutes,
        gaps={str(account): minutes for account, minutes in plan.gaps.items()},
        best_hours=sorted(plan.best_hours),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        topics_apart=[list(pair) for pair in plan.topics_apart],
        apart_minutes=plan.apart_minutes,
        skips_holidays=plan.skips_holidays,
        reason=reason.strip(),
        by=by,
        at=now,
    )
    record(
        entity_id=by.entity_id,
        event_type="calendar_rules.set",
        actor=by.actor,
        ref=rules.ref,
        at=now,
        facts=_facts(rules),
        texts={"reason": rules.reason},
    )
    return rules


def _facts(rules: CalendarRules) -> dict[str, object]:
    names = ("version", "gap_minutes", "gaps", "best_hours", "topics_apart", "apart_minutes", "skips_holidays")
    quiet = [f"{at:%H:%M}" for at in (rules.quiet_from, rules.quiet_until) if at is not None]
    return {name: getattr(rules, name) for name in names} | {"quiet": quiet}
