"""Decisions on topics as a source of publications: a medium's note that is republished, or a statement (N-1, T-3)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from pregonero.monitoring.models import Decision, DecisionKind, Statement
from pregonero.people.models import Member
from pregonero.publishing.actions.links import accept_link_of_source
from pregonero.publishing.models import Publication
from pregonero.publishing.sentences import sentence_ends
from pregonero.publishing.sources import Source, SourceLoader, SourceNoun, SourceStep

KIND = "topic_decision"  # the kind of `Decision.ref`
TITLE_LIMIT = 200
NOTHING = "Se decidió no decir nada de este tema."
NOT_YET = "Todavía no hay un texto aprobado para este tema."
REPLACED = "Después se decidió otra cosa sobre este tema: publica desde la última decisión."


class DecisionLoader(SourceLoader):
    """Loads decisions. A note may be republished once somebody decided it, while no other decision replaces it."""

    noun = SourceNoun("decisión", "sobre un tema", is_feminine=True)
    needs_link = False  # a statement says everything by itself

    def load(self, ids: Collection[int], *, entity_id: int) -> list[Source]:
        """Return the decisions with these ids as sources."""
        return [source_from(decision) for decision in _decisions_of(entity_id).filter(pk__in=ids)]

    def unpublished(self, *, entity_id: int, limit: int) -> list[Source]:
        """Return the decisions in force that may be published and have no publication, newest first."""
        made = Publication.objects.filter(entity_id=entity_id, source_kind=KIND, source_id=OuterRef("pk"))
        ready = Q(kind=DecisionKind.REPUBLISH) | Q(statement__approval__isnull=False)
        waiting = _decisions_of(entity_id).filter(ready, ~Exists(made), ~Exists(_later()))
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
        return began, SourceStep("Decisión", decision.at, text), *_statement_steps(decision)

    def on_drafted(self, source: Source, *, by: Member, now: datetime) -> None:
        """Accept the link of the medium, by the name of who decided."""
        decision = Decision.objects.select_related("by", "topic", "entry").get(pk=source.id)
        if decision.entry is None:
            return
        accept_link_of_source(
            source=source.ref,
            address=decision.entry.address,
            reason=decision.reason,
            by=decision.by,
            related=[decision.topic.ref],
            now=now,
        )


def source_from(decision: Decision) -> Source:
    """Return a decision as a source. It must have been annotated by `_decisions_of`."""
    topic, entry, statement = decision.topic, decision.entry, _statement_of(decision)
    text = statement.text if statement else ""
    return Source(
        kind=KIND,
        id=decision.pk,
        title=entry.title if entry else first_sentence(text) or topic.title,
        noun=DecisionLoader.noun,
        address=topic.get_absolute_url(),
        found_at=decision.at,
        summary=entry.summary if entry else text,
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
    statement = _statement_of(decision)
    is_ready = decision.kind == DecisionKind.REPUBLISH or (statement is not None and statement.approval_id is not None)
    return "" if is_ready else NOT_YET


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, as the title of its publication: the text begins with it."""
    line = text.partition("\n")[0]
    end = next((at for at in sentence_ends(line) if at <= TITLE_LIMIT), 0)
    return line[:end].strip() or line[:TITLE_LIMIT].strip()


def _statement_of(decision: Decision) -> Statement | None:
    return getattr(decision, "statement", None)


def _statement_steps(decision: Decision) -> tuple[SourceStep, ...]:
    """Return when the text was written, and the word of the *vocería* with its proof."""
    statement = _statement_of(decision)
    if statement is None or statement.approval is None:
        return ()
    act, path = statement.approval, statement.get_absolute_url()
    written = SourceStep("Texto escrito", statement.written_at, f"Lo escribió {statement.written_by}.", link=path)
    word = f"La dio {act.person_name}, por {act.get_proof_kind_display()}. La registró {act.by}."
    return written, SourceStep(
        "Palabra de la vocería", act.acted_at, word, link=path, link_text="Ver el texto aprobado"
    )


def _decisions_of(entity_id: int) -> QuerySet[Decision]:
    decisions = Decision.objects.filter(topic__entity_id=entity_id).annotate(is_replaced=Exists(_later()))
    related = ("topic", "entry__source", "by", "statement__approval__by", "statement__written_by")
    return decisions.select_related(*related)


def _later() -> QuerySet[Decision]:
    """Return the decisions on the same topic that replace one of a queryset."""
    return Decision.objects.filter(topic=OuterRef("topic"), pk__gt=OuterRef("pk"))
