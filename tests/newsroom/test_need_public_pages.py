"""The pages where an area asks without an account, and reads the answer (M-1)."""

from datetime import datetime

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pregonero.newsroom.need_models import Need, NeedFile, NeedState
from pregonero.newsroom.needs.actions import decide_need
from pregonero.newsroom.needs.rules import MOST_BYTES
from pregonero.people.models import Entity, Member
from pregonero.public import request_limits
from tests.newsroom.test_needs import FORM

pytestmark = pytest.mark.procedure("M-1")


@pytest.fixture(autouse=True)
def _many_requests(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one address ask as often as the tests need; the test of the limit sets its own."""
    monkeypatch.setitem(request_limits.RATES, "ask_need", "1000/1m/key")
    cache.clear()


def ask_path(entity: Entity) -> str:
    return reverse("public:ask_need", args=[entity.slug])


def test_an_area_asks_without_an_account_and_reads_the_answer_at_its_address(
    client: Client, entity: Entity, other_entity: Entity, ana: Member, now: datetime
) -> None:
    assert "Pedir que se cuente" in client.get(ask_path(entity)).content.decode()
    sent = client.post(ask_path(entity), FORM)
    assert sent.status_code == 303
    address = sent.headers["Location"]
    page = client.get(address)
    assert "todavía no ha decidido" in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex"

    need = Need.objects.get()
    decide_need(
        need=need,
        state=NeedState.DECLINED,
        answer="Ya se contó en mayo.",
        look_again_on=None,
        by=ana,
        now=timezone.now(),
    )
    told = client.get(address).content.decode()
    assert "Ya se contó en mayo." in told
    assert need.contact not in told
    assert client.get(reverse("public:asked_need", args=[other_entity.slug, need.code])).status_code == 404
    assert client.get(reverse("public:asked_need", args=[entity.slug, need.code[:-1]])).status_code == 404


def test_what_lacks_something_is_said_and_nothing_is_lost(client: Client, entity: Entity) -> None:
    response = client.post(ask_path(entity), FORM | {"why": "", "wanted_on": "mañana"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Escribe por qué le interesa a la gente." in page
    assert "Escribe una fecha, como 2026-12-01." in page
    assert FORM["what"] in page
    assert not Need.objects.exists()


def test_one_address_that_asks_too_often_waits_and_keeps_its_words(
    client: Client, entity: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(request_limits.RATES, "ask_need", "1/1m/key")
    client.post(ask_path(entity), FORM)
    second = client.post(ask_path(entity), FORM | {"title": "Otra feria"})

    assert (second.status_code, second.headers["Retry-After"]) == (429, "300")
    assert "Otra feria" in second.content.decode()
    assert Need.objects.count() == 1


def test_files_too_large_are_refused_before_they_are_read(client: Client, entity: Entity) -> None:
    large = SimpleUploadedFile("video.mov", b"\0" * (MOST_BYTES + 1))
    refused = client.post(ask_path(entity), FORM | {"attachments": large})
    assert (refused.status_code, "pesa más de 10 MB" in refused.content.decode()) == (422, True)
    unread = client.generic(
        "POST",
        ask_path(entity),
        b"",
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": "9" * 9},
    )
    assert (unread.status_code, "No se recibió nada" in unread.content.decode()) == (413, True)
    for length in ("-1", "²", "x", "1e9"):
        strange = client.generic("POST", ask_path(entity), b"", headers={"Content-Length": length})
        assert strange.status_code == 422
    assert not Need.objects.exists()


def test_the_field_that_only_programs_fill_in_is_refused(client: Client, entity: Entity) -> None:
    refused = client.post(ask_path(entity), FORM | {"website": "https://compre.example"})
    assert (refused.status_code, "Deja vacío ese campo" in refused.content.decode()) == (422, True)
    assert not Need.objects.exists()


def test_many_addresses_together_have_a_limit_of_a_day_in_each_entity(
    client: Client, entity: Entity, other_entity: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(request_limits.RATES, "needs_of_entity", "1/d/key")
    client.post(ask_path(entity), FORM, REMOTE_ADDR="192.0.2.1")
    assert client.post(ask_path(entity), FORM | {"why": ""}, REMOTE_ADDR="192.0.2.2").status_code == 422
    full = client.post(ask_path(entity), FORM | {"title": "Otra feria"}, REMOTE_ADDR="192.0.2.2")
    assert (full.status_code, "Hoy no se reciben más" in full.content.decode()) == (429, True)
    assert "Otra feria" in full.content.decode()
    assert client.post(ask_path(other_entity), FORM, REMOTE_ADDR="192.0.2.2").status_code == 303
    assert Need.objects.count() == 2


def test_name_of_a_file_says_what_is_seen_and_the_asker_sees_that_it_arrived(client: Client, entity: Entity) -> None:
    turned = SimpleUploadedFile("factura\u202efdp.exe", b"MZ")
    sent = client.post(ask_path(entity), FORM | {"attachments": turned})
    assert NeedFile.objects.get().name == "facturafdp.exe"
    page = " ".join(client.get(sent.headers["Location"]).content.decode().split())
    assert "Con 1 archivo: facturafdp.exe." in page


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.fixed_dictionaries({name: st.text(max_size=300) for name in (*FORM, "wanted_on")}))
def test_any_text_gets_an_answer(client: Client, entity: Entity, data: dict[str, str]) -> None:
    assert client.post(ask_path(entity), data).status_code in (303, 422)
