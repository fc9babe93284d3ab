"""No secret of an installation is anywhere but where it must be: not in the database, a log, a page, a command line.

All of them are known here, and searched for after a run in which everything went wrong that could spill one.
"""

import base64
import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero import embedded_postgres, processes, stack
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account, save_application
from pregonero.networks.client import NetworkClient
from pregonero.networks.models import Account, Credential, CredentialState
from pregonero.newsroom.actions import register_source
from pregonero.newsroom.sources.registry import WEBHOOK
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.publishing.models import Publication
from tests import conftest as cast
from tests.attack.conftest import signed_in
from tests.attack.faulty_processes import BROKEN
from tests.attack.installation import (
    HttpUser,
    Traces,
    dump_of,
    echo_server,
    output_of,
    process_arguments,
    running_with_log,
)
from tests.attack.secret_search import secrets_in
from tests.databases import as_default_database, fresh_database
from tests.lab.process import Lab, until
from tests.second_factor import enrol_on_known_device
from tests.stage import Workers, informed_news, lift_limits, programmed, workers_on

pytestmark = pytest.mark.procedure("M-3")
ROLES = {"luis": Role.CONTENT_MANAGER, "beto": Role.DIGITAL_STRATEGIST, "carmen": Role.COORDINATOR,
         "sara": Role.SYSTEMS_OFFICE, "ines": Role.AUDITOR}  # fmt: skip
PLANTED = {
    "la llave de las credenciales": "llave-plantada-0f6c1d2e3b4a5968-de-la-boveda",
    "la llave de Django": "django-plantada-77aa01b2c3d4e5f6-de-las-sesiones",
    "la contraseña de aplicación de Bluesky": "plan-tada-blue-sky7",
    "la sesión de Bluesky": "eyPlantada.c2VzaW9uLWRlLWJsdWVza3k.firma-plantada-91",
    "la ficha de la cuenta rota": "ficha-plantada-de-la-cuenta-rota",
    "la renovación de la cuenta rota": "renueva-plantada-de-la-cuenta-rota",
    "el secreto del webhook": "webhook-plantado-5b6c7d8e",
}
REFUSED_WITH = {"x": 500, "facebook": 401, "instagram": 403, "youtube": 400, "mastodon": 401}
ALIVE = 180.0


@pytest.fixture(scope="module")
def left(lab: Lab, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Traces]:
    with (
        django_db_blocker.unblock(),
        echo_server(PLANTED["la sesión de Bluesky"]) as echo,
        fresh_database() as url,
        as_default_database(url),
    ):
        workers = workers_on(url, lab)
        workers.environment |= {
            "PREGONERO_SECRET_KEY": PLANTED["la llave de Django"],
            "PREGONERO_VAULT_KEY": PLANTED["la llave de las credenciales"],
            "PREGONERO_BLUESKY_ADDRESS": echo,
        }
        with override_settings(
            SECRET_KEY=PLANTED["la llave de Django"],  # that of the web: it reads the cookie of a known device
            VAULT_KEYS=[PLANTED["la llave de las credenciales"]],
            PRIVATE_ADDRESSES_ALLOWED=["127.0.0.1"],
            PUBLIC_ADDRESS=workers.environment["PREGONERO_PUBLIC_ADDRESS"],
        ):
            yield _run(workers, lab, tmp_path_factory.mktemp("secrets"))
        lab.client.delete("/faults")


