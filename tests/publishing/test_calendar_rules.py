"""The rules of the calendar: what they advise, what they propose, and their versions (P-2)."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from pregonero.errors import NotAllowed
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing.calendar import ThreadPosition, Topic, at_hour, find_problems, free_hours, propose
from pregonero.publishing.calendar_models import CalendarRules
from pregonero.publishing.calendar_rules.actions import RulesPlan, set_calendar_rules
from pregonero.publishing.calendar_rules.queries import rules_of
from pregonero.publishing.calendar_rules.rule_set import NO_RULES, RuleSet, hours_label, pair_of
from pregonero.publishing.models import Relevance
from pregonero.publishing.queries.calendar import proposals_for
from pregonero.records.models import Event
from tests.publishing.test_views import signed_in
from tests.stage import drafted

pytestmark = pytest.mark.procedure("P-2")
DAY, HOLIDAY = date(2026, 11, 24), date(2026, 12, 8)  # a Tuesday; Inmaculada Concepción
APART = frozenset({pair_of(("Turismo", "Minería"))})
FORM = {
    "gap_minutes": "30",
    "best_hours": "8-10, 17 a 19",
    "quiet_from": "21:00",
    "quiet_until": "6:00",
    "topics_apart": "Turismo / Minería\n\n Café/Té ",
    "apart_minutes": "90",
    "skips_holidays": "on",
    "reason": "Lo acordó el equipo",
}


def place(key: int, hour: int, minute: int = 0, *, account: int = 1, theme: str = "") -> ThreadPosition:
    return ThreadPosition(key, key, account, at_hour(DAY, hour, minute), f"Nota {key}", theme)


def test_each_account_has_its_own_gap() -> None:
    rules = RuleSet(gap=timedelta(minutes=10), gaps={2: timedelta(hours=1)})
    positions = [place(1, 9), place(2, 9, 12), place(3, 9, account=2), place(4, 9, 50, account=2)]
    assert {key: problem.kind for key, problem in find_problems(positions, rules).items()} == {4: "clash"}


def test_topics_that_must_not_touch_are_said_within_their_time_only() -> None:
    rules = RuleSet(apart=APART, apart_by=timedelta(hours=1))
    near = find_problems([place(1, 9, theme="minería"), place(2, 9, 40, theme="Turismo")], rules)
    assert near[2].kind == "apart"
    assert near[2].text == "no va junto a minería, que sale a las 09:00"
    assert find_problems([place(1, 9, theme="minería"), place(2, 10, theme="Turismo")], rules) == {}


@pytest.mark.parametrize(("hour", "is_quiet"), [(20, False), (21, True), (23, True), (0, True), (5, True), (6, False)])
def test_quiet_hours_go_past_midnight(hour: int, *, is_quiet: bool) -> None:
    assert RuleSet(quiet=(time(21), time(6))).is_quiet(at_hour(DAY, hour)) is is_quiet


def test_quiet_hours_are_not_proposed_and_the_best_ones_come_first() -> None:
    rules = RuleSet(best_hours=frozenset({9, 19}), quiet=(time(17), time(18)))
    assert 17 not in [hour.hour for hour in free_hours([], [1], DAY, at_hour(DAY, 7), rules)]
    proposals = propose([Topic(1, ""), Topic(2, ""), Topic(3, "")], [], [1], DAY, at_hour(DAY, 7), rules=rules)
    assert [proposal.at.hour for proposal in proposals][:2] == [9, 19]
    assert proposals[0].why == "A las 09:00 hay espacio. Es de las mejores horas."


def test_an_hour_away_from_a_topic_that_must_not_touch_it_is_proposed() -> None:
    rules = RuleSet(apart=APART, apart_by=timedelta(hours=3), best_hours=frozenset({10}))
    (proposal,) = propose([Topic(1, "Turismo")], [place(1, 9, theme="Minería")], [1], DAY, at_hour(DAY, 8), rules=rules)
    assert proposal.at.hour >= 12


def test_on_a_holiday_only_the_most_relevant_one_has_an_hour_and_says_why() -> None:
    rules = RuleSet(skips_holidays=True)
    topics = [Topic(1, "", Relevance.MEDIUM), Topic(2, "", Relevance.HIGH)]
    (proposal,) = propose(topics, [], [1], HOLIDAY, at_hour(HOLIDAY, 7), rules=rules)
    assert proposal.waiting == 2
    assert "Es festivo (Inmaculada Concepción): se propone por su relevancia." in proposal.why
    assert len(propose(topics, [], [1], HOLIDAY, at_hour(HOLIDAY, 7), rules=NO_RULES)) == 2


@given(
    taken=st.lists(st.tuples(st.integers(0, 23), st.integers(0, 59)), max_size=12),
    gap=st.integers(0, 300),
    quiet=st.tuples(st.integers(0, 23), st.integers(0, 23)),
    best=st.frozensets(st.integers(0, 23)),
)
def test_no_proposal_breaks_the_rules(
    taken: list[tuple[int, int]], gap: int, quiet: tuple[int, int], best: frozenset[int]
) -> None:
    rules = RuleSet(gap=timedelta(minutes=gap), quiet=(time(quiet[0]), time(quiet[1])), best_hours=best)
    places = [place(number, hour, minute) for number, (hour, minute) in enumerate(taken)]
    for proposal in propose([Topic(n, "") for n in range(5)], places, [1], DAY, at_hour(DAY, 0), rules=rules):
        assert not rules.is_quiet(proposal.at)
        assert all(abs(other.at - proposal.at) >= rules.gap for other in places)


def test_hours_are_said_as_spans() -> None:
    assert hours_label([8, 9, 17, 18, 23]) == "8–10, 17–19, 23–24"


def test_each_change_is_a_version_with_its_reason_in_the_record(ana: Member, now: datetime) -> None:
    plan = RulesPlan(gap_minutes=30, apart_minutes=60, best_hours=[9], topics_apart=[("Turismo", "Minería")])
    set_calendar_rules(plan=plan, reason="Piloto", by=ana, now=now)
    rules = set_calendar_rules(plan=plan, reason="Queda", by=ana, now=now)
    assert rules.version == 2
    assert rules_of(ana.entity).gap == timedelta(minutes=30)
    event = Event.objects.get(event_type="calendar_rules.set", ref=rules.ref.reference)
    assert event.facts["version"] == 2
    assert event.facts["topics_apart"] == [["Turismo", "Minería"]]


def test_who_is_not_responsible_of_the_networks_sets_no_rules(luis: Member, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        set_calendar_rules(plan=RulesPlan(gap_minutes=1, apart_minutes=1), reason="Sí", by=luis, now=now)
    assert not CalendarRules.objects.exists()


def test_a_version_never_changes_in_the_database(ana: Member, now: datetime) -> None:
    set_calendar_rules(plan=RulesPlan(gap_minutes=30, apart_minutes=60), reason="Piloto", by=ana, now=now)
    for sql in ("UPDATE publishing_calendarrules SET gap_minutes = 1", "DELETE FROM publishing_calendarrules"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_the_page_sets_them(ana: Member, accounts: dict[str, Account]) -> None:
    browser = signed_in(ana)
    facebook = accounts["facebook"]
    browser.post("/parrilla/reglas/", FORM | {f"gap_{facebook.pk}": "120"})
    rules = rules_of(ana.entity)
    assert rules.gap_of(facebook.pk) == timedelta(hours=2)
    assert rules.best_hours == {8, 9, 17, 18}
    assert rules.apart == {pair_of(("turismo", "minería")), pair_of(("café", "té"))}
    page = browser.get("/parrilla/reglas/").content.decode()
    assert "Versión 1: Lo acordó el equipo" in page
    assert "Mejores horas: 8–10, 17–19" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("best_hours", "10-8"),
        ("best_hours", "8-25"),
        ("best_hours", "temprano"),
        ("topics_apart", "Turismo"),
        ("quiet_until", ""),
        ("gap_minutes", "-1"),
        ("reason", " "),
    ],
)
@pytest.mark.usefixtures("accounts")
def test_the_page_says_what_is_wrong_and_keeps_what_was_written(ana: Member, field: str, value: str) -> None:
    response = signed_in(ana).post("/parrilla/reglas/", FORM | {field: value})
    assert response.status_code == 422
    assert "Lo acordó el equipo" in response.content.decode() or field == "reason"
    assert not CalendarRules.objects.exists()


@pytest.mark.usefixtures("accounts")
def test_a_publication_has_three_hours_to_choose_from_in_constant_queries(
    news: News, ana: Member, now: datetime
) -> None:
    draft = drafted(news, ana, now)
    with CaptureQueriesContext(connection) as captured:
        proposals = proposals_for(draft, now=now)
    assert len(proposals) == 3
    assert proposals == sorted(proposals, key=lambda proposal: proposal.at)
    assert all(proposal.why.startswith("A las ") for proposal in proposals)
    assert len(captured) <= 5
