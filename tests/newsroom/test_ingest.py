"""Storing readings: new items, repetitions, edits, rules and failures."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from pregonero.dashboard.queries import today_of
from pregonero.newsroom import actions, queries
from pregonero.newsroom.models import News, NewsState, NewsVersion, Source
from pregonero.newsroom.sources.base import Item
from pregonero.newsroom.sources.registry import WEBHOOK
from pregonero.people.models import Entity, Member, Notice
from pregonero.records import event_types
from pregonero.records.actions import UnknownEventType
from pregonero.records.models import Event
from tests.newsroom.factories import COFFEE, SITE, found, inform, item, jobs, read, register

LATER = timedelta(hours=1)


@pytest.fixture
def source(luis: Member) -> Source:
    return register(luis)


@pytest.mark.procedure("P-1", "M-2")
def test_a_new_item_becomes_a_candidate_with_its_event(source: Source, now: datetime) -> None:
    news = found(source)
    assert (news.state, news.title, news.found_at) == (NewsState.CANDIDATE, "Exportaciones de café", now)
    event = Event.objects.get(event_type="news.found")
    assert (event.ref, event.related) == (news.ref.reference, [source.ref.reference])
    assert event.facts["address"] == COFFEE
    assert [version.cause for version in queries.versions_of(news)] == ["FOUND"]
    assert jobs("newsroom.read_page") == [{"news_id": news.pk}]


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    "again",
    [
        item(), item(f"{COFFEE}/"), item(f"{COFFEE}?utm_source=rss#x"), item(COFFEE.replace("https", "http")),
        item(COFFEE.replace("www.", "")), item(guid="otro-cada-vez"), item(f"{SITE}/otra/direccion", guid="cafe-1"),
    ],
)  # fmt: skip
def test_a_repeated_item_does_not_create_another_news_item(source: Source, now: datetime, again: object) -> None:
    read(source, item(guid="cafe-1"))
    result = read(source, again, again, now=now + LATER)  # type: ignore[arg-type]
    assert (result.found, result.edited, result.unchanged) == ([], [], 1)
    assert News.objects.count() == NewsVersion.objects.count() == 1


@pytest.mark.procedure("Q-2")
def test_a_new_address_of_the_same_guid_is_followed_recorded_and_told(
    source: Source, luis: Member, ana: Member, now: datetime
) -> None:
    news, moved = found_with_guid(source), f"{SITE}/prensa/noticias/cafe-2026"
    actions.inform_news(news=news, reference="", note="", by=luis, now=now)
    result = read(source, item(moved, guid="cafe-1"), now=now + LATER)

    news.refresh_from_db()
    assert (result.found, news.address, news.moved_at) == ([], moved, now + LATER)
    assert Event.objects.get(event_type="news.moved").facts == {"earlier": COFFEE, "address": moved}
    assert Notice.objects.filter(member=ana, kind__startswith="news.moved").count() == 1
    read(source, item(moved), now=now + LATER)
    assert News.objects.count() == 1, "its new address alone is known too"


def found_with_guid(source: Source) -> News:
    return read(source, item(guid="cafe-1")).found[0]


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    ("addresses", "guids"),
    [
        (["#/noticias/1", "#/noticias/2", "#/noticias/3"], ["n-1", "n-2", "n-3"]),
        (["#!/1", "#!/2", "#!/3"], ["", "", ""]),
        (["resoluciones.html"] * 3, ["res-1", "res-2", "res-3"]),
        (["resoluciones.html#res-1", "resoluciones.html#res-2", "resoluciones.html#res-3"], ["", "", ""]),
        (["resoluciones.html#a", "resoluciones.html#b", "resoluciones.html#c"], ["1", "2", "3"]),
        (["a#x", "a#y", "a#z"], ["igual", "igual", "igual"]),
    ],
)
def test_several_news_of_one_page_are_stored_each_once(
    source: Source, now: datetime, addresses: list[str], guids: list[str]
) -> None:
    pairs = zip(addresses, guids, strict=True)
    items = [item(f"{SITE}/{link}", guid=guid, title=f"Resolución {n}") for n, (link, guid) in enumerate(pairs)]
    assert len(read(source, *items).found) == 3
    assert sorted(News.objects.values_list("address", flat=True)) == sorted(row.address for row in items)
    for again in (items, items[::-1], items[1:]):
        result = read(source, *again, now=now + LATER)
        assert (result.found, result.edited, result.unchanged) == ([], [], len(again))
    edited = item(items[2].address, guid=items[2].guid, title="Resolución 2, corregida")
    result = read(source, *items[:2], edited, now=now + LATER)
    assert [news.title for news in result.edited] == ["Resolución 2, corregida"]


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(("first", "second"), [(("", "res-1"), ("", "res-2")), (("#a", ""), ("#b", ""))])
def test_a_later_news_of_the_same_page_is_another_one(
    source: Source, now: datetime, first: tuple[str, str], second: tuple[str, str]
) -> None:
    def resolution(number: int, link: tuple[str, str]) -> Item:
        published_at = now + timedelta(days=number)
        return item(f"{SITE}/r{link[0]}", guid=link[1], title=f"Resolución {number}", published_at=published_at)

    one, two = resolution(1, first), resolution(2, second)
    assert len(read(source, one).found) == 1
    assert len(read(source, two, now=now + LATER).found) == 1
    result = read(source, one, two, now=now + LATER)
    assert (result.found, result.edited, result.unchanged) == ([], [], 2)


def test_items_without_guid_are_different_news(source: Source) -> None:
    assert len(read(source, item(f"{SITE}/1"), item(f"{SITE}/2")).found) == 2


def test_a_guid_shared_by_all_items_is_ignored(source: Source, now: datetime) -> None:
    read(source, item(f"{SITE}/1", guid="x"), item(f"{SITE}/2", guid="x"))
    assert len(read(source, item(f"{SITE}/3", guid="x"), item(f"{SITE}/4", guid="x"), now=now + LATER).found) == 2


def test_two_sources_with_the_same_link_create_one_news_item(source: Source, luis: Member, now: datetime) -> None:
    found(source)
    other = register(luis, address=f"{SITE}/atom", name="Atom")
    result = read(other, item(title="Dicho de otro modo"), now=now + LATER)
    assert (result.found, result.edited, result.unchanged) == ([], [], 1)
    assert News.objects.get().title == "Exportaciones de café"


@pytest.mark.procedure("P-1")
def test_an_edit_is_stored_as_a_version(source: Source, now: datetime) -> None:
    news = found(source)
    result = read(source, item(title="Exportaciones de café y flores"), now=now + LATER)
    news.refresh_from_db()
    assert result.edited == [news]
    assert (news.title, news.edited_at) == ("Exportaciones de café y flores", now + LATER)
    assert [version.title for version in queries.versions_of(news)] == ["Exportaciones de café", news.title]
    assert Event.objects.get(event_type="news.edited").facts["version"] == 2
    assert read(source, item(title="Exportaciones de café y flores"), now=now + 2 * LATER).unchanged == 1


@pytest.mark.procedure("P-1")
def test_the_people_of_the_networks_are_notified_of_each_edit_of_informed_news(
    luis: Member, ana: Member, beto: Member, source: Source, now: datetime
) -> None:
    actions.inform_news(news=found(source), reference="", note="", by=luis, now=now)
    for number in (1, 2):
        read(source, item(title=f"Cambio {number}"), now=now + number * LATER)
    assert Notice.objects.filter(kind="news.edited", member=ana).count() == 2
    assert Notice.objects.filter(kind="news.edited", member=beto).count() == 2


def test_an_edit_of_a_candidate_notifies_nobody(ana: Member, source: Source, now: datetime) -> None:
    found(source)
    read(source, item(title="Cambio"), now=now + LATER)
    assert not Notice.objects.exists()


def test_a_version_cannot_be_changed(source: Source) -> None:
    version = queries.versions_of(found(source))[0]
    version.title = "Nunca lo dijo"
    with pytest.raises(Exception, match="append_only"):
        version.save()


@pytest.mark.procedure("N-1")
def test_items_of_another_website_are_skipped_and_counted(source: Source) -> None:
    result = read(source, item(), item("https://elespectador.com/nota"))
    assert (len(result.found), result.not_official) == (1, 1)


def test_a_source_takes_over_news_informed_by_link(luis: Member, source: Source, now: datetime) -> None:
    news = inform(luis)
    assert read(source, item(title="Otro título"), now=now + LATER).unchanged == 1
    news.refresh_from_db()
    assert (news.source, news.title) == (source, "Exportaciones de café crecen")
    assert read(source, item(title="Editado"), now=now + 2 * LATER).edited == [news]


def test_another_source_takes_over_the_news_of_a_retired_one(luis: Member, source: Source, now: datetime) -> None:
    news = found(source)
    actions.retire_source(source=source, by=luis, now=now)
    other = register(luis)
    assert read(other, item(title="Otro título"), now=now + LATER).unchanged == 1
    assert read(other, item(title="Editado"), now=now + 2 * LATER).edited == [news]


@pytest.mark.procedure("P-1")
def test_a_reading_is_stored_completely_or_not_at_all(
    source: Source, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.delitem(event_types.EVENT_TYPES, "news.edited")  # recording the edit fails after a new item was stored
    found(source)
    with pytest.raises(UnknownEventType):
        read(source, item(f"{SITE}/a-nueva"), item(title="Editado"), now=now + LATER)
    assert News.objects.get().title == "Exportaciones de café"
    source.refresh_from_db()
    assert source.checked_at == now


@pytest.mark.procedure("P-1")
def test_a_standing_rule_informs_new_items(
    ana: Member, beto: Member, carmen: Member, source: Source, now: datetime
) -> None:
    rule = actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    news = read(source, item(reference="PC-7"), now=now + LATER).found[0]
    assert news.state == NewsState.INFORMED
    assert (news.informing.rule, news.informing.by, news.informing.reference) == (rule, None, "PC-7")
    assert {notice.member for notice in queries.receipts(news)} == {ana, beto}
    event = Event.objects.get(event_type="news.informed")
    assert (event.actor["kind"], event.actor["role"]) == ("rule", "firmada por Carmen Ortiz")


def test_a_revoked_rule_informs_nothing(carmen: Member, source: Source, now: datetime) -> None:
    actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    actions.revoke_rule(source=source, by=carmen, now=now)
    assert found(source, now=now + LATER).state == NewsState.CANDIDATE


@pytest.mark.parametrize(("days", "state"), [(1, NewsState.INFORMED), (3, NewsState.CANDIDATE)])
def test_a_rule_does_not_inform_items_published_long_before_it(
    carmen: Member, source: Source, now: datetime, days: int, state: str
) -> None:
    actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    assert read(source, item(published_at=now - timedelta(days=days))).found[0].state == state


def test_a_rule_does_not_inform_undated_items_of_a_first_reading(carmen: Member, source: Source, now: datetime) -> None:
    actions.sign_rule(source=source, reason="Todo es oficial.", by=carmen, now=now)
    assert read(source, item(published_at=None)).found[0].state == NewsState.CANDIDATE
    assert read(source, item(f"{SITE}/2", published_at=None), now=now + LATER).found[0].state == NewsState.INFORMED


def test_a_large_first_reading_enqueues_a_limited_number_of_pages(source: Source) -> None:
    items = [item(f"{SITE}/{number}") for number in range(45)]
    assert len(read(source, *items).found) == 45
    assert len(jobs("newsroom.read_page")) == 30


@pytest.mark.procedure("P-1")
def test_a_problem_is_stored_until_the_source_is_read(source: Source, now: datetime) -> None:
    actions.save_source_problem(source=source, reason="No es RSS ni Atom.", now=now)
    source.refresh_from_db()
    assert (source.problem, source.failures, source.next_check_at) == (
        "No es RSS ni Atom.",
        1,
        now + timedelta(minutes=10),
    )
    for _ in range(9):
        actions.save_source_problem(source=source, reason="Sigue igual.", now=now)
    source.refresh_from_db()
    assert source.next_check_at == now + timedelta(hours=6)
    read(source, now=now + LATER)
    source.refresh_from_db()
    assert (source.problem, source.failures, source.checked_at) == ("", 0, now + LATER)
    verbs_kept = list(
        Event.objects.filter(event_type__startswith="source.").order_by("id").values_list("event_type", flat=True)
    )
    assert verbs_kept == ["source.registered", "source.failing", "source.recovered"]


@pytest.mark.procedure("P-1")
def test_the_administrators_of_sources_are_notified_once_when_one_fails(
    source: Source, carmen: Member, now: datetime
) -> None:
    def told() -> list[str]:
        return [task.title for task in today_of(carmen, now=now).tasks]

    actions.save_source_problem(source=source, reason="No responde.", now=now)
    assert told() == []  # one failure is not notified
    for _ in range(3):
        actions.save_source_problem(source=source, reason="No es RSS ni Atom.", now=now)
    assert told() == ["No se puede leer «RSS de la sede»"]
    (task,) = today_of(carmen, now=now).tasks
    assert (task.path, task.why) == (
        f"/noticias/fuentes/#fuente-{source.pk}",
        "No es RSS ni Atom. Mientras tanto, las noticias se informan por su enlace.",
    )
    read(source, now=now + LATER)
    assert told() == []


def test_the_news_of_two_entities_are_separate(source: Source, other_entity: Entity, dario: Member) -> None:
    found(source)
    assert list(queries.news_of(other_entity, NewsState.CANDIDATE)) == []
    assert queries.counts_by_state(other_entity)[NewsState.CANDIDATE] == 0


def test_the_database_accepts_one_row_for_each_key(source: Source, now: datetime) -> None:
    news = found(source)
    with pytest.raises(IntegrityError, match="news_once"):
        News.objects.create(entity=news.entity, key=news.key, address=news.address, title="Doble", found_at=now)


def test_save_reading_makes_few_queries_for_many_known_items(
    source: Source, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    items = [item(f"{SITE}/{number}") for number in range(60)]
    read(source, *items)
    with django_assert_max_num_queries(10):
        assert read(source, *items, now=now + LATER).unchanged == 60


def test_a_webhook_source_is_never_due(luis: Member, now: datetime) -> None:
    register(luis, WEBHOOK)
    assert queries.sources_due(now=now + LATER) == []
