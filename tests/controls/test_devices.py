"""Device reviews: lists of Google, X and Instagram, what seems strange and why, and what each decision leads to."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.controls import queries
from pregonero.controls.actions import checks
from pregonero.controls.actions.devices import (
    ReviewDraft,
    add_known_access,
    record_device_review,
    remove_known_access,
)
from pregonero.controls.device_list import Device, read_devices
from pregonero.controls.device_moments import read_moment
from pregonero.controls.device_rules import known_use, why_strange
from pregonero.controls.models import Check, Control, DeviceSeen, Incident, KnownAccess, KnownKind
from pregonero.controls.states import EvidenceKind, IncidentKind, Result
from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.conftest import NOW
from tests.controls.test_register import seen

pytestmark = pytest.mark.procedure("YT-2", "X-2", "IG-2")

# What each page gives when it is selected and copied, in the order of its parts.
GOOGLE = """Tus dispositivos
Iniciaste sesión en estos dispositivos en los últimos 28 días
Windows
2 sesiones en computadoras con Windows
Windows
Bogotá, Colombia
Sesión actual
Chrome
Windows
Cúcuta, Norte de Santander, Colombia
Hace 2 horas
Firefox
iPhone 13
Medellín, Antioquia, Colombia
21 nov
Google, Chrome
¿No reconoces algún dispositivo?
Más información
"""
X_ENGLISH = """Sessions
Current active session
Chrome on Windows
Bogotá, Colombia · Active now
Log out of other sessions
X for Android
Caracas, Venezuela · 3 hours ago
Safari on Mac
Bogotá, Colombia · Nov 20, 2026
"""
INSTAGRAM = """Dónde has iniciado sesión
Instagram
Bogotá, Distrito Capital, Colombia · Activo ahora
Samsung Galaxy S21 · Este dispositivo
Otros inicios de sesión
Quito, Pichincha, Ecuador · 24 de noviembre, 3:12 a. m.
Chrome, Linux
Seleccionar dispositivos para cerrar sesión
"""
TYPED = "Windows; Bogotá; 2026-11-24 08:30\niPhone 13; Cali; ayer a las 9:15 p. m."


def shown(text: str, now: datetime = NOW) -> list[tuple[str, str, str]]:
    """Return the devices of a list, with the moment as Colombia's clock says it."""
    found = read_devices(text, now=now).devices
    return [(one.kind, one.place, f"{timezone.localtime(one.moment.at):%m-%d %H:%M}") for one in found if one.moment]


@pytest.mark.parametrize(
    ("text", "devices"),
    [
        (
            GOOGLE,
            [
                ("Windows, Chrome", "Bogotá, Colombia", "11-24 09:00"),
                ("Windows, Firefox", "Cúcuta, Norte de Santander, Colombia", "11-24 07:00"),
                ("iPhone 13, Google, Chrome", "Medellín, Antioquia, Colombia", "11-21 00:00"),
            ],
        ),
        (
            X_ENGLISH,
            [
                ("Chrome on Windows", "Bogotá, Colombia", "11-24 09:00"),
                ("X for Android", "Caracas, Venezuela", "11-24 06:00"),
                ("Safari on Mac", "Bogotá, Colombia", "11-20 00:00"),
            ],
        ),
        (
            INSTAGRAM,
            [
                ("Samsung Galaxy S21", "Bogotá, Distrito Capital, Colombia", "11-24 09:00"),
                ("Chrome, Linux", "Quito, Pichincha, Ecuador", "11-24 03:12"),
            ],
        ),
        (TYPED, [("Windows", "Bogotá", "11-24 08:30"), ("iPhone 13", "Cali", "11-23 21:15")]),
    ],
)
def test_the_list_of_each_page_is_read_whole(text: str, devices: list[tuple[str, str, str]]) -> None:
    assert shown(text) == devices
    assert read_devices(text, now=NOW).unread == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hace 1 hora", "2026-11-24 08:00"),
        ("hace un día", "2026-11-23 day"),
        ("an hour ago", "2026-11-24 08:00"),
        ("5 minutes ago", "2026-11-24 08:55"),
        ("ayer", "2026-11-23 day"),
        ("yesterday at 11:05 PM", "2026-11-23 23:05"),
        ("25/11/2025 03:12", "2025-11-25 03:12"),
        ("11/25/2025, 3:12 AM", "2025-11-25 03:12"),
        ("05/06/2026", "2026-06-05 day"),
        ("24 de nov. de 2026, 12:12 a. m.", "2026-11-24 00:12"),
        ("24 de nov. de 2026, 12:12 p. m.", "2026-11-24 12:12"),
        ("December 25", "2025-12-25 day"),
        ("martes, 24 de noviembre", "2026-11-24 day"),
        ("2026-02-30", None),
        ("29 feb", None),
        ("25:61", None),
        ("vor 3 Stunden", None),
        ("", None),
    ],
)
def test_moments_in_spanish_and_english(text: str, expected: str | None) -> None:
    moment = read_moment(text, now=NOW)
    if moment is None:
        assert expected is None
    else:
        local = timezone.localtime(moment.at)
        assert f"{local:%Y-%m-%d} {f'{local:%H:%M}' if moment.is_exact else 'day'}" == expected


