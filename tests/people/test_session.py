"""The state of the session, which an open page asks for: who is signed in, for how long, and how to go on."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from pregonero.people.models import Member

pytestmark = pytest.mark.procedure("N-6")
TWELVE_HOURS = 12 * 60 * 60


@pytest.fixture
def signed_in(ana: Member) -> Client:
    client = Client()
    client.force_login(ana.user)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=4))
    return client


def test_without_a_session_it_says_so(db: None) -> None:
    response = Client().get("/sesion/")
    assert (response.status_code, response.json()) == (401, {"user": None})


def test_with_a_session_it_says_who_and_for_how_long(signed_in: Client, ana: Member) -> None:
    response = signed_in.get("/sesion/")
    answer = response.json()
    assert answer["user"] == ana.user.pk
    assert 200 < answer["seconds"] <= 240
    assert answer["token"]
    assert "no-store" in response["Cache-Control"]


def test_looking_does_not_prolong_it_and_asking_does(signed_in: Client) -> None:
    signed_in.get("/sesion/")
    assert Session.objects.get().expire_date < timezone.now() + timedelta(minutes=5)
    assert signed_in.post("/sesion/").json()["seconds"] == TWELVE_HOURS
    assert Session.objects.get().expire_date > timezone.now() + timedelta(hours=11)


def test_page_carries_the_end_of_its_session(signed_in: Client) -> None:
    page = signed_in.get("/parrilla/").content.decode()
    seconds = int(page.partition('data-seconds="')[2].partition('"')[0])
    assert 200 < seconds <= 240


def test_page_after_signing_in_sends_back_to_the_open_tab(signed_in: Client) -> None:
    assert "vuelve a la que tenías abierta" in signed_in.get("/sesion/lista/").content.decode()
