"""Another hour for what has not gone out, from its card in the day's programme."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from tests.publishing.test_states import put
from tests.stage import programmed

pytestmark = [pytest.mark.procedure("P-2"), pytest.mark.usefixtures("accounts")]


@pytest.fixture
def noon() -> datetime:
    """Noon in Bogotá of a day that is coming, whatever the hour that it is now."""
    coming = timezone.localtime() + timedelta(days=2)
    return coming.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def publication(news: News, beto: Member, noon: datetime) -> Publication:
    return programmed(news, beto, timezone.now(), due_at=noon)


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def day_seen(member: Member, noon: datetime) -> str:
    return client_of(member).get(f"/parrilla/{noon:%Y-%m-%d}/").content.decode()


def move(member: Member, publication: Publication, day: datetime, hour: str) -> str:
    path, data = f"/publicaciones/{publication.pk}/hora/", {"day": f"{day:%Y-%m-%d}", "hour": hour}
    return client_of(member).post(path, data, follow=True).content.decode()


def test_a_publication_is_moved_from_its_card_on_all_its_accounts(
    publication: Publication, beto: Member, noon: datetime
) -> None:
    page = day_seen(beto, noon)
    assert page.count(f"/publicaciones/{publication.pk}/hora/") == 1  # once, though it goes out on four accounts
    said = move(beto, publication, noon, "15:30")
    assert "lo que falta por salir sale a las 15:30" in said
    publication.refresh_from_db()
    later = noon.replace(hour=15, minute=30)
    assert publication.due_at == later
    assert set(Delivery.objects.filter(subject_id=publication.pk).values_list("due_at", flat=True)) == {later}


def test_an_hour_that_cannot_be_says_why_and_changes_nothing(
    publication: Publication, beto: Member, noon: datetime
) -> None:
    for day, hour, why in ((noon - timedelta(days=9), "08:00", "ya pasó"), (noon, "mediodía", "no se movió")):
        said = move(beto, publication, day, hour)
        assert "no se movió" in said
        assert why in said
    publication.refresh_from_db()
    assert publication.due_at == noon


def test_what_is_out_or_on_its_way_is_not_moved(
    publication: Publication, beto: Member, noon: datetime, accounts: dict[str, Account]
) -> None:
    path = f"/publicaciones/{publication.pk}/hora/"
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]), DeliveryState.SENDING)
    assert path not in day_seen(beto, noon)
    assert "Se está enviando en este momento" in move(beto, publication, noon, "15:30")
    for delivery in Delivery.objects.filter(subject_id=publication.pk).all():
        put(delivery, DeliveryState.PUBLISHED)
    assert path not in day_seen(beto, noon)


def test_whoever_may_not_program_has_no_such_button(publication: Publication, luis: Member, noon: datetime) -> None:
    assert "Cambiar la hora" not in day_seen(luis, noon)
    data = {"day": f"{noon:%Y-%m-%d}", "hour": "15:30"}
    assert client_of(luis).post(f"/publicaciones/{publication.pk}/hora/", data).status_code == 403
    publication.refresh_from_db()
    assert publication.due_at == noon