def test_a_list_in_another_language_or_without_dates_loses_no_line_in_silence() -> None:
    german = read_devices("Windows\nBerlin, Deutschland\nVor 3 Stunden aktiv\nUnbekanntes Gerät", now=NOW)
    assert [(one.kind, one.place, one.moment) for one in german.devices] == [("Windows", "Berlin, Deutschland", None)]
    assert german.unread == ["Vor 3 Stunden aktiv", "Unbekanntes Gerät"]
    undated = read_devices("iPhone\nCali, Colombia\nAndroid\nCali, Colombia", now=NOW)
    assert [one.kind for one in undated.devices] == ["iPhone", "Android"]
    for text in ("Устройства\nКиев", "Hola", "  \n ", "Windows"):
        with pytest.raises(Refused, match="No se reconoce"):
            read_devices(text, now=NOW)


def test_five_thousand_lines_and_one_endless_line_are_refused_or_returned() -> None:
    with pytest.raises(Refused, match="más de 400 líneas"):
        read_devices("Windows · Bogotá, Colombia · ayer\n" * 5_000, now=NOW)
    with pytest.raises(Refused, match="más de 100 dispositivos"):
        read_devices("Windows · Bogotá, Colombia · ayer\n" * 200, now=NOW)
    found = read_devices("Windows · Bogotá, Colombia · ayer\n" + "a, " * 16_000 + " " * 9_000 + "b", now=NOW)
    assert (len(found.devices), len(found.unread)) == (1, 1)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        found = read_devices(text, now=NOW)
    except Refused:
        return
    assert all(device.place or device.when for device in found.devices)


@pytest.fixture
def known(carmen: Member) -> list[KnownAccess]:
    """Carmen's two devices, the city and the hours."""
    for text in ("Windows, Chrome", "Samsung Galaxy S21"):
        add_known_access(kind=KnownKind.DEVICE, text=text, by=carmen, now=NOW)
    add_known_access(kind=KnownKind.PLACE, text="Bogotá, Colombia", by=carmen, now=NOW)
    hours: dict[str, Any] = {"starts_at": time(6), "ends_at": time(22)}
    add_known_access(kind=KnownKind.HOURS, text="", by=carmen, now=NOW, **hours)
    return queries.known_access(carmen.entity)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Windows con Chrome; Bogota D.C., Colombia; hoy 8:00", ""),
        ("windows; BOGOTÁ, Bogotá, Colombia; ahora", ""),
        ("Windows · Bogotá, Texas · hoy 8:00", "«Bogotá, Texas» no es un lugar conocido."),
        ("Android; Bogotá, Colombia; hoy 8:00", "«Android» no es un dispositivo conocido."),
        ("Windows; Bogotá, Colombia; hoy 3:12", "A las 03:12 no se usa esta cuenta."),
        ("Windows; Bogotá, Colombia", "La lista no dice cuándo."),
        ("Windows; Bogotá, Colombia; 2026-11-25 08:00", "La fecha está en el futuro."),
        ("Windows; hoy 8:00", "La lista no dice desde dónde."),
        ("Windows; ubicación desconocida; hoy 8:00", "«ubicación desconocida» no es un lugar conocido."),
        ("Bogotá, Colombia; hoy 8:00", "La lista no dice qué dispositivo es."),
        ("Windows; Bogotá, Colombia; hace 2 días", ""),  # only the day is known, so the hour is not compared
    ],
)
def test_what_seems_strange_and_why(known: list[KnownAccess], line: str, why: str) -> None:
    (device,) = read_devices(line, now=NOW).devices
    assert why_strange(device, known_use(known), now=NOW) == why


