"""Making room for a publication: what would move, asked once and undone once; and what is advised of an hour (P-2)."""

from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.errors import Conflict
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.calendar import ThreadPosition, at_hour, is_clear
from pregonero.publishing.calendar_rules.actions import RulesPlan, set_calendar_rules
from pregonero.publishing.calendar_rules.advice import PlannedHour, advise
from pregonero.publishing.calendar_rules.room import make_room
from pregonero.publishing.calendar_rules.rule_set import RuleSet, pair_of
from pregonero.publishing.models import Publication, Relevance, ReversibleAct
from pregonero.publishing.queries.room import room_plan
from pregonero.records.models import Event
from tests.publishing.test_states import put
from tests.publishing.test_views import signed_in
from tests.stage import deliveries_in, drafted, programmed

pytestmark = pytest.mark.procedure("P-2")
DAY = date(2026, 11, 24)
HIGH, MEDIUM, LOW = Relevance.HIGH, Relevance.MEDIUM, Relevance.LOW


def place(
    publication: int, hour: int, minute: int = 0, *, account: int = 1, theme: str = "", relevance: int = MEDIUM
) -> ThreadPosition:
    at = at_hour(DAY, hour, minute)
    return ThreadPosition(publication * 10 + account, publication, account, at, f"Nota {publication}", theme, relevance)


def planned(hour: int, minute: int = 0, *, theme: str = "", relevance: int = MEDIUM) -> PlannedHour:
    return PlannedHour(99, frozenset({1}), at_hour(DAY, hour, minute), theme, relevance)


def test_a_less_relevant_neighbour_can_move_and_a_more_relevant_one_asks_for_another_hour() -> None:
    positions = [place(1, 10, 5, relevance=LOW), place(2, 9, 50, relevance=HIGH), place(3, 12)]
    more, less = advise(planned(10), positions, RuleSet())
    assert (more.what, more.makes_room) == ("Queda a 10 min de «Nota 2», de las 09:50.", False)
    assert (less.what, less.makes_room) == ("Queda a 5 min de «Nota 1», de las 10:05.", True)


def test_what_is_advised_of_the_hour_itself_says_that_relevance_goes_first() -> None:
    rules = RuleSet(quiet=(time(21), time(6)), best_hours=frozenset({8, 9}), skips_holidays=True)
    at = at_hour(date(2026, 12, 8), 22)
    quiet, holiday, best = advise(PlannedHour(99, frozenset({1}), at, relevance=HIGH), [], rules)
    assert quiet.what == "Es hora de silencio, de 21:00 a 06:00."
    assert holiday.what == "Ese día es festivo: Inmaculada Concepción."
    assert holiday.why == "Por su relevancia puede salir igual."
    assert best.what == "Las mejores horas son 8–10."
    assert advise(PlannedHour(99, frozenset({1}), at_hour(DAY, 8), relevance=HIGH), [], rules) == ()


def test_topics_that_must_not_touch_and_repeated_ones_are_said() -> None:
    rules = RuleSet(apart=frozenset({pair_of(("turismo", "minería"))}))
    positions = [place(1, 9, theme="Minería"), place(2, 16, theme="Turismo")]
    apart, repeat = advise(planned(10, theme="Turismo"), positions, rules)
    assert apart.what == "A las 09:00 sale «Nota 1», de Minería."
    assert repeat.what == "Ese día ya sale otra de Turismo, a las 16:00."


def test_the_nearest_free_quarter_is_found_and_those_of_more_relevance_stay() -> None:
    positions = [place(1, 10, 5), place(2, 10, 10, relevance=HIGH), place(3, 10, 30)]
    room = make_room(planned(10), positions, {1, 2, 3}, RuleSet(), now=at_hour(DAY, 6))
    assert [(move.publication, f"{move.after:%H:%M}") for move in room.moves] == [(1, "09:45")]
    assert [position.publication for position in room.stays] == [2]


@given(
    positions=st.lists(
        st.builds(
            place,
            publication=st.integers(1, 6),
            hour=st.integers(8, 12),
            minute=st.sampled_from([0, 10, 25, 40]),
            account=st.integers(1, 2),
            relevance=st.sampled_from([HIGH, MEDIUM, LOW]),
        ),
        max_size=8,
        unique_by=lambda position: position.publication,
    ),
    gap=st.integers(1, 120),
    movable=st.frozensets(st.integers(1, 6)),
)
def test_what_moves_ends_clear_of_everything_else(
    positions: list[ThreadPosition], gap: int, movable: frozenset[int]
) -> None:
    rules = RuleSet(gap=timedelta(minutes=gap))
    wanted = planned(10)
    room = make_room(wanted, positions, movable, rules, now=at_hour(DAY, 6))
    moved = {move.publication: move.after for move in room.moves}
    assert set(moved) <= movable
    ends = {p.publication: moved.get(p.publication, p.at) for p in positions}
    for position in positions:
        if position.publication in moved:
            assert position.relevance >= wanted.relevance
            others = [p for p in positions if p.account == position.account and p.publication != position.publication]
            there = [ThreadPosition(p.key, p.publication, p.account, ends[p.publication], "", "") for p in others]
            assert is_clear(moved[position.publication], there, rules)
            assert position.account != 1 or abs(moved[position.publication] - wanted.at) >= rules.gap