def _run(workers: Workers, lab: Lab, folder: Path) -> Traces:
    """Run an installation through success and failure on every network; return the traces that it left."""
    left = Traces(dict(PLANTED))
    now = timezone.now()
    entity = cast.register_mincomercio(now)
    people = {name: cast.member(entity, name, name.capitalize(), role) for name, role in ROLES.items()}
    enrol_on_known_device(*people.values())
    register_source(
        entity=entity,
        kind=WEBHOOK,
        name="Sede",
        secret=PLANTED["el secreto del webhook"],
        by=people["carmen"],
        now=now,
    )
    accounts = _accounts(lab, people["carmen"])
    log = folder / "log"
    with running_with_log(workers, log):
        address = workers.environment["PREGONERO_PUBLIC_ADDRESS"]
        opened = {name: HttpUser(address, people[name]) for name in ("carmen", "sara", "beto", "ines")}
        for network, (account, theirs) in accounts.items():
            _connect(lab, opened["carmen"], network, account, theirs, left)
        _connect_bluesky(opened["carmen"], people["carmen"])
        _publish(lab, people, accounts)
        _fail_on_pages(lab, opened["carmen"], accounts)
        left.secrets |= _tokens_of(lab)
        for person in opened.values():
            assert "networks:account" in person.walk()
            for name, text in person.seen.items():
                left.put("pages", name, text)
        for process, line in process_arguments().items():
            left.put("arguments", process, line)
    left.put("logs", "web y trabajador", log.read_text())
    for command in (("doctor",), ("verify", "--json")):
        left.put("commands", " ".join(command), output_of(workers, *command))
    left.put("database", "todo", dump_of(workers.url))
    for session in Session.objects.all():  # packed there: a text inside would not be seen
        left.put("database", f"sesión {session.pk}", json.dumps(session.get_decoded(), default=str))
    return left


def _accounts(lab: Lab, carmen: Member) -> dict[str, tuple[Account, dict[str, Any]]]:
    """Register an account of each network at the laboratory, not connected yet, and one whose calls are all broken."""
    page = lab.new_account("facebook")
    gram = lab.new_account("instagram", page=page["id"])
    fields = {name: page[name] for name in ("network", "id", "handle", "token", "name")}
    lab.client.post("/accounts", json=[fields | {"extra": {"instagram": gram["id"]}}]).raise_for_status()
    theirs = {
        "facebook": page,
        "instagram": gram,
        **{name: lab.new_account(name) for name in ("x", "youtube", "mastodon")},
    }
    made = {name: (_register(carmen, name, about["handle"]), about) for name, about in theirs.items()}
    made["instagram"] = (made["instagram"][0], page)  # chosen at the consent page by the page that it is tied to
    broken = _register(carmen, "mastodon", BROKEN)
    connect_account(
        account=broken,
        token=PLANTED["la ficha de la cuenta rota"],
        expires_at=None,
        by=carmen,
        now=timezone.now(),
        refresh=PLANTED["la renovación de la cuenta rota"],
    )
    Account.objects.filter(pk=broken.pk).update(remote_id="1")
    return made


def _register(carmen: Member, network: str, handle: str) -> Account:
    now = timezone.now()
    account = register_account(
        entity=carmen.entity,
        network=network,
        handle=handle,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=carmen,
        now=now,
    )
    lift_limits(account, carmen, now)
    return account


def _connect(lab: Lab, carmen: HttpUser, network: str, account: Account, theirs: dict[str, Any], left: Traces) -> None:
    """Keep the entity's application with its form, and go to the consent page; the first time the network echoes."""
    id, secret = f"app-de-{network}", f"secreto-plantado-de-la-aplicacion-en-{network}"
    left.secrets[f"el secreto de la aplicación en {network}"] = secret
    fields = {"id": id, "secret": secret, "redirects": [carmen.address + "/cuentas/autorizacion/"], "name": "Pregonero"}
    lab.client.post("/apps", json=fields).raise_for_status()
    form = {"client_id": "x" * 300, "secret": secret}
    assert carmen.post(f"/cuentas/{account.pk}/aplicacion/", form).status_code == 422
    assert "Aplicación guardada" in carmen.post(f"/cuentas/{account.pk}/aplicacion/", form | {"client_id": id}).text
    lab.fault(kind="echo", code=400, endpoint=r"token|access_token", times=1)
    assert "No se cambió nada" in carmen.connect(account, theirs["id"]).text
    assert "quedó conectada" in carmen.connect(account, theirs["id"]).text


def _connect_bluesky(carmen: HttpUser, by: Member) -> None:
    account = _register(by, "bluesky", "eco")
    password = PLANTED["la contraseña de aplicación de Bluesky"]
    path = f"/cuentas/{account.pk}/conexion/"
    assert carmen.post(path, {"password": password * 10}).status_code == 422
    assert "quedó conectada" in carmen.post(path, {"password": password}).text


