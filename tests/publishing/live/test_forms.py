"""The forms of live events take any text without an error page, and what they refuse is said (P-7)."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.publishing.live.live_models import Broadcast, LiveEvent, PreflightCheck, PreflightItem
from tests.publishing.live.events import check, planned, ready

pytestmark = pytest.mark.procedure("P-7")
Accounts = dict[str, Account]
TEXT = st.text(max_size=30) | st.sampled_from(["", "0001-01-01T00:00", "9999-12-31T23:59", "\x00", "٢", "9" * 5000])
FORMS = {
    "plan_live": ("title", "source", "place", "day", "hour", "responsible", "accounts"),
    "change_live": ("title", "source", "place", "day", "hour", "responsible", "accounts", "revision"),
    "check_live_item": ("is_met", "seen", "observed_at"),
    "go_live": ("began_at", "address-1"),
    "note_live_incident": ("what", "done", "happened_at"),
}


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def capture(color: str = "#e5ecf8") -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (640, 360), color).save(file, "PNG")
    return SimpleUploadedFile("casilla.png", file.getvalue(), "image/png")


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_text_breaks_a_form(name: str, accounts: Accounts, beto: Member, data: st.DataObject) -> None:
    event = LiveEvent.objects.first() or ready(beto, accounts, timezone.now() - timedelta(minutes=1))
    arguments = {"plan_live": [], "check_live_item": [event.pk, "ACCESS", 0]}.get(name, [event.pk])
    form = {field: data.draw(TEXT) for field in FORMS[name]}
    response = signed_in(beto).post(reverse(f"publishing:{name}", args=arguments), form)
    assert response.status_code in {302, 422}


def test_a_capture_is_stored_with_who_and_when_and_another_file_is_refused(
    accounts: Accounts, beto: Member, media_folder: Path
) -> None:
    now = timezone.now()
    event, client = planned(beto, [accounts["youtube"]], now), signed_in(beto)
    path = reverse("publishing:check_live_item", args=[event.pk, "CHAT_HELD", accounts["youtube"].pk])
    form = {"is_met": "si", "seen": "Marcada.", "observed_at": f"{timezone.localtime(now):%Y-%m-%dT%H:%M}"}
    program = SimpleUploadedFile("casilla.png", b"MZ\x90\x00", "image/png")
    for files in ({}, {"capture": program}):
        refused = client.post(path, form | files)
        assert refused.status_code == 422 and not PreflightCheck.objects.exists()
    assert client.post(path, form | {"capture": capture()}).status_code == 302

    made = PreflightCheck.objects.get()
    assert made.medium and (made.by, made.seen, made.medium.mime) == (beto, "Marcada.", "image/png")
    assert client.get(reverse("publishing:check_live_item", args=[event.pk, "OTRO", 0])).status_code == 404
    x = accounts["x"].pk
    assert client.get(reverse("publishing:check_live_item", args=[event.pk, "CHAT_HELD", x])).status_code == 404


def test_the_refusal_names_what_is_missing_and_the_wrong_address_stands_by_its_field(
    accounts: Accounts, beto: Member
) -> None:
    now = timezone.now() - timedelta(minutes=2)
    event, client = planned(beto, [accounts["facebook"]], now), signed_in(beto)
    refused = client.post(reverse("publishing:close_live_list", args=[event.pk]))
    assert refused.status_code == 409 and "Subtítulos o lengua de señas" in refused.content.decode()
    check(event, PreflightItem.ACCESS, beto, now, seen="Hay.")
    client.post(reverse("publishing:close_live_list", args=[event.pk]))
    field = f"address-{accounts['facebook'].pk}"
    form = {"began_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", field: "https://example.org/vivo"}
    wrong = client.post(reverse("publishing:go_live", args=[event.pk]), form)

    assert wrong.status_code == 422 and f'id="id_{field}_error"' in wrong.content.decode()
    assert not Broadcast.objects.exclude(address="").exists()