@pytest.fixture
def noon(now: datetime) -> datetime:
    return (timezone.localtime() + timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def wanted(news: News, ana: Member, accounts: dict[str, Account]) -> Publication:
    return drafted(news, ana, timezone.now())


@pytest.fixture
def near(news: News, ana: Member, accounts: dict[str, Account], noon: datetime) -> list[Publication]:
    now = timezone.now()
    return [programmed(news, ana, now, due_at=noon + timedelta(minutes=minutes)) for minutes in (5, 10)]


def hours(publications: list[Publication]) -> list[str]:
    for publication in publications:
        publication.refresh_from_db()
    return [f"{timezone.localtime(publication.due_at):%H:%M}" for publication in publications]


def test_it_is_asked_once_and_one_undo_brings_all_of_them_back(
    wanted: Publication, near: list[Publication], ana: Member, noon: datetime
) -> None:
    browser = signed_in(ana)
    address = f"/publicaciones/{wanted.pk}/sitio/"
    page = browser.get(address, {"hora": f"{noon:%Y-%m-%dT%H:%M}"})
    assert page.content.decode().count("en todas sus cuentas.") == 2
    digest = page.context["plan"].room.digest
    done = browser.post(address, {"hora": f"{noon:%Y-%m-%dT%H:%M}", "digest": digest})
    assert done["Location"] == f"/publicaciones/{wanted.pk}/editor/?hora={noon:%Y-%m-%dT%H:%M}"
    assert hours(near) == ["11:45", "12:15"]
    event = Event.objects.filter(event_type="publication.rescheduled").latest("pk")
    assert event.facts["made_room_for"] == wanted.number
    act = ReversibleAct.objects.latest("pk")
    undone = browser.post(f"/cambios/{act.pk}/deshacer/", follow=True)
    assert "cada una volvió a su hora" in undone.content.decode()
    assert hours(near) == ["12:05", "12:10"]
    assert {delivery.due_at for one in near for delivery in deliveries_in(one)} == {
        noon + timedelta(minutes=5),
        noon + timedelta(minutes=10),
    }


def test_a_scheduled_publication_takes_the_hour_in_the_same_act(
    near: list[Publication], ana: Member, noon: datetime
) -> None:
    first, second = near
    now = timezone.now()
    plan = room_plan(first, at=noon + timedelta(minutes=10), by=ana, now=now)
    actions.make_room(publication=first, at=plan.at, moves=plan.room.moves, by=ana, now=now)
    assert hours([first]) == ["12:10"]
    assert hours([second]) != ["12:10"]
    actions.undo_act(act=ReversibleAct.objects.latest("pk"), by=ana, now=now)
    assert hours(near) == ["12:05", "12:10"]


def test_nothing_moves_if_one_of_them_is_no_longer_there(
    wanted: Publication, near: list[Publication], ana: Member, noon: datetime
) -> None:
    now = timezone.now()
    plan = room_plan(wanted, at=noon, by=ana, now=now)
    actions.move_publication(publication=near[1], due_at=noon + timedelta(hours=3), by=ana, now=now)
    with pytest.raises(Conflict):
        actions.make_room(publication=wanted, at=noon, moves=plan.room.moves, by=ana, now=now)
    assert hours(near) == ["12:05", "15:00"]


def test_what_changed_meanwhile_is_shown_again_instead_of_done(
    wanted: Publication, near: list[Publication], ana: Member, noon: datetime
) -> None:
    form = {"hora": f"{noon:%Y-%m-%dT%H:%M}", "digest": "de antes"}
    response = signed_in(ana).post(f"/publicaciones/{wanted.pk}/sitio/", form)
    assert response.status_code == 409
    assert "La parrilla cambió" in response.content.decode()
    assert hours(near) == ["12:05", "12:10"]


def test_what_went_out_stays(wanted: Publication, near: list[Publication], ana: Member, noon: datetime) -> None:
    for delivery in deliveries_in(near[0]):
        put(delivery, DeliveryState.PUBLISHED)
    plan = room_plan(wanted, at=noon, by=ana, now=timezone.now())
    assert [position.publication for position in plan.room.stays] == [near[0].pk]
    assert [move.publication for move in plan.room.moves] == [near[1].pk]


def test_the_editor_says_what_the_rules_advise_and_still_schedules(
    wanted: Publication, near: list[Publication], ana: Member, noon: datetime
) -> None:
    plan = RulesPlan(gap_minutes=30, apart_minutes=60, quiet=(time(11), time(13)))
    set_calendar_rules(plan=plan, reason="Piloto", by=ana, now=timezone.now())
    browser: Client = signed_in(ana)
    page = browser.get(f"/publicaciones/{wanted.pk}/editor/?hora={noon:%Y-%m-%dT%H:%M}").content.decode()
    assert "Queda a 5 min de" in page
    assert "Es hora de silencio, de 11:00 a 13:00." in page
    assert "Hacer sitio" in page
    actions.program_publication(publication=wanted, due_at=noon, by=ana, now=timezone.now())
    wanted.refresh_from_db()
    assert wanted.due_at == noon


def test_the_page_of_hours_says_why_and_leads_to_the_editor_with_each(wanted: Publication, ana: Member) -> None:
    page = signed_in(ana).get(f"/publicaciones/{wanted.pk}/propuesta/").content.decode()
    assert page.count(f"/publicaciones/{wanted.pk}/editor/?hora=") == 3
    assert "hay espacio" in page
