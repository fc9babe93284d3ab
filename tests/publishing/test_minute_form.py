"""The hour that the editor suggests, and an hour that is refused: the texts are saved and the page says where."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing.calendar import SHORTEST_NOTICE, next_quarter
from pregonero.publishing.models import Publication
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-2")]
BOGOTA = ZoneInfo("America/Bogota")
LATE = datetime(2026, 11, 24, 19, 12, 40, tzinfo=BOGOTA)  # after the last hour that the calendar proposes
BEFORE_MIDNIGHT = datetime(2026, 11, 24, 23, 58, tzinfo=BOGOTA)
EARLIEST, LATEST = datetime(2020, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001  the strategy adds the zone
MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=BOGOTA)


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def suggested(publication: Publication, by: Member, hour: str = "") -> str:
    query = {"hora": hour} if hour else {}
    page = signed_in(by).get(f"/publicaciones/{publication.pk}/editor/", query).content.decode()
    values = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("day", "hour")}
    assert all(values.values())
    return " ".join(match[1] for match in values.values() if match)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@given(st.datetimes(EARLIEST, LATEST, timezones=st.just(BOGOTA)))
def test_next_quarter_is_soon_and_not_past_while_somebody_writes(now: datetime) -> None:
    quarter = next_quarter(now)
    assert quarter.minute % 15 == quarter.second == quarter.microsecond == 0
    assert SHORTEST_NOTICE <= quarter - now < SHORTEST_NOTICE + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(LATE, "2026-11-24 19:30"), (BEFORE_MIDNIGHT, "2026-11-25 00:15"), (MORNING, "2026-11-24 11:00")],
)
def test_suggested_hour_is_the_proposed_gap_or_the_next_quarter(
    news: News, beto: Member, monkeypatch: pytest.MonkeyPatch, now: datetime, expected: str
) -> None:
    at(monkeypatch, now)
    assert suggested(drafted(news, beto, now), beto) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("16:30", "2026-11-24 16:30"),
        ("2026-11-24T16:30", "2026-11-24 16:30"),
        ("2026-12-01T09:00", "2026-12-01 09:00"),
        ("09:00", "2026-11-24 11:00"),
        ("2026-11-23T16:30", "2026-11-24 11:00"),
        ("9999-12-31T23:59", "2026-11-24 11:00"),
        ("0001-01-01T00:00", "2026-11-24 11:00"),
        ("mañana", "2026-11-24 11:00"),
        ("25:00", "2026-11-24 11:00"),
        ("T", "2026-11-24 11:00"),
    ],
)
def test_asked_hour_counts_only_if_it_can_be_used(
    news: News, beto: Member, monkeypatch: pytest.MonkeyPatch, asked: str, expected: str
) -> None:
    at(monkeypatch, MORNING)
    assert suggested(drafted(news, beto, MORNING), beto, asked) == expected


def test_minute_of_a_scheduled_publication_stays_until_it_passes(
    news: News, beto: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, MORNING)
    publication = programmed(news, beto, MORNING, due_at=MORNING + timedelta(minutes=48))
    assert suggested(publication, beto) == "2026-11-24 11:00"
    at(monkeypatch, MORNING + timedelta(hours=10))
    assert suggested(publication, beto) == "2026-11-24 20:30"


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize(
    ("fault", "target", "words"),
    [
        ({"day": "2026-01-05", "hour": "08:00"}, "id_hour", "Esa hora ya pasó: elige de las"),
        ({"day": "2999-01-05"}, "id_hour", "demasiado lejos"),
        ({"hour": ""}, "id_hour", "Hora: "),
        ({"day": "ayer"}, "id_day", "Sale el: "),
    ],
)
def test_refused_hour_saves_the_texts_and_links_to_its_field(
    publication: Publication,
    beto: Member,
    accounts: dict[str, Account],
    fault: dict[str, str],
    target: str,
    words: str,
) -> None:
    name = f"red{accounts['x'].pk}-text"
    data = sent(publication, **{name: f"Lo nuevo {publication.link}", **fault})
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/programacion/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert publication.adaptations.get(account=accounts["x"]).text == f"Lo nuevo {publication.link}"
    assert "corrige la hora; tus textos quedaron guardados" in page
    assert f'data-focus="{target}"' in page
    assert re.search(rf'<a href="#{target}">[^<]*{words}', page)
    assert f'id="{target}"' in page
    for field, value in fault.items():
        assert f'name="{field}" value="{value}"' in page or not value


def test_saving_again_after_a_refused_hour_is_no_conflict(publication: Publication, beto: Member) -> None:
    client, path = signed_in(beto), f"/publicaciones/{publication.pk}/programacion/"
    page = client.post(path, sent(publication, day="2026-01-05")).content.decode()
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    assert client.post(path, sent(publication, revision=revision[1])).status_code == 302


@pytest.mark.procedure("N-6")
def test_everything_that_is_missing_links_to_where_it_is_fixed(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    x = publication.adaptations.get(account=accounts["x"])
    same = publication.adaptations.get(account=accounts["instagram"]).media[0]
    video = publication.adaptations.get(account=accounts["youtube"]).media[0]
    data: dict[str, Any] = sent(publication, why="")
    data |= {
        f"red{x.account_id}-text": "a" * 281,
        f"red{x.account_id}-thread": "1",
        f"red{x.account_id}-parts": ["b" * 281],
        f"medio{x.media[0].pk}-alt": "",
        f"medio{same.pk}-alt": "",  # otherwise one takes the description of the other
        f"medio{video.pk}-captions_missing_because": "",
    }
    page = signed_in(beto).post(f"/publicaciones/{publication.pk}/programacion/", data).content.decode()
    summary = page[page.index('id="not-done"') : page.index("</ul>", page.index('id="not-done"'))]
    targets = re.findall(r'href="#([^"]+)"', summary)
    prefix = f"id_red{x.account_id}"
    assert set(targets) == {
        "id_why",
        f"{prefix}-text",
        f"{prefix}-parts-2",
        f"id_medio{x.media[0].pk}-alt",
        f"id_medio{same.pk}-alt",
        f"id_medio{video.pk}-captions_missing_because",
    }
    assert [target for target in targets if f'id="{target}"' not in page] == []


@pytest.mark.parametrize("act", ["textos", "programacion"])
def test_edit_that_leaves_a_scheduled_publication_unready_keeps_what_was_written(
    news: News, beto: Member, accounts: dict[str, Account], act: str
) -> None:
    publication = programmed(news, beto, timezone.now(), due_at=timezone.now() + timedelta(hours=1))
    name = f"red{accounts['x'].pk}-text"
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/{act}/", sent(publication, **{name: "a" * 281}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "a" * 281 in page
    assert "lo que escribiste sigue aquí" in page
    assert publication.adaptations.get(account=accounts["x"]).text != "a" * 281


def test_cancelled_meanwhile_keeps_what_was_written_on_the_page(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    Publication.objects.filter(pk=publication.pk).update(state="CANCELLED")
    data = sent(publication, **{f"red{accounts['x'].pk}-text": "Lo que se estaba escribiendo"})
    page = signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", data).content.decode()
    assert "Esta publicación está cancelada" in page
    assert "Lo que se estaba escribiendo" in page