def test_hours_over_midnight_and_no_known_at_all(carmen: Member) -> None:
    night = KnownAccess(kind=KnownKind.HOURS, starts_at=time(20), ends_at=time(2))
    moment = read_moment("hoy 1:00", now=NOW)
    device = Device("Windows", "Bogotá", "hoy 1:00", moment)
    assert "A las" not in why_strange(device, known_use([night]), now=NOW)
    assert "no es un dispositivo conocido" in why_strange(device, known_use([]), now=NOW)


def draft(text: str = GOOGLE, strange: tuple[bool, ...] = (False, False, False), **changes: Any) -> ReviewDraft:
    return replace(ReviewDraft(text, NOW, strange), **changes)


def test_a_review_without_strangers_is_a_check_that_is_met_with_the_list_as_evidence(
    controls: dict[str, Control], accounts: dict[str, Account], known: list[KnownAccess], ana: Member
) -> None:
    where: dict[str, Any] = {"control": controls["YT-2"], "account": accounts["youtube"], "by": ana, "now": NOW}
    check = record_device_review(**where, draft=draft())
    (piece,) = check.evidence.all()
    assert (check.result, piece.kind, piece.body) == (Result.MET, EvidenceKind.NOTE, GOOGLE)
    rows = check.devices.order_by("position")
    assert [(one.kind, bool(one.proposal), one.is_strange) for one in rows][:2] == [
        ("Windows, Chrome", False, False),
        ("Windows, Firefox", True, False),
    ]
    assert not Incident.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        DeviceSeen.objects.update(is_strange=True)


def test_one_strange_device_opens_the_incident_and_holds_the_account(
    controls: dict[str, Control], accounts: dict[str, Account], known: list[KnownAccess], ana: Member
) -> None:
    where: dict[str, Any] = {"control": controls["IG-2"], "account": accounts["instagram"], "by": ana, "now": NOW}
    record_device_review(**where, draft=draft(INSTAGRAM, (False, True)))
    incident = Incident.objects.get()
    assert incident.kind == IncidentKind.SESSION and "Quito" in incident.detail
    accounts["instagram"].refresh_from_db()
    assert accounts["instagram"].held_reason
    # A second review of the same day, also strange, is in the same incident; one without strangers does not close it.
    record_device_review(**where, draft=draft(INSTAGRAM, (True, True)))
    record_device_review(**where, draft=draft(INSTAGRAM, (False, False)))
    assert Incident.objects.get().closed_at is None


