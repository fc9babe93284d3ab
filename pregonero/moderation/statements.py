"""Open data of moderation: a statement of reasons for each comment out of sight (N-3).

A statement has the fields and values of the EU DSA Transparency Database, so that it compares with those of the
platforms: github.com/digital-services-act/transparency-database, commit 69e80a0, StatementStoreRequest and "Additional
explanation for statement attributes", read on 2026-11-30. It has neither the words of the comment nor a name.
"""

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, OuterRef, Subquery
from django.utils import timezone

from pregonero.moderation.models import Decision
from pregonero.moderation.states import RESTRICTS, Category, Effect
from pregonero.people.models import Entity

LIMIT = 50_000  # statements in one file, the newest first
LISTS = ("decision_visibility", "category_specification", "content_type")
OTHER = "KEYWORD_OTHER"
CATEGORIES = {
    Category.INSULT: ("STATEMENT_CATEGORY_CYBER_VIOLENCE", "KEYWORD_CYBER_HARASSMENT"),
    Category.THREAT: ("STATEMENT_CATEGORY_VIOLENCE", "KEYWORD_INCITEMENT_VIOLENCE_HATRED"),
    Category.HATE: ("STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_DISCRIMINATION"),
    Category.PERSONAL_DATA: (
        "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "KEYWORD_MISSING_PROCESSING_GROUND",
    ),
    Category.SCAM: ("STATEMENT_CATEGORY_SCAMS_AND_FRAUD", OTHER),
    Category.SEXUAL: ("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_ADULT_SEXUAL_MATERIAL"),
    Category.MINORS: ("STATEMENT_CATEGORY_PROTECTION_OF_MINORS", OTHER),
    Category.IMPERSONATION: ("STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING"),
}
"""The category and the keyword of each of ours. The database has no category of its own for adult material."""
LONGEST_EXPLANATION = 2_000  # characters that the database takes
FIELDS = (
    "puid", "platform_name", "decision_visibility", "decision_ground", "decision_ground_reference_url",
    "incompatible_content_ground", "incompatible_content_explanation", "incompatible_content_illegal", "category",
    "category_specification", "category_specification_other", "content_type", "content_language", "content_date",
    "application_date", "end_date_visibility_restriction", "decision_facts", "source_type", "automated_detection",
    "automated_decision",
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
    category, keyword = CATEGORIES[Category(decision.category)]
    return {
        "puid": str(decision.public_id),
        "platform_name": label,
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "decision_ground_reference_url": f"{rules_address}{rule.version.number}/#regla-{rule.number}",
        "incompatible_content_ground": rule.citation,
        "incompatible_content_explanation": rule.text[:LONGEST_EXPLANATION],
        "incompatible_content_illegal": "No",
        "category": category,
        "category_specification": [keyword],
        "category_specification_other": decision.get_category_display() if keyword == OTHER else None,
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


def _day(moment: datetime | None) -> str | None:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else None


def as_csv(statements: Iterable[dict[str, Any]]) -> str:
    """Return statements as CSV; its lists are JSON, as in the files of the DSA database."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(one | {name: json.dumps(one[name]) for name in LISTS} for one in statements)
    return text.getvalue()