def _publish(lab: Lab, people: dict[str, Member], accounts: dict[str, tuple[Account, dict[str, Any]]]) -> None:
    """Publish on every network; then make each refuse with an echo of the request; then revoke every token."""
    _programme(lab, people)
    until(lambda: Delivery.objects.filter(state="PUBLISHED").count() == len(accounts), timeout=ALIVE)
    for account, _ in accounts.values():
        account.refresh_from_db()
        code = REFUSED_WITH[account.network]
        lab.fault(kind="echo", code=code, endpoint="commit", account=account.remote_id, times=1)
    second = _programme(lab, people)
    lab.client.get("/faults", params={"wait_fired": 2 * len(accounts), "timeout": 60})
    until(lambda: not Delivery.objects.filter(subject_id=second.pk, attempts__isnull=True).exclude(_beyond()).exists())
    lab.client.delete("/faults")
    for account, _ in accounts.values():
        lab.client.post(f"/tokens/{account.remote_id}/revoke").raise_for_status()
    lab.fault(kind="echo", code=401, endpoint=r"POST .*(token|access_token)")
    _programme(lab, people)
    until(lambda: Credential.objects.filter(state=CredentialState.LOST).count() == len(accounts), timeout=ALIVE)


def _programme(lab: Lab, people: dict[str, Member]) -> Publication:
    return programmed(informed_news(lab, people["luis"], timezone.now()), people["beto"], timezone.now())


def _beyond() -> Q:
    """Match the deliveries of the two accounts that cannot publish."""
    return Q(account__handle=BROKEN) | Q(account__network="bluesky", attempts__isnull=True, reason_code__gt="")


def _fail_on_pages(lab: Lab, carmen: HttpUser, accounts: dict[str, tuple[Account, dict[str, Any]]]) -> None:
    broken = Account.objects.get(handle=BROKEN)
    assert carmen.post(f"/cuentas/{broken.pk}/prueba/").status_code == 500
    for account, _ in accounts.values():
        assert carmen.post(f"/cuentas/{account.pk}/prueba/").status_code in {200, 409}
    lab.fault(kind="echo", code=400, endpoint="revoke")
    assert "quedó desconectada" in carmen.post(f"/cuentas/{accounts['mastodon'][0].pk}/desconexion/").text
    assert "quedó retirada" in carmen.post(f"/cuentas/{accounts['x'][0].pk}/retiro/", {"reason": "Se cierra"}).text


def _tokens_of(lab: Lab) -> dict[str, str]:
    """Return every token that the networks of the laboratory issued."""
    found = {}
    with sqlite3.connect(next(lab.data.glob("ledger-*.sqlite3"))) as book:
        for (raw,) in book.execute("SELECT fields FROM grants"):
            grant = json.loads(raw)
            for kind in ("token", "refresh_token"):
                if grant[kind]:
                    found[f"{kind} de {grant['network']} {len(found)}"] = grant[kind]
    assert len(found) > 10
    return found


@pytest.mark.parametrize("place", ["database", "logs", "pages", "arguments", "commands"])
def test_no_secret_in(left: Traces, place: str) -> None:
    texts = left.places[place]
    assert texts
    found = {name: spilt for name, text in texts.items() if (spilt := secrets_in(text, left.secrets))}
    assert found == {}


def test_the_planned_failures_happened(left: Traces) -> None:
    """The search proves something only if the failures that could leak a secret happened."""
    logs, pages = left.places["logs"]["web y trabajador"], "".join(left.places["pages"].values())
    assert "Invalid header value" in logs  # the bug, in a worker and in the web
    assert "Traceback" in logs or "exc_value" in logs
    assert "Vuelve a conectar" in pages
    assert len(left.places["pages"]) > 100
    assert any("tests.attack.faulty_processes" in line for line in left.places["arguments"].values())
    assert "networks_credential" in left.places["database"]["todo"]


class Spilling(RuntimeError):
    """An exception of an SDK whose message contains the whole request."""


