"""How far behind each account is, on the page and in `doctor`, and what a polling-only installation loses (Q-1)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.health.runner import Level
from pregonero.inbox.actions.arrivals import open_streams, save_stream_problem
from pregonero.inbox.actions.live import save_live_closed, save_live_open
from pregonero.inbox.health_checks import check_notices, check_reading
from pregonero.inbox.models import Stream
from pregonero.inbox.reading_state import POLLING_ONLY, list_readings
from pregonero.networks.actions.register import register_account, save_application
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.inbox.conftest import Write, account_of, post_at, read_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-1")


@pytest.fixture
def x(lab: Lab, carmen: Member, settings: Settings) -> Account:
    account = account_of(lab, "x", carmen, settings)
    open_streams(accounts=[account], now=timezone.now())
    Stream.objects.exclude(name="mentions").delete()
    return account


def sentences(member: Member) -> list[str]:
    return [reading.sentence for reading in list_readings(member.entity, now=timezone.now())]


def test_what_was_read_on_time_says_how_it_arrives_and_what_is_behind_comes_first(
    x: Account, page: Account, carmen: Member
) -> None:
    open_streams(accounts=[page], now=timezone.now())
    Stream.objects.filter(account=page).exclude(name="comments").delete()
    Stream.objects.filter(account=x).update(read_at=timezone.now())
    Stream.objects.filter(account=page).update(read_at=timezone.now() - timedelta(minutes=11))

    assert sentences(carmen) == [
        "Comentarios: está atrasada. Se consulta cada minuto.",
        "Menciones y respuestas: Se consulta cada 2 minutos.",
    ]
    result = check_reading(carmen.entity_id)
    assert result.level == Level.REVIEW and str(page) in result.details[0].text


def test_an_open_stream_says_that_it_arrives_at_once_and_a_fallen_one_why_not(x: Account, carmen: Member) -> None:
    now = timezone.now()
    Stream.objects.update(read_at=now)
    application = save_application(network="x", server="", client_id="i", secret="s", by=carmen, now=now)
    save_live_open(application=application, now=now)
    assert sentences(carmen) == ["Menciones y respuestas: Llega al momento, y además se consulta."]
    assert "Se consulta cada" in list_readings(carmen.entity, now=now + timedelta(minutes=2))[0].how

    save_live_closed(application=application, reason="Se cortó la conexión con X.", wait_seconds=5, now=now)
    assert sentences(carmen) == ["Menciones y respuestas: Se consulta: Se cortó la conexión con X."]
    assert Stream.objects.get().next_read_at <= timezone.now()


def test_a_list_that_its_network_refuses_says_why_in_doctor(x: Account, carmen: Member) -> None:
    def refuse() -> None:
        save_stream_problem(
            stream=Stream.objects.get(), reason="X pide esperar.", wait_seconds=None, now=timezone.now()
        )

    refuse()
    assert check_reading(None).ok  # it is read again by itself within seconds
    refuse()
    assert "X pide esperar." in check_reading(None).details[0].why
    assert sentences(carmen) == ["Menciones y respuestas: X pide esperar."]


def test_without_a_public_address_it_works_and_says_what_it_loses_on_the_page_and_in_doctor(
    lab: Lab, page: Account, carmen: Member, write: Write, settings: Settings, client: Client
) -> None:
    settings.PUBLIC_ADDRESS, settings.PRIVATE_ADDRESSES_ALLOWED = "http://127.0.0.1:8800", []
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta cuándo?")
    (conversation,) = read_all(page)
    client.force_login(carmen.user)

    shown = client.get("/conversacion/").content.decode()

    result = check_notices(None)
    assert str(conversation.contact) in shown and POLLING_ONLY in shown
    assert result.ok and result.sentence == POLLING_ONLY and len(result.details) == 3
    assert all(detail.text in shown for detail in result.details)
    settings.PUBLIC_ADDRESS = "https://redes.mincit.gov.co"
    assert POLLING_ONLY not in client.get("/conversacion/").content.decode()
    assert check_notices(None).details == ()


def test_the_page_says_what_a_network_never_gives(page: Account, carmen: Member) -> None:
    browser, sentence = Client(), "Los mensajes privados de Bluesky van por otro servicio y no llegan aquí"
    browser.force_login(carmen.user)
    assert sentence not in browser.get("/conversacion/").content.decode()
    register_account(
        entity=carmen.entity,
        network="bluesky",
        handle="mincit.bsky.social",
        remote_id="did:plc:mincit",
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=carmen,
        now=timezone.now(),
    )
    assert sentence in browser.get("/conversacion/").content.decode()
