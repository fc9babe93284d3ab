"""The rules of an entity's calendar and their earlier versions."""

from datetime import timedelta

from pregonero.people.models import Entity
from pregonero.publishing.calendar_models import CalendarRules
from pregonero.publishing.calendar_rules.rule_set import NO_RULES, RuleSet, pair_of

MOST_VERSIONS = 20


def latest_rules(entity: Entity) -> CalendarRules | None:
    """Return the version in force, or None while nobody has set any."""
    return CalendarRules.objects.filter(entity=entity).select_related("by").order_by("-version").first()


def versions_of(entity: Entity) -> list[CalendarRules]:
    """Return the last versions, the newest first."""
    return list(CalendarRules.objects.filter(entity=entity).select_related("by").order_by("-version")[:MOST_VERSIONS])


def rules_of(entity: Entity) -> RuleSet:
    """Return the rules in force, in one query."""
    rules = latest_rules(entity)
    return rule_set_of(rules) if rules else NO_RULES


def rule_set_of(rules: CalendarRules) -> RuleSet:
    """Return a stored version as values."""
    quiet = (rules.quiet_from, rules.quiet_until) if rules.quiet_from and rules.quiet_until else None
    return RuleSet(
        version=rules.version,
        gap=timedelta(minutes=rules.gap_minutes),
        gaps={int(account): timedelta(minutes=minutes) for account, minutes in rules.gaps.items()},
        best_hours=frozenset(rules.best_hours),
        quiet=quiet,
        apart=frozenset(pair_of(pair) for pair in rules.topics_apart),
        apart_by=timedelta(minutes=rules.apart_minutes),
        skips_holidays=rules.skips_holidays,
    )
