"""A synergy arrives, two people define it, and it is the source of its publication (S-1)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from pregonero.dashboard.queries import today_of
from pregonero.errors import NotFound, Refused, WrongState
from pregonero.people.models import Member, Notice
from pregonero.publishing.actions import draft_publication
from pregonero.publishing.models import LinkAcceptance
from pregonero.publishing.rules import link_issues
from pregonero.publishing.sources import load_source, steps_of, unpublished_sources
from pregonero.records.models import Event
from pregonero.synergies.actions.synergies import define_synergy, register_synergy
from pregonero.synergies.models import Definition, Synergy, SynergyState
from tests.conftest import NOW
from tests.synergies.conftest import TEXTS, definitive, received

pytestmark = pytest.mark.procedure("S-1")


def test_who_defines_it_is_told_and_finds_it_in_today(carmen: Member, beto: Member, synergy: Synergy) -> None:
    for person in (carmen, beto):
        assert Notice.objects.filter(member=person, kind="synergy.received").count() == 1
        groups = {group.kind.key: group.total for group in today_of(person, now=NOW).groups}
        assert groups["synergies"] == 1


def test_two_people_define_it_in_one_record_that_names_both(synergy: Synergy, beto: Member, marta: Member) -> None:
    define_synergy(synergy=synergy, definition=definitive(beto, marta), by=beto, now=NOW)

    synergy.refresh_from_db()
    assert synergy.state == SynergyState.SUPPORTED
    event = Event.objects.get(event_type="synergy.defined")
    assert (event.facts["networks_person"], event.facts["head"]) == (beto.pk, marta.pk)
    assert Notice.objects.filter(member=marta, kind__startswith="synergy.defined").count() == 1
    with pytest.raises(WrongState):
        define_synergy(synergy=synergy, definition=definitive(beto, marta), by=beto, now=NOW)


def test_it_is_defined_by_one_of_the_networks_with_a_head_and_written_by_one_of_them(
    synergy: Synergy, ana: Member, beto: Member, marta: Member, carmen: Member, luis: Member, dario: Member
) -> None:
    wrong = (
        (definitive(ana, beto), beto),
        (definitive(marta, carmen), marta),
        (definitive(luis, marta), marta),
        (definitive(beto, marta), carmen),
        (definitive(beto, dario), beto),
    )
    for definition, by in wrong:
        with pytest.raises(Refused):
            define_synergy(synergy=synergy, definition=definition, by=by, now=NOW)
    with pytest.raises(NotFound):
        define_synergy(synergy=synergy, definition=definitive(beto, marta), by=dario, now=NOW)
    assert not Definition.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"circumstances": "  "},
        {"affinity": ""},
        {"state": SynergyState.LATER},
        {"state": SynergyState.LATER, "look_again_on": timezone.localdate(NOW)},
        {"state": SynergyState.RECEIVED},
    ],
)
def test_what_lacks_its_reason_or_its_date_is_refused(
    changes: dict[str, object], synergy: Synergy, beto: Member, marta: Member
) -> None:
    with pytest.raises(Refused):
        define_synergy(synergy=synergy, definition=definitive(beto, marta, **changes), by=beto, now=NOW)
    assert not Definition.objects.exists()


def test_one_for_later_comes_back_on_its_day(synergy: Synergy, beto: Member, marta: Member) -> None:
    day = timezone.localdate(NOW) + timedelta(days=3)
    later = definitive(beto, marta, state=SynergyState.LATER, look_again_on=day)
    define_synergy(synergy=synergy, definition=later, by=marta, now=NOW)

    def asked(days: int) -> bool:
        return any(group.kind.key == "synergies" for group in today_of(beto, now=NOW + timedelta(days=days)).groups)

    assert (asked(2), asked(3)) == (False, True)


def test_a_definition_is_never_changed_in_the_database(synergy: Synergy, beto: Member, marta: Member) -> None:
    made = define_synergy(synergy=synergy, definition=definitive(beto, marta), by=beto, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Definition.objects.filter(pk=made.pk).update(head=beto)
    with pytest.raises(DatabaseError), transaction.atomic():
        Definition.objects.filter(pk=made.pk).delete()


@pytest.mark.procedure("N-1")
def test_only_a_supported_one_may_be_published_with_what_the_sender_suggests(
    synergy: Synergy, beto: Member, marta: Member
) -> None:
    assert "no se ha definido" in load_source(synergy.ref, entity_id=beto.entity_id).why_not
    assert unpublished_sources(entity_id=beto.entity_id, limit=5) == []

    define_synergy(synergy=synergy, definition=definitive(beto, marta), by=beto, now=NOW)

    (source,) = unpublished_sources(entity_id=beto.entity_id, limit=5)
    assert (source.ref, source.why_not, source.summary) == (synergy.ref, "", TEXTS[0])
    assert TEXTS[1] in source.note
    arrived, defined = steps_of(source, entity_id=beto.entity_id)
    assert (arrived.at, arrived.noticed_at) == (synergy.received_at, NOW)
    assert beto.name in defined.text
    assert marta.name in defined.text


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({"window_from": NOW + timedelta(days=3)}, TEXTS),
        ({"window_from": NOW - timedelta(days=800)}, TEXTS),
        ({"received_at": NOW + timedelta(minutes=1)}, TEXTS),
        ({}, ("Igual.", " igual. ")),
        ({}, [f"Texto {number}" for number in range(21)]),
    ],
    ids=["ends before it begins", "years long", "from the future", "two equal texts", "too many texts"],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    changes: dict[str, object], texts: list[str], ana: Member
) -> None:
    with pytest.raises(Refused):
        register_synergy(received=received(**changes), texts=texts, by=ana, now=NOW)
    assert not Synergy.objects.exists()


def test_who_manages_contents_may_see_it_but_not_define_it(synergy: Synergy, luis: Member) -> None:
    browser = Client()
    browser.force_login(luis.user)
    page = browser.get(synergy.get_absolute_url())
    assert (page.status_code, "Guardar lo definido" in page.content.decode()) == (200, False)
    with pytest.raises(Refused):
        register_synergy(received=replace(received()), texts=(), by=luis, now=NOW)


@pytest.mark.procedure("N-1")
def test_its_link_is_accepted_by_the_name_of_the_head_who_defined_it(beto: Member, marta: Member) -> None:
    link = "https://www.mincultura.gov.co/festivales"
    synergy = register_synergy(received=received(link=link), texts=TEXTS, by=beto, now=NOW)
    define_synergy(synergy=synergy, definition=definitive(beto, marta), by=beto, now=NOW)

    draft_publication(source=synergy.ref, key=uuid4(), by=beto, now=NOW)

    acceptance = LinkAcceptance.objects.get()
    assert (acceptance.address, acceptance.by, acceptance.reason) == (link, marta, "Empieza la temporada alta.")


def test_one_without_a_link_lacks_none(synergy: Synergy, beto: Member, marta: Member) -> None:
    define_synergy(synergy=synergy, definition=definitive(beto, marta), by=beto, now=NOW)
    publication = draft_publication(source=synergy.ref, key=uuid4(), by=beto, now=NOW)
    assert link_issues(publication, None, None) == []
