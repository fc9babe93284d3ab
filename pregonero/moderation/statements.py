"""Open data of moderation: a statement of reasons for each comment out of sight, and figures (N-3).

A statement has the fields of the EU DSA Transparency Database (transparency.dsa.ec.europa.eu, "API and Schema", read on
2026-11-30), so that it compares with those of the platforms. It has neither the words of the comment nor a name.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, OuterRef, Subquery
from django.db.models.functions import TruncMonth
from django.utils import timezone

from pregonero.moderation.models import Decision
from pregonero.moderation.states import RESTRICTS, Category, Effect, Verb
from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity

LIMIT = 50_000  # statements in one file, the newest first
LISTS = ("decision_visibility", "content_type")
CATEGORIES = {
    Category.INSULT: "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    Category.THREAT: "STATEMENT_CATEGORY_VIOLENCE",
    Category.HATE: "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    Category.PERSONAL_DATA: "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    Category.SCAM: "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    Category.SEXUAL: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    Category.MINORS: "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    Category.IMPERSONATION: "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
}
FIELDS = (
    "puid", "platform_name", "decision_visibility", "decision_ground", "decision_ground_reference_url",
    "incompatible_content_ground", "incompatible_content_explanation", "incompatible_content_illegal", "category",
    "content_type", "content_language", "content_date", "application_date", "end_date_visibility_restriction",
    "decision_facts", "source_type", "automated_detection", "automated_decision",
)  # fmt: skip


def restrictions_of(entity: Entity) -> list[Decision]:
    """Return the decisions that put a comment out of sight, the newest first, each with when it ended."""
    later = Decision.objects.filter(message=OuterRef("message"), pk__gt=OuterRef("pk"))
    ended = later.exclude(verb__in=RESTRICTS).order_by("pk").values("at")[:1]
    decisions = Decision.objects.filter(account__entity=entity, verb__in=RESTRICTS).exclude(effect=Effect.SUPERSEDED)
    related = decisions.select_related("account", "message", "rule__version")
    return list(related.annotate(ended_at=Subquery(ended, output_field=DateTimeField())).order_by("-pk")[:LIMIT])


def statement_of(decision: Decision, *, rules_address: str) -> dict[str, Any]:
    """Return the statement of reasons of a decision. `rules_address` is that of the public rules of the entity."""
    rule = decision.rule
    assert rule is not None  # noqa: S101  a restriction cites a rule, also in the database
    ended_at: datetime | None = decision.ended_at  # type: ignore[attr-defined]
    label = decision.account.get_network_display()
    return {
        "puid": str(decision.public_id),
        "platform_name": label,
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "decision_ground_reference_url": f"{rules_address}{rule.version.number}/#regla-{rule.number}",
        "incompatible_content_ground": rule.citation,
        "incompatible_content_explanation": rule.text,
        "incompatible_content_illegal": "No",
        "category": CATEGORIES[Category(decision.category)],
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_language": "ES",
        "content_date": _day(decision.message.written_at),
        "application_date": _day(decision.at),
        "end_date_visibility_restriction": _day(ended_at),
        "decision_facts": f"Comentario bajo una publicación en {label}: {decision.get_category_display()}.",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if decision.was_detected else "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED" if decision.by_id else "AUTOMATED_DECISION_FULLY",
    }


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""


def as_csv(statements: Iterable[dict[str, Any]]) -> str:
    """Return statements as CSV; its lists are JSON, as in the files of the DSA database."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(one | {name: json.dumps(one[name]) for name in LISTS} for one in statements)
    return text.getvalue()


@dataclass(frozen=True)
class Figure:
    """How many decisions of each kind there were in a month, on a network, for a category."""

    month: str
    network: str
    category: str
    held: int
    hidden: int
    restored: int


def figures_of(entity: Entity) -> list[Figure]:
    """Return the figures by month, network and category, the newest month first.

    What was shown again counts for the category for which it had been out of sight.
    """
    before = Decision.objects.filter(message=OuterRef("message"), pk__lt=OuterRef("pk"), verb__in=RESTRICTS)
    decisions = Decision.objects.filter(account__entity=entity).annotate(
        month=TruncMonth("at", tzinfo=timezone.get_current_timezone()),
        earlier=Subquery(before.order_by("-pk").values("category")[:1]),
    )
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    grouped = decisions.values("month", "account__network", "category", "earlier", "verb").annotate(n=Count("pk"))
    for row in grouped.order_by("month"):
        category = row["category"] or row["earlier"]
        if category:
            key = (f"{row['month']:%Y-%m}", row["account__network"], category)
            verbs = counts.setdefault(key, {})
            verbs[row["verb"]] = verbs.get(row["verb"], 0) + row["n"]
    return [_figure(key, verbs) for key, verbs in sorted(counts.items(), reverse=True)]


def _figure(key: tuple[str, str, str], verbs: dict[str, int]) -> Figure:
    month, network, category = key
    restored = verbs.get(Verb.RESTORE, 0) + verbs.get(Verb.KEEP, 0)
    label = dict(network_choices())[network]
    return Figure(month, label, Category(category).label, verbs.get(Verb.HOLD, 0), verbs.get(Verb.HIDE, 0), restored)
