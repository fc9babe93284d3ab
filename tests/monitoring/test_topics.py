"""Topics: the same story is one, people merge and split, and decide (T-2, T-3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.monitoring import queries
from pregonero.monitoring.actions.decisions import decide_topic, write_outcome
from pregonero.monitoring.actions.readings import group_entries
from pregonero.monitoring.actions.topics import merge_topics, split_topic
from pregonero.monitoring.growth import rise_of
from pregonero.monitoring.models import Decision, DecisionKind, Entry, Topic, WatchedSource
from pregonero.monitoring.similarity import THRESHOLD
from pregonero.people.models import Member
from pregonero.publishing.actions import draft_publication
from pregonero.publishing.models import LinkAcceptance
from pregonero.publishing.sources import load_source
from pregonero.records.models import Event
from tests.conftest import NOW
from tests.monitoring.conftest import watch

COFFEE = (
    ("El Diario", "Exportaciones de café crecieron 8,4 % en octubre", "El DANE dijo que sumaron 412 millones."),
    ("La Gaceta", "Café impulsa las exportaciones: subieron 8,4 % en octubre, según el DANE", "Sumaron 412 millones."),
    ("Radio Uno", "DANE: exportaciones de café aumentaron 8,4 % en octubre", "Fueron 412 millones de dólares."),
)
FAIR = ("Canal Dos", "Bucaramanga abre la feria del calzado con 300 expositores", "Irá hasta el domingo.")


def entry(by: Member, name: str, title: str, summary: str, at: datetime = NOW) -> Entry:
    address = f"https://{name.lower().replace(' ', '')}.test/rss"
    source = WatchedSource.objects.filter(name=name).first() or watch(by, address, name)
    return Entry.objects.create(
        entity=by.entity,
        source=source,
        key=f"{name} {title}",
        address=f"{address}/{len(title)}",
        title=title,
        summary=summary,
        digest="",
        published_at=at,
        found_at=at,
        at=at,
    )


@pytest.fixture
def coffee(ana: Member) -> Topic:
    """A topic that three media tell, beside another."""
    for row in (*COFFEE, FAIR):
        entry(ana, *row, at=NOW - timedelta(minutes=20))
    group_entries(entity=ana.entity, now=NOW)
    return Topic.objects.get(source_count=3)


def decide(topic: Topic, by: Member, kind: DecisionKind = DecisionKind.REPUBLISH, **changes: Any) -> Decision:
    first = Entry.objects.filter(topic=topic).order_by("pk").first()
    values: dict[str, Any] = {"reason": "Le sirve a quien exporta.", "responsible": by, "now": NOW}
    if kind != DecisionKind.NOTHING:
        values["due_at"] = NOW + timedelta(hours=3)
    if kind == DecisionKind.REPUBLISH:
        values["entry"] = first
    return decide_topic(topic=topic, kind=kind, by=by, **(values | changes))


@pytest.mark.procedure("T-2")
def test_the_same_story_of_three_media_is_one_topic_and_rises(coffee: Topic) -> None:
    assert coffee.entry_count == 3
    assert coffee.is_rising
    assert coffee.rising_why == "3 notas en la última hora; lo corriente era 0."
    assert Topic.objects.exclude(pk=coffee.pk).get().title == FAIR[1]


@pytest.mark.procedure("T-2")
def test_a_topic_rises_only_over_its_usual_hours_and_from_two_sources() -> None:
    burst = [(NOW - timedelta(minutes=10 * step), step % 2) for step in range(1, 5)]
    assert rise_of(burst, now=NOW).is_rising
    assert not rise_of([(at, 1) for at, _ in burst], now=NOW).is_rising
    usual = [(NOW - timedelta(minutes=65 + 20 * step), step % 2) for step in range(3 * 24 * 16)]
    assert not rise_of(burst + usual, now=NOW).is_rising
    yesterday = [(at - timedelta(days=1), source) for at, source in burst]
    assert not rise_of(burst + yesterday, now=NOW).is_rising


@pytest.mark.procedure("T-2")
def test_merging_and_splitting_by_hand_are_kept_and_tune_the_grouping(coffee: Topic, ana: Member) -> None:
    fair = Topic.objects.exclude(pk=coffee.pk).get()
    topic = merge_topics(topic=coffee, other=fair, by=ana, now=NOW)
    assert topic.entry_count == 4
    fair.refresh_from_db()
    assert fair.merged_into == topic
    assert queries.threshold_of(ana.entity) == THRESHOLD  # nothing in common: no threshold would have joined them
    with pytest.raises(WrongState, match="se unió"):
        merge_topics(topic=topic, other=fair, by=ana, now=NOW)
    moved = Entry.objects.get(title=FAIR[1])
    apart = split_topic(topic=topic, entries=[moved.pk], by=ana, now=NOW)
    assert apart.entry_count == 1
    with pytest.raises(Refused, match="alguna, y no todas"):
        split_topic(topic=apart, entries=[moved.pk], by=ana, now=NOW)
    entry(ana, "Radio Uno", "Bucaramanga: 300 expositores en la feria del calzado", "Hasta el domingo.")
    group_entries(entity=ana.entity, now=NOW)
    apart.refresh_from_db()
    assert apart.entry_count == 2
    events = Event.objects.filter(event_type__startswith="topic.").order_by("pk")
    assert [event.event_type for event in events] == ["topic.merged", "topic.split"]


@pytest.mark.procedure("T-3", "N-1")
def test_republishing_makes_a_publication_that_rests_on_the_decision(coffee: Topic, ana: Member) -> None:
    decision = decide(coffee, ana)
    source = load_source(decision.ref, entity_id=ana.entity_id)
    assert (source.why_not, source.link) == ("", decision.entry.address if decision.entry else "")
    publication = draft_publication(source=decision.ref, key=None, by=ana, now=NOW)
    assert publication.source_ref.reference == decision.ref.reference
    accepted = LinkAcceptance.objects.get(publication=publication)
    assert (accepted.address, accepted.by) == (publication.link, ana)
    assert queries.publications_of(queries.decisions_of(coffee)) == [publication]
    later = decide(coffee, ana, DecisionKind.NOTHING)
    assert "Después se decidió otra cosa" in load_source(decision.ref, entity_id=ana.entity_id).why_not
    assert load_source(later.ref, entity_id=ana.entity_id).why_not
    write_outcome(topic=coffee, text="La compartieron 40 personas.", by=ana, now=NOW)
    assert [outcome.text for outcome in queries.outcomes_of(coffee)] == ["La compartieron 40 personas."]


@pytest.mark.procedure("T-3")
def test_who_decides_what(coffee: Topic, ana: Member, luis: Member, carmen: Member, dario: Member) -> None:
    with pytest.raises(NotAllowed):
        decide(coffee, ana, DecisionKind.STATEMENT)
    with pytest.raises(NotAllowed):
        decide(coffee, carmen)
    with pytest.raises(NotAllowed):
        decide(coffee, luis, DecisionKind.NOTHING)
    decide(coffee, carmen, DecisionKind.STATEMENT, spokesperson="La ministra")
    with pytest.raises(Refused, match="hasta cuándo"):
        decide(coffee, ana, due_at=NOW)
    with pytest.raises(Refused, match="por qué"):
        decide(coffee, ana, reason=" ")
    with pytest.raises(Refused, match="No encontramos"):
        decide(coffee, dario)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Decision.objects.update(reason="Otra")


@pytest.mark.procedure("T-3")
def test_a_decision_shows_what_was_known_at_its_minute(coffee: Topic, ana: Member, client: Any) -> None:
    decision = decide(coffee, ana)
    late = entry(ana, "El Diario", "Exportaciones de café: el DANE corrige la cifra de octubre", "", NOW)
    Entry.objects.filter(pk=late.pk).update(topic=coffee, found_at=NOW + timedelta(hours=1))
    client.force_login(ana.user)
    page = client.get(f"{coffee.get_absolute_url()}?decision={decision.pk}").content.decode()
    assert "corrige" not in page
    assert "Así se veía el tema" in page
    assert "corrige" in client.get(coffee.get_absolute_url()).content.decode()
