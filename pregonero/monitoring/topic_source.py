"""Decisions on topics as a source of publications: a medium's note that is republished, or a statement (N-1, T-3)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from pregonero.monitoring.actions.decisions import accept_link_of
from pregonero.monitoring.models import Decision, DecisionKind
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from pregonero.publishing.sources import Source, SourceLoader, SourceNoun, SourceStep

KIND = "topic_decision"  # the kind of `Decision.ref`
NOTHING = "Se decidió no decir nada de este tema."
NOT_YET = "Todavía no hay un texto aprobado para este tema."
REPLACED = "Después se decidió otra cosa sobre este tema: publica desde la última decisión."


class DecisionLoader(SourceLoader):
    """Loads decisions. A note may be republished once somebody decided it, while no other decision replaces it."""

    noun = SourceNoun("decisión", "sobre un tema", is_feminine=True)

    def load(self, ids: Collection[int], *, entity_id: int) -> list[Source]:
        """Return the decisions with these ids as sources."""
        return [source_from(decision) for decision in _decisions_of(entity_id).filter(pk__in=ids)]

    def unpublished(self, *, entity_id: int, limit: int) -> list[Source]:
        """Return the decisions in force to republish that have no publication, newest first."""
        made = Publication.objects.filter(entity_id=entity_id, source_kind=KIND, source_id=OuterRef("pk"))
        waiting = _decisions_of(entity_id).filter(~Exists(made), ~Exists(_later()), kind=DecisionKind.REPUBLISH)
        return [source_from(decision) for decision in waiting.order_by("-at", "-pk")[:limit]]

    def steps(self, source: Source, *, entity_id: int) -> tuple[SourceStep, ...]:
        """Return when the topic began, and who decided what about it."""
        decision = _decisions_of(entity_id).filter(pk=source.id).first()
        if decision is None:
            return ()
        topic = decision.topic
        began = SourceStep(
            "Tema",
            topic.started_at,
            f"{topic.entry_count} notas de {topic.source_count} fuentes.",
            link=topic.get_absolute_url(),
            link_text="Ver el tema",
        )
        text = f"{decision.by} decidió {decision.get_kind_display()}: {decision.reason}"
        return began, SourceStep("Decisión", decision.at, text)

    def on_drafted(self, source: Source, *, by: Member, now: datetime) -> None:
        """Accept the link of the medium, by the name of who decided."""
        decision = Decision.objects.select_related("by", "topic", "entry").get(pk=source.id)
        accept_link_of(decision=decision, now=now)


def source_from(decision: Decision) -> Source:
    """Return a decision as a source. It must have been annotated by `_decisions_of`."""
    topic, entry = decision.topic, decision.entry
    return Source(
        kind=KIND,
        id=decision.pk,
        title=entry.title if entry else topic.title,
        noun=DecisionLoader.noun,
        address=topic.get_absolute_url(),
        found_at=decision.at,
        summary=entry.summary if entry else "",
        link=entry.address if entry else "",
        link_intro=f"Vía {entry.source}" if entry else "Más información en",
        reason=decision.reason[:300],
        note=decision.reason,
        note_title=f"{decision.by} decidió {decision.get_kind_display()}:",
        why_not=_why_not(decision),
    )


def _why_not(decision: Decision) -> str:
    if decision.kind == DecisionKind.NOTHING:
        return NOTHING
    if decision.is_replaced:  # type: ignore[attr-defined]
        return REPLACED
    return "" if decision.kind == DecisionKind.REPUBLISH else NOT_YET


def _decisions_of(entity_id: int) -> QuerySet[Decision]:
    decisions = Decision.objects.filter(topic__entity_id=entity_id).annotate(is_replaced=Exists(_later()))
    return decisions.select_related("topic", "entry__source", "by")


def _later() -> QuerySet[Decision]:
    """Return the decisions on the same topic that replace one of a queryset."""
    return Decision.objects.filter(topic=OuterRef("topic"), pk__gt=OuterRef("pk"))
