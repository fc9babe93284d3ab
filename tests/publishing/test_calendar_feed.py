"""The calendar in another application: a personal address, revoked at will, in the format of RFC 5545 (P-2)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing.calendar_feed.icalendar import escaped, folded
from pregonero.publishing.models import CalendarFeed, Publication
from tests.publishing.test_views import signed_in
from tests.stage import programmed

pytestmark = pytest.mark.procedure("P-2")


def opened(member: Member) -> str:
    """Open an address and return its path."""
    response = signed_in(member).post("/parrilla/suscripcion/direccion/")
    address: str = response.context["address"]
    return address[address.index("/parrilla/") :]


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


@pytest.fixture
def scheduled(news: News, ana: Member, accounts: dict[str, Account]) -> Publication:
    now = timezone.now()
    publication = programmed(news, ana, now, due_at=now.replace(microsecond=0) + timedelta(hours=3))
    Publication.objects.filter(pk=publication.pk).update(title="Café, té; y\r\nBEGIN:VEVENT \\o/")
    return publication


def test_the_address_shows_what_is_scheduled_without_signing_in(scheduled: Publication, ana: Member) -> None:
    response = Client().get(opened(ana))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content.decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = unfolded(text)
    assert lines.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Café\\, té\\; y\\nBEGIN:VEVENT \\\\o/" in lines
    assert scheduled.due_at is not None
    assert f"DTSTART:{scheduled.due_at:%Y%m%dT%H%M%SZ}" in lines
    assert any(line.endswith(f"/publicaciones/{scheduled.pk}/") for line in lines if line.startswith("URL:http"))


@pytest.mark.usefixtures("scheduled")
def test_a_revoked_or_replaced_address_is_not_found(ana: Member) -> None:
    first = opened(ana)
    second = opened(ana)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    signed_in(ana).post("/parrilla/suscripcion/anulacion/")
    assert Client().get(second).status_code == 404


@pytest.mark.usefixtures("scheduled")
def test_the_address_of_who_no_longer_works_here_is_not_found(ana: Member) -> None:
    path = opened(ana)
    ana.ends_on = timezone.localdate() - timedelta(days=1)
    ana.save()
    assert Client().get(path).status_code == 404


@pytest.mark.usefixtures("scheduled")
def test_another_entity_sees_only_its_own(dario: Member) -> None:
    assert "VEVENT" not in Client().get(opened(dario)).content.decode()


def test_the_secret_is_not_stored(ana: Member, now: datetime) -> None:
    secret = opened(ana).rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 40
    assert secret not in str(CalendarFeed.objects.values().get())


@given(st.text())
def test_no_text_begins_another_property(text: str) -> None:
    line = folded(f"SUMMARY:{escaped(text)}")
    assert all(len(part.encode()) <= 75 for part in line.split("\r\n"))
    assert line.replace("\r\n ", "") == f"SUMMARY:{escaped(text)}"
    assert not {"\r", "\n"} & set(escaped(text))