@pytest.fixture
def spilling(monkeypatch: pytest.MonkeyPatch) -> None:
    def spill(line: NetworkClient, method: str, url: str, body: object, headers: dict[str, str]) -> None:
        raise Spilling(f"{method} {url} {headers} {body!r}")

    monkeypatch.setattr(NetworkClient, "_exchange", spill)


@pytest.mark.parametrize("debug", [False, True])
def test_the_page_of_a_bug_shows_nothing_of_what_was_being_handled(
    db: None, carmen: Member, now: datetime, spilling: None, settings: Any, debug: bool
) -> None:
    settings.DEBUG = debug
    settings.SECRET_KEY, settings.VAULT_KEYS = PLANTED["la llave de Django"], [PLANTED["la llave de las credenciales"]]
    account = _register(carmen, "x", "mincomercioco")
    token, secret = PLANTED["la ficha de la cuenta rota"], "secreto-plantado-de-la-aplicacion"
    connect_account(account=account, token=token, expires_at=None, by=carmen, now=now)
    save_application(network="x", server="", client_id="app-1", secret=secret, by=carmen, now=now)
    client = signed_in(carmen)
    client.post(f"/cuentas/{account.pk}/conexion/")

    page = client.post(f"/cuentas/{account.pk}/prueba/", {"clave": "clave-plantada-en-un-formulario"})

    assert page.status_code == 500
    text = page.content.decode()
    assert ("Traceback" in text, "exchange" in text) == (debug, debug)
    secrets = PLANTED | {
        "la aplicación": secret,
        "el formulario": "clave-plantada-en-un-formulario",
        "la sesión": str(client.session.session_key),
    }
    assert secrets_in(text, secrets) == []


def test_search_finds_a_secret_in_every_encoding() -> None:
    secret = "ficha/plantada+con=signos-91"
    dressed = [
        secret,
        quote(secret, safe=""),
        secret.encode().hex(),
        secret.encode().hex().upper(),
        *(
            base64.b64encode(f"{'x' * before}{secret}{'y' * after}".encode()).decode()
            for before in range(4)
            for after in range(3)
        ),
        base64.urlsafe_b64encode(f"cliente:{secret}".encode()).decode(),
    ]
    assert [text for text in dressed if secrets_in(f"antes {text} después", {"uno": secret}) != ["uno"]] == []
    assert secrets_in("nada de eso", {"uno": secret}) == []


def test_the_search_of_a_run_finds_what_is_planted_there_on_purpose(left: Traces) -> None:
    for place, texts in left.places.items():
        for name, secret in left.secrets.items():
            assert secrets_in(next(iter(texts.values())) + secret.encode().hex(), {name: secret}) == [name], place


NEEDLESS = {"PREGONERO_SECRET_KEY": PLANTED["la llave de Django"], "DATABASE_URL": "postgresql://u:clave-plantada@h/b",
            "PREGONERO_VAULT_KEY": PLANTED["la llave de las credenciales"]}  # fmt: skip


def test_the_laboratory_is_started_without_what_opens_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in NEEDLESS.items():
        monkeypatch.setenv(name, value)
    addresses = stack.Addresses(os.getpid(), "", f"http://127.0.0.1:{processes.free_port(0)}")
    with (tmp_path / "lock").open("w") as lock:
        laboratory = stack._start_lab(addresses, lock.fileno()).process
    try:
        given = Path(f"/proc/{laboratory.pid}/environ").read_bytes().decode()
    finally:
        processes.stop(laboratory)
    assert "PATH=" in given
    assert secrets_in(given, NEEDLESS) == []


def test_the_database_is_started_without_what_opens_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Told by what it is started with: a second server would take seconds."""
    started: list[dict[str, str]] = []

    def start(command: object, **options: Any) -> None:
        started.append(options["env"])
        raise KeyboardInterrupt

    for name, value in NEEDLESS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(embedded_postgres.subprocess, "Popen", start)
    monkeypatch.setattr(embedded_postgres, "_prepare_folders", lambda _: None)
    monkeypatch.setattr(embedded_postgres, "cluster_folder", lambda: tmp_path)
    with pytest.raises(KeyboardInterrupt):
        embedded_postgres.start()
    (given,) = started
    assert "PATH" in given
    assert secrets_in(json.dumps(given), NEEDLESS) == []
