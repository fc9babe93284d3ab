"""«Usar la próxima hora libre» and «Publicar ya»: acts with their own addresses (issue 11, item 4; P-2)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-2")]
BOGOTA = ZoneInfo("America/Bogota")
MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=BOGOTA)
EVENING = datetime(2026, 11, 24, 19, 12, tzinfo=BOGOTA)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def act(publication: Publication, by: Member, name: str, **changes: str) -> int:
    return signed_in(by).post(f"/publicaciones/{publication.pk}/{name}/", sent(publication, **changes)).status_code


def due(publication: Publication) -> datetime:
    publication.refresh_from_db()
    assert publication.due_at is not None
    return publication.due_at.astimezone(BOGOTA)


def test_publish_now_is_due_this_minute_on_every_account(
    news: News, beto: Member, clock: Callable[[datetime], None]
) -> None:
    clock(MORNING)
    publication = drafted(news, beto, MORNING)
    assert act(publication, beto, "publicacion", hour="cualquiera") == 302
    assert due(publication) == MORNING
    assert Delivery.objects.filter(subject_id=publication.pk, due_at=MORNING).count() == 4


@pytest.mark.parametrize(("now", "expected"), [(MORNING, "24 11:00"), (EVENING, "25 08:00")])
def test_next_free_hour_is_the_first_of_today_or_tomorrow(
    news: News, beto: Member, clock: Callable[[datetime], None], now: datetime, expected: str
) -> None:
    clock(now)
    publication = drafted(news, beto, now)
    assert act(publication, beto, "hora-libre") == 302
    assert f"{due(publication):%d %H:%M}" == expected


def test_next_free_hour_skips_those_of_its_accounts(
    news: News, beto: Member, clock: Callable[[datetime], None]
) -> None:
    clock(MORNING)
    programmed(news, beto, MORNING, due_at=MORNING.replace(hour=11, minute=20))
    publication = drafted(news, beto, MORNING)
    assert act(publication, beto, "hora-libre") == 302
    assert f"{due(publication):%d %H:%M}" == "24 12:00"


def test_next_free_hour_moves_what_is_scheduled(news: News, beto: Member, clock: Callable[[datetime], None]) -> None:
    clock(MORNING)
    publication = programmed(news, beto, MORNING, due_at=MORNING + timedelta(hours=7))
    assert act(publication, beto, "hora-libre") == 302
    assert f"{due(publication):%d %H:%M}" == "24 11:00"


@pytest.mark.parametrize("name", ["publicacion", "hora-libre"])
def test_what_is_missing_prevents_it_and_the_texts_are_saved(
    news: News, beto: Member, accounts: dict[str, Account], name: str
) -> None:
    publication = drafted(news, beto, timezone.now())
    field = f"red{accounts['x'].pk}-text"
    assert act(publication, beto, name, why="", **{field: "Lo nuevo"}) == 422
    publication.refresh_from_db()
    assert publication.state == "DRAFT"
    assert publication.adaptations.get(account=accounts["x"]).text == "Lo nuevo"


@pytest.mark.parametrize("name", ["publicacion", "hora-libre"])
def test_only_who_may_schedule(news: News, beto: Member, luis: Member, dario: Member, name: str) -> None:
    publication = drafted(news, beto, timezone.now())
    assert act(publication, luis, name) == 403
    assert act(publication, dario, name) == 404
    publication.refresh_from_db()
    assert publication.state == "DRAFT"


def test_without_a_free_hour_it_says_to_choose_one(news: News, beto: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    publication = drafted(news, beto, timezone.now())
    monkeypatch.setattr("pregonero.publishing.queries.calendar.leaves_on_time", lambda *_, **__: False)
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/hora-libre/", sent(publication))
    assert response.status_code == 422
    assert "elige tú la hora" in response.content.decode()
