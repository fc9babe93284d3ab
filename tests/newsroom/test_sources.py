"""Registering and retiring sources, and signing and revoking their standing rules."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from pregonero.errors import Conflict, NotAllowed, NotFound, NotReady, WrongState
from pregonero.newsroom import actions, queries
from pregonero.newsroom.models import Source, SourceState, StandingRule
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.rules import NotOfficial
from pregonero.newsroom.sources.listing import PRESETS
from pregonero.newsroom.sources.registry import LISTING, WEBHOOK
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.newsroom.factories import SECRET, SITE, read, register


@pytest.mark.procedure("P-1")
def test_register_source_records_an_event_and_is_due_at_once(luis: Member, now: datetime) -> None:
    source = register(luis, address=f"{SITE}/rss?utm_source=x#y")
    assert source.address == f"{SITE}/rss"
    assert queries.sources_due(now=now) == [source.pk]
    event = Event.objects.get(event_type="source.registered")
    assert (event.ref, event.actor["name"], event.facts["address"]) == (
        source.ref.reference,
        "Luis Peña",
        f"{SITE}/rss",
    )


def test_register_source_refuses_a_member_without_permission(ana: Member) -> None:
    with pytest.raises(NotAllowed):
        register(ana)
    assert not Source.objects.exists()


@pytest.mark.procedure("N-1")
@pytest.mark.parametrize(
    "address", ["https://otra.gov.co/rss", "https://mincit.gov.co.otra.co/rss", "https://nomincit.gov.co/"]
)
def test_register_source_refuses_another_website(luis: Member, address: str) -> None:
    with pytest.raises(NotOfficial, match="Solo sirven enlaces de"):
        register(luis, address=address)


def test_register_source_refuses_an_invalid_link(luis: Member) -> None:
    with pytest.raises(Malformed):
        register(luis, address="mincit")


def test_register_source_refuses_the_same_address_twice(luis: Member) -> None:
    register(luis)
    with pytest.raises(Conflict, match="ya es una fuente"):
        register(luis)


def test_a_retired_address_may_be_registered_again(luis: Member, now: datetime) -> None:
    actions.retire_source(source=register(luis), by=luis, now=now)
    assert register(luis).state == SourceState.ACTIVE


def test_register_source_requires_the_selectors_of_a_listing(luis: Member) -> None:
    with pytest.raises(NotReady, match="selector"):
        register(luis, LISTING, options={"item": "a"})
    assert register(luis, LISTING, options=PRESETS["mincit"]).options["title"] == "h3"


def test_the_secret_of_a_webhook_is_stored_encrypted(luis: Member) -> None:
    source = register(luis, WEBHOOK)
    source.refresh_from_db()
    assert SECRET.encode() not in bytes(source.encrypted_secret)
    assert SECRET not in str(Event.objects.get(event_type="source.registered").facts)
    with pytest.raises(NotReady, match="24"):
        register(luis, WEBHOOK, secret="corto")


def test_retire_source_stops_its_readings_and_revokes_its_rule(luis: Member, carmen: Member, now: datetime) -> None:
    source = register(luis)
    actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    actions.retire_source(source=source, by=luis, now=now)
    assert queries.sources_due(now=now + timedelta(days=1)) == []
    assert queries.rule_in_force(source) is None
    with pytest.raises(WrongState):
        actions.retire_source(source=source, by=luis, now=now)
    with pytest.raises(WrongState):
        read(source)


def test_a_source_of_another_entity_is_not_found(luis: Member, dario: Member, now: datetime) -> None:
    with pytest.raises(NotFound):
        actions.retire_source(source=register(luis), by=dario, now=now)


@pytest.mark.procedure("P-1")
def test_only_the_coordinator_signs_and_revokes(luis: Member, carmen: Member, now: datetime) -> None:
    source = register(luis)
    with pytest.raises(NotAllowed, match="Coordinación"):
        actions.sign_rule(source=source, reason="Porque sí.", by=luis, now=now)
    actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    with pytest.raises(NotAllowed):
        actions.revoke_rule(source=source, by=luis, now=now)
    rule = actions.revoke_rule(source=source, by=carmen, now=now)
    assert (rule.signed_by, rule.revoked_by, rule.revoked_at) == (carmen, carmen, now)
    assert Event.objects.filter(event_type__in=["rule.signed", "rule.revoked"], ref=source.ref.reference).count() == 2


def test_a_source_has_at_most_one_rule_in_force(luis: Member, carmen: Member, now: datetime) -> None:
    source = register(luis)
    actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    with pytest.raises(Conflict):
        actions.sign_rule(source=source, reason="Otra vez.", by=carmen, now=now)
    with pytest.raises(IntegrityError, match="standing_rule_one_in_force"), transaction.atomic():
        StandingRule.objects.create(source=source, signed_by=carmen, signed_at=now, reason="Por detrás.")
    actions.revoke_rule(source=source, by=carmen, now=now)
    with pytest.raises(WrongState):
        actions.revoke_rule(source=source, by=carmen, now=now)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("encrypted_secret = 'x'", "source_address_or_secret"),
        ("address = ''", "source_address_or_secret"),
        ("state = 'RETIRED'", "source_retired_by_somebody"),
        ("every_minutes = 0", "source_pause_between_readings"),
    ],
)
def test_the_database_refuses_an_invalid_source(luis: Member, change: str, constraint: str) -> None:
    register(luis)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE newsroom_source SET {change}")


def test_sources_with_state_makes_two_queries_for_twenty_sources(
    luis: Member, carmen: Member, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        source = register(luis, address=f"{SITE}/rss/{number}")
        actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    with django_assert_num_queries(2):
        rows = queries.sources_with_state(luis.entity)
        assert [str(row.rule.signed_by) for row in rows if row.rule] == ["Carmen Ortiz"] * 20
