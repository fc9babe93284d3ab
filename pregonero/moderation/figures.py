"""Figures of moderation: what was held, hidden and shown again, and how much of it was criticism (N-3, N-4)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import TruncMonth
from django.utils import timezone

from pregonero.moderation.models import Decision
from pregonero.moderation.states import RESTRICTS, Category, Effect, Verb
from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity

LOOK_BACK = timedelta(days=90)
CRITICISM = "CRITICISM"  # counted beside the verbs


@dataclass(frozen=True)
class Figure:
    """How many decisions of each kind there were in a month, on a network, for a category.

    `criticism` is how many of those hidden seem to criticise the entity too, by their words when they were hidden.
    """

    month: str
    network: str
    category: str
    held: int
    hidden: int
    criticism: int
    restored: int


@dataclass(frozen=True)
class CriticismShare:
    """How many comments were hidden, and how many of them seem to criticise the entity too."""

    hidden: int
    criticism: int

    @property
    def percent(self) -> int:
        """Return the share of criticism, rounded; 0 when nothing was hidden."""
        return round(100 * self.criticism / self.hidden) if self.hidden else 0


def criticism_share(entity: Entity, *, since: datetime | None = None) -> CriticismShare:
    """Return the share of criticism among the comments that people hid, of all time or since a moment (N-4)."""
    hidden = Decision.objects.filter(account__entity=entity, verb=Verb.HIDE).exclude(effect=Effect.SUPERSEDED)
    if since is not None:
        hidden = hidden.filter(at__gte=since)
    criticism = Count("message", distinct=True, filter=Q(seems_criticism=True))
    return CriticismShare(**hidden.aggregate(hidden=Count("message", distinct=True), criticism=criticism))


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
    grouped = decisions.values("month", "account__network", "category", "earlier", "verb").annotate(
        n=Count("pk"), criticism=Count("pk", filter=Q(verb=Verb.HIDE, seems_criticism=True))
    )
    for row in grouped.order_by("month"):
        category = row["category"] or row["earlier"]
        if category:
            key = (f"{row['month']:%Y-%m}", row["account__network"], category)
            verbs = counts.setdefault(key, {})
            verbs[row["verb"]] = verbs.get(row["verb"], 0) + row["n"]
            verbs[CRITICISM] = verbs.get(CRITICISM, 0) + row["criticism"]
    return [_figure(key, verbs) for key, verbs in sorted(counts.items(), reverse=True)]


def _figure(key: tuple[str, str, str], verbs: dict[str, int]) -> Figure:
    month, network, category = key
    restored = verbs.get(Verb.RESTORE, 0) + verbs.get(Verb.KEEP, 0)
    label = dict(network_choices())[network]
    return Figure(
        month=month,
        network=label,
        category=Category(category).label,
        held=verbs.get(Verb.HOLD, 0),
        hidden=verbs.get(Verb.HIDE, 0),
        criticism=verbs.get(CRITICISM, 0),
        restored=restored,
    )


def as_csv(figures: Sequence[Figure]) -> str:
    """Return figures as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Figure)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(figure) for figure in figures)
    return text.getvalue()
