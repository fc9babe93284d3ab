"""Another hour for what has not gone out, asked from its card in the calendar."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.models import Publication
from tests.publishing.test_states import put
from tests.publishing.test_views import signed_in
from tests.stage import deliveries_in, programmed

pytestmark = [pytest.mark.procedure("P-2"), pytest.mark.usefixtures("accounts")]
ALL = {"Abrir", "Editar", "Cambiar la hora", "Duplicar", "Pausar…", "Cancelar…"}


@pytest.fixture
def noon() -> datetime:
    """Noon in Bogotá of a day that is coming, whatever the hour that it is now."""
    coming = timezone.localtime() + timedelta(days=2)
    return coming.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def publication(news: News, beto: Member, noon: datetime) -> Publication:
    return programmed(news, beto, timezone.now(), due_at=noon)


def day_seen(member: Member, noon: datetime) -> str:
    return signed_in(member).get(f"/parrilla/{noon:%Y-%m-%d}/").content.decode()


def acts_seen(member: Member, noon: datetime) -> set[str]:
    """Return the acts that the menu of the day's only card offers."""
    page = day_seen(member, noon)
    page = page[page.index("<main") : page.index("</main>")]  # the frame has menus of its own
    assert page.count('class="menu-list"') == 1
    menu = page[page.index('class="menu-list"') : page.index("</details>", page.index('class="menu-list"'))]
    return {words.strip() for words in re.findall(r">([^<>]+)</(?:a|button)>", menu)}


def move(member: Member, publication: Publication, day: datetime, hour: str, back: str = "") -> Any:
    path, data = f"/publicaciones/{publication.pk}/hora/", {"day": f"{day:%Y-%m-%d}", "hour": hour, "volver": back}
    return signed_in(member).post(path, data)


def test_a_publication_is_moved_to_any_day_on_all_its_accounts(
    publication: Publication, beto: Member, noon: datetime
) -> None:
    path = f"/publicaciones/{publication.pk}/hora/"
    assert day_seen(beto, noon).count(f'href="{path}') == 1  # once, though it goes out on four accounts
    asked = signed_in(beto).get(path).content.decode()
    assert f'name="day" value="{noon:%Y-%m-%d}"' in asked
    assert 'name="hour" value="12:00"' in asked
    later = noon.replace(hour=15, minute=30) + timedelta(days=3)
    response = move(beto, publication, later, "15:30")
    assert response["Location"] == f"/parrilla/{later:%Y-%m-%d}/"
    publication.refresh_from_db()
    assert publication.due_at == later
    assert set(deliveries_in(publication).values_list("due_at", flat=True)) == {later}
    assert response.client.get(response["Location"]).content.decode().count("a las 15:30") == 1


@pytest.mark.parametrize(
    ("back", "where"),
    [
        ("/parrilla/2026-11-24/semana/?red=x", "/parrilla/2026-11-24/semana/?red=x"),
        ("https://otra.example/parrilla/", ""),
        ("//otra.example/parrilla/", ""),
        ("/cuenta/logout/", ""),
    ],
)
def test_moving_goes_back_to_the_view_where_it_was_asked(
    publication: Publication, beto: Member, noon: datetime, back: str, where: str
) -> None:
    response = move(beto, publication, noon, "15:30", back)
    assert response["Location"] == (where or f"/parrilla/{noon:%Y-%m-%d}/")


def test_an_hour_that_cannot_be_says_why_and_changes_nothing(
    publication: Publication, beto: Member, noon: datetime
) -> None:
    for day, hour, why in (
        (noon - timedelta(days=9), "08:00", "Esa hora ya pasó"),
        (noon, "mediodía", "Escríbela como 14:30"),
        (noon + timedelta(days=2000), "08:00", "demasiado lejos"),
    ):
        response = move(beto, publication, day, hour)
        assert response.status_code == 422
        page = response.content.decode()
        assert why in page
        assert f'name="hour" value="{hour}"' in page
    publication.refresh_from_db()
    assert publication.due_at == noon


def test_what_is_out_or_on_its_way_is_not_moved(
    publication: Publication, beto: Member, noon: datetime, accounts: dict[str, Account]
) -> None:
    path = f"/publicaciones/{publication.pk}/hora/"
    put(deliveries_in(publication).get(account=accounts["x"]), DeliveryState.SENDING)
    assert path not in day_seen(beto, noon)
    refused = move(beto, publication, noon, "15:30")
    assert refused.status_code == 409
    assert "Se está enviando en este momento" in refused.content.decode()
    for delivery in deliveries_in(publication).all():
        put(delivery, DeliveryState.PUBLISHED)
    assert acts_seen(beto, noon) == {"Abrir", "Duplicar"}


def test_the_menu_offers_only_what_can_be_done(
    publication: Publication, beto: Member, ana: Member, luis: Member, noon: datetime
) -> None:
    assert acts_seen(beto, noon) == ALL
    assert acts_seen(luis, noon) == {"Abrir"}
    actions.pause_publication(publication=publication, reason="Se revisa.", by=ana, now=timezone.now())
    assert acts_seen(beto, noon) == ALL - {"Pausar…"} | {"Reanudar"}
    actions.cancel_publication(publication=publication, reason="Cambió la cifra.", by=ana, now=timezone.now())
    assert {"Duplicar"} <= acts_seen(beto, noon) <= {"Abrir", "Duplicar", "Reanudar"}


def test_whoever_may_not_program_cannot_move(publication: Publication, luis: Member, noon: datetime) -> None:
    assert move(luis, publication, noon, "15:30").status_code == 403
    assert signed_in(luis).get(f"/publicaciones/{publication.pk}/hora/").status_code == 403
    publication.refresh_from_db()
    assert publication.due_at == noon