def test_what_a_review_refuses(
    controls: dict[str, Control], accounts: dict[str, Account], ana: Member, luis: Member
) -> None:
    where: dict[str, Any] = {"control": controls["X-2"], "account": accounts["x"], "by": ana, "now": NOW}
    with pytest.raises(Conflict):
        record_device_review(**where, draft=draft(strange=(False,)))
    with pytest.raises(Refused, match="líneas que no se entendieron"):
        record_device_review(**where, draft=draft(GOOGLE + "Gerät"))
    with pytest.raises(Refused, match="futuro"):
        record_device_review(**where, draft=draft(observed_at=NOW + timedelta(minutes=1)))
    with pytest.raises(WrongState):
        record_device_review(**where | {"control": controls["X-1"]}, draft=draft())
    with pytest.raises(NotAllowed):
        record_device_review(**where | {"by": luis}, draft=draft())
    with pytest.raises(Refused, match="revisión de dispositivos"):
        checks.record_check(**where, draft=seen())  # met without the list
    assert not Check.objects.exists()
    record_device_review(**where, draft=draft(GOOGLE + "Gerät", read_rest=True))


def test_what_the_entity_knows_is_the_coordinators_and_leaves_a_record(
    known: list[KnownAccess], ana: Member, carmen: Member, dario: Member
) -> None:
    for changes, error in (
        ({"by": ana}, NotAllowed),
        ({"text": " Bogotá,  Colombia "}, Conflict),
        ({"text": " "}, Refused),
        ({"kind": KnownKind.HOURS}, Refused),
    ):
        given: dict[str, Any] = {"kind": KnownKind.PLACE, "text": "Bogotá, Colombia", "by": carmen, "now": NOW}
        with pytest.raises(error):
            add_known_access(**given | changes)
    place = next(row for row in known if row.kind == KnownKind.PLACE)
    with pytest.raises(NotFound):
        remove_known_access(known=place, by=carmen_of_another(dario), now=NOW)
    remove_known_access(known=place, by=carmen, now=NOW)
    with pytest.raises(NotFound):
        remove_known_access(known=place, by=carmen, now=NOW)
    assert place not in queries.known_access(carmen.entity)
    assert add_known_access(kind=KnownKind.PLACE, text=place.text, by=carmen, now=NOW).pk != place.pk
    kinds = Event.objects.filter(event_type__startswith="known_access").order_by("pk").values_list("event_type")
    assert [kind for (kind,) in kinds][-2:] == ["known_access.removed", "known_access.added"]


def carmen_of_another(dario: Member) -> Member:
    """Return the coordinator of another entity."""
    dario.roles = ["COORDINATOR"]
    dario.save(update_fields=["roles"])
    return dario


def test_the_form_proposes_asks_for_each_and_stores(
    controls: dict[str, Control], accounts: dict[str, Account], known: list[KnownAccess], carmen: Member, client: Client
) -> None:
    client.force_login(carmen.user)
    path = f"/seguridad/controles/{controls['X-2'].pk}/cuentas/{accounts['x'].pk}/dispositivos/"
    observed = f"{timezone.localtime() - timedelta(minutes=1):%Y-%m-%dT%H:%M}"
    form = {"text": "Windows; Bogotá, Colombia; ahora\n<script>; Cali; ayer", "observed_at": observed}
    page = client.post(path, form).content.decode()
    assert "<script>;" not in page and "&lt;script&gt;" in page and "Líneas que no se entendieron" in page
    form["text"] = "Windows; Bogotá, Colombia; ahora\nAndroid; Cúcuta, Colombia; ahora"
    page = client.post(path, form).content.decode()
    assert "parece extraño" in page and "no es un lugar conocido" in page

    undecided = client.post(path, form | {"step": "decide", "device_0": "usual"})
    assert (undecided.status_code, "Decide si es nuestro" in undecided.content.decode()) == (422, True)
    assert "Cúcuta" in client.post(path, form | {"step": "list"}).content.decode()
    answer = client.post(path, form | {"step": "decide", "device_0": "usual", "device_1": "extrano"})
    assert answer.headers["Location"] == Incident.objects.get().get_absolute_url()
    assert "Cúcuta" in client.get(controls["X-2"].get_absolute_url()).content.decode()

    for bad, sentence in (("Hola", "No se reconoce"), ("", "Pega la lista"), ("a" * 50_001, "demasiado larga")):
        answer = client.post(path, form | {"text": bad})
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
