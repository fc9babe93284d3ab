"""The pages of the register of controls, as they are seen: with axe, at a desk and on a phone (N-6)."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from pregonero.controls import queries
from pregonero.controls.actions import checks, register
from pregonero.controls.actions.departures import start_departure
from pregonero.controls.actions.incidents import do_step
from pregonero.controls.models import Check, Control, DepartureStep, Incident
from pregonero.controls.states import EvidenceKind, Result, StepKind
from pregonero.networks.actions.register import retire_account
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.controls.test_register import seen
from tests.ui.browser import Answer, answers_of, faults_by_page

LIST = "Windows; Bogotá, Colombia; hoy a las 0:01\nAndroid; Cúcuta, Colombia; hace 3 días"
pytestmark = pytest.mark.procedure("N-6", "X-1")


def capture() -> BytesIO:
    """Return a capture of a screen, as a PNG."""
    file = BytesIO()
    Image.new("RGB", (640, 360), "#e5ecf8").save(file, "PNG")
    file.name = "dos-pasos.png"
    file.seek(0)
    return file


@pytest.fixture
def client(carmen: Member) -> Client:
    signed_in = Client()
    signed_in.force_login(carmen.user)
    return signed_in


@pytest.fixture
def pages(
    controls: dict[str, Control], accounts: dict[str, Account], beto: Member, carmen: Member, client: Client
) -> dict[str, Answer]:
    """The register with a control in each state, and every page of it."""
    x, youtube = accounts["x"], accounts["youtube"]
    now = timezone.now()
    checks.record_check(control=controls["X-1"], account=x, draft=seen(at=now), by=beto, now=now)
    failed = seen(Result.NOT_MET, at=now, note="Un dispositivo que nadie reconoce: Cúcuta, 03:12, Android.")
    checks.record_check(control=controls["X-2"], account=x, draft=failed, by=beto, now=now)
    unseen = seen(Result.UNVERIFIABLE, at=now, note="Google ya no lo muestra.")
    checks.record_check(control=controls["GM-2"], account=youtube, draft=unseen, by=beto, now=now)
    register.grant_exception(
        control=controls["GM-3"],
        account=youtube,
        reason="La cuenta pasa a un buzón institucional.",
        compensation="Revisión semanal de dispositivos.",
        ends_on=timezone.localdate(now) + timedelta(days=40),
        by=carmen,
        now=now,
    )
    link = seen(Result.NOT_MET, at=now, note="La casilla está apagada.")
    checks.record_check(control=controls["YT-4"], account=youtube, draft=link, by=beto, now=now)
    finding = queries.findings_of(carmen.entity)[0]
    (incident,) = queries.incidents_of(carmen.entity, is_open=True)
    ended, note = StepKind.SESSION_ENDED, "La cerré desde la pantalla de sesiones."
    do_step(incident=incident, kind=ended, note=note, medium=None, by=beto, now=now)
    pk = controls["X-1"].pk
    paths = ["/seguridad/", "/seguridad/?dia=2026-11-25", "/seguridad/medidas/", "/seguridad/hallazgos/"]
    paths += [f"/seguridad/hallazgos/{finding.pk}/", "/seguridad/controles/nuevo/", "/seguridad/incidentes/"]
    paths += ["/seguridad/incidentes/nuevo/"]
    paths += [f"/seguridad/incidentes/{incident.pk}/", f"/seguridad/incidentes/{incident.pk}/liberacion/"]
    paths += [f"/seguridad/controles/{pk}/{act}" for act in ("", "edicion/", "retiro/")]
    paths += [f"/seguridad/controles/{pk}/cuentas/{x.pk}/{act}/" for act in ("revision", "excepcion")]
    paths += [
        "/seguridad/accesos/",
        "/seguridad/conocidos/",
        f"/seguridad/controles/{controls['X-2'].pk}/cuentas/{x.pk}/dispositivos/",
    ]
    start_departure(member=beto, by=carmen, now=now)
    step = DepartureStep.objects.filter(is_verified=False)[0]
    leaving = [f"/personas/{who.pk}/salida/" for who in (carmen, beto)]
    answers = answers_of(client, [*leaving, f"{leaving[-1]}{step.pk}/", *paths])
    pasted = {"text": f"{LIST}\nUnbekanntes Gerät", "observed_at": f"{timezone.localtime(now):%Y-%m-%dT%H:%M}"}
    decide = client.post(paths[-1], pasted)
    answers["/decide/"] = Answer(decide.status_code, dict(decide.headers), decide.content)
    assert {answer.status for answer in answers.values()} == {200}
    return answers


def test_axe_finds_nothing(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, pages, schemes=("light", "dark")) == {}


def test_the_matrix_says_each_state_in_words(pages: dict[str, Answer]) -> None:
    text = pages["/seguridad/"].body.decode()
    for word in ("se cumple", "no se cumple", "por revisar", "con excepción", "no verificable hoy", "Gmail"):
        assert word in text


def test_a_capture_is_kept_with_its_digest_and_shown(
    controls: dict[str, Control], accounts: dict[str, Account], client: Client, media_folder: Path
) -> None:
    path = f"/seguridad/controles/{controls['X-1'].pk}/cuentas/{accounts['x'].pk}/revision/"
    now = timezone.localtime()
    form = {"result": "MET", "observed_at": f"{now - timedelta(minutes=2):%Y-%m-%dT%H:%M}"}
    assert "Falta la evidencia" in client.post(path, form).content.decode()

    assert client.post(path, form | {"capture": capture()}).status_code == 302
    (piece,) = Check.objects.get().evidence.all()
    assert (piece.kind, piece.medium is not None) == (EvidenceKind.CAPTURE, True)
    assert piece.sha256[:12] in client.get(controls["X-1"].get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Elige qué viste."),
        ({"result": "MET", "observed_at": "ayer"}, "Escribe el día y la hora en que miraste."),
        ({"result": "NOT_MET", "written": "algo"}, "Escribe qué viste"),
        ({"result": "MET", "observed_at": "2999-01-01T10:00", "written": "algo"}, "está en el futuro"),
    ],
)
def test_a_bad_check_says_what_to_correct(
    controls: dict[str, Control], accounts: dict[str, Account], client: Client, fields: dict[str, str], sentence: str
) -> None:
    path = f"/seguridad/controles/{controls['X-1'].pk}/cuentas/{accounts['x'].pk}/revision/"
    answer = client.post(path, {"observed_at": "2026-11-25T10:00"} | fields)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert not Check.objects.exists()


def test_an_incident_is_reported_with_who_saw_what_and_when(
    controls: dict[str, Control], accounts: dict[str, Account], client: Client, media_folder: Path
) -> None:
    pk, seen_at = accounts["facebook"].pk, timezone.localtime() - timedelta(minutes=9)
    form = {"account": pk, "sighting": "POST", "detail": "«Gane un bono», 08:40.", "seen_by": "un ciudadano"}
    form |= {"seen_at": f"{seen_at:%Y-%m-%dT%H:%M}"}
    page = client.get(f"/seguridad/incidentes/nuevo/?cuenta={pk}").content.decode()
    assert f'value="{pk}" selected' in page
    for missing in ("account", "sighting", "detail", "seen_at"):
        answer = client.post("/seguridad/incidentes/nuevo/", {name: form[name] for name in form if name != missing})
        assert answer.status_code == 422, missing
    future = client.post("/seguridad/incidentes/nuevo/", form | {"seen_at": "2999-01-01T10:00"})
    assert "está en el futuro" in future.content.decode() and not Incident.objects.exists()

    answer = client.post("/seguridad/incidentes/nuevo/", form | {"capture": capture()}, follow=True)
    shown = answer.content.decode()
    for said in ("por un ciudadano", "«Gane un bono», 08:40.", "No sale nada en", "9 min de exposición"):
        assert said in shown, said
    incident = Incident.objects.get()
    assert incident.medium is not None
    opened = Event.objects.get(event_type="incident.opened")
    assert opened.facts["evidence"] == incident.medium.sha256


def test_an_account_that_no_longer_exists_cannot_be_reported(
    controls: dict[str, Control], accounts: dict[str, Account], client: Client, carmen: Member
) -> None:
    gone = accounts["instagram"]
    retire_account(account=gone, reason="Se cierra.", by=carmen, now=timezone.now())
    form = {"account": gone.pk, "sighting": "SESSION", "detail": "Cúcuta.", "seen_at": "2026-11-25T10:00"}
    assert client.post("/seguridad/incidentes/nuevo/", form).status_code == 422
    assert "Reportar un incidente" not in client.get(f"/cuentas/{gone.pk}/").content.decode().split("<main")[1]


def test_a_file_that_is_no_picture_is_refused(
    controls: dict[str, Control], accounts: dict[str, Account], client: Client, media_folder: Path
) -> None:
    script = BytesIO(b"#!/bin/sh\nrm -rf /\n")
    script.name = "captura.png"
    path = f"/seguridad/controles/{controls['X-1'].pk}/cuentas/{accounts['x'].pk}/revision/"
    answer = client.post(path, {"result": "MET", "observed_at": "2026-11-25T10:00", "capture": script})
    assert answer.status_code == 422 and not Check.objects.exists()


def test_the_register_leaves_in_open_formats(pages: dict[str, Answer], client: Client) -> None:
    sheet = client.get("/seguridad/descarga/revisiones.csv/").content.decode("utf-8-sig").splitlines()
    assert sheet[0].startswith("control,cuenta,resultado") and len(sheet) == 5
    data = json.loads(client.get("/seguridad/descarga/controles.json/").content)
    assert {row["código"] for row in data["controles"]} >= {"X-1", "GM-2", "ALL-1"}
    assert client.get("/seguridad/descarga/otra.doc/").status_code == 404
