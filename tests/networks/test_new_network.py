"""A new network is one folder and one line: a toy one, made by the steps of the guide, does what all the others do."""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.template import engines
from django.template.loader import select_template
from django.utils import timezone
from PIL import Image

from pregonero.networks import registry
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account, save_application
from pregonero.networks.base import (
    NOT_OURS,
    ApiCredentials,
    AttemptWindow,
    Connector,
    Permanent,
    Post,
    Prepared,
    Transient,
    Unknown,
    Verdict,
)
from pregonero.networks.manual_posting import posting_address, profile_address
from pregonero.networks.media_conversion import conversion_plan
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for
from pregonero.networks.rate_limits.models import Quota, UsageBucket
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.actions import draft_publication
from pregonero.publishing.previews import previews_of
from pregonero.publishing.queries import adaptations_of
from pregonero.publishing.sources import source_of
from tests.lab.process import Lab
from tests.networks.allowed import ALLOWED, beyond
from tests.networks.consenting import come_back, signed_in
from tests.networks.subjects import ROOT, medium_of
from tests.networks.toy_network import ALLOWED_CALLS, NAME, REGISTRY, STEPS, ToyServer
from tests.publishing.results import send_delivery
from tests.stage import deliveries_in, informed_news, programmed

GUIDE = ROOT / "docs" / "networks" / "nueva-red.md"


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[ToyServer]:
    """Follow the guide: make the folder's files, and add the line. Everything is removed afterwards."""
    import pregonero.networks

    folder = tmp_path / NAME
    folder.mkdir()
    for file, content in STEPS.items():
        if file == REGISTRY:
            registry.NETWORKS.append(content)
        else:
            (folder / file).write_text(content, encoding="utf-8")
    monkeypatch.setattr(pregonero.networks, "__path__", [*pregonero.networks.__path__, str(tmp_path)])
    monkeypatch.setitem(ALLOWED, NAME, ALLOWED_CALLS)
    server = ToyServer()
    settings.NETWORK_ADDRESSES = {NAME: server.address}
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    yield server
    server.stop()
    registry.NETWORKS.remove(NAME)
    registry.network.cache_clear()
    for module in [module for module in sys.modules if module.startswith(f"pregonero.networks.{NAME}")]:
        del sys.modules[module]


@pytest.fixture
def connector(toy: ToyServer) -> Connector:
    return registry.connector(NAME)


@pytest.fixture
def credentials(toy: ToyServer) -> ApiCredentials:
    return ApiCredentials("1", "casa", toy.address, "secreto")


def prepare(connector: Connector, credentials: ApiCredentials, post: Post) -> Prepared:
    return connector.prepare(credentials, post, {}, lambda _: None)


def test_each_step_of_the_guide_makes_one_file_of_the_folder_or_the_line() -> None:
    steps = re.findall(r"^\d+\. `([\w.]+)`", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert steps == list(STEPS)


def test_the_guide_names_every_part_of_a_network_and_every_method_of_a_connector() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    methods = [name for name in vars(Connector) if not name.startswith("_") and name != "capabilities"]
    parts = ["CAPABILITIES", "KINDS", "ENDPOINTS", "ERRORS", "AUTH", "RATE_LIMITS", "NETWORK", "NETWORKS"]

    assert [name for name in (*methods, *parts) if f"`{name}`" not in guide] == []


def test_every_network_has_the_files_of_the_guide() -> None:
    for name in registry.NETWORKS:
        files = {path.name for path in (ROOT / "pregonero" / "networks" / name).glob("*.py")}
        assert set(STEPS) - {REGISTRY} <= files, name


def test_its_calls_are_the_allowed_ones(toy: ToyServer) -> None:
    assert beyond(NAME, registry.network(NAME).endpoints) == ["DELETE /drafts/{id}: it removes what may be others'"]


def test_a_prepared_post_is_invisible_and_a_repeated_commit_is_one_post(
    toy: ToyServer, connector: Connector, credentials: ApiCredentials
) -> None:
    post, saved = Post("Más crédito para quien exporta"), []  # type: tuple[Post, list[Prepared]]

    prepared = connector.prepare(credentials, post, {}, lambda state: saved.append(dict(state)))
    assert (toy.public_texts(), saved[-1]) == ([], prepared)
    assert connector.prepare(credentials, post, dict(prepared), saved.append) == prepared
    first = connector.commit(credentials, post, prepared)

    assert connector.commit(credentials, post, prepared) == first
    assert (toy.public_texts(), toy.created) == ([post.text], 1)
    assert connector.discard(credentials, prepared) == []


def test_a_commit_whose_answer_is_lost_is_found(
    toy: ToyServer, connector: Connector, credentials: ApiCredentials
) -> None:
    post, now = Post("Cortada"), datetime.now(UTC)
    prepared, window = prepare(connector, credentials, post), AttemptWindow(now, now, checks_made=9)
    assert connector.resolve(credentials, post, prepared, window).verdict == Verdict.NOT_TAKEN
    toy.cuts_next_answer = True

    with pytest.raises(Unknown):
        connector.commit(credentials, post, prepared)

    assert connector.resolve(credentials, post, prepared, window).verdict == Verdict.PUBLISHED
    assert toy.public_texts() == [post.text]


@pytest.mark.parametrize(
    ("status", "is_commit", "error"),
    [(500, True, Unknown), (500, False, Transient), (429, True, Transient), (422, True, Permanent)],
)
def test_an_error_that_its_table_does_not_name_is_mapped_by_its_status(
    toy: ToyServer,
    connector: Connector,
    credentials: ApiCredentials,
    status: int,
    is_commit: bool,
    error: type[Exception],
) -> None:
    post = Post("No")
    prepared = prepare(connector, credentials, post) if is_commit else {}
    toy.next_status = status

    with pytest.raises(error):
        if is_commit:
            connector.commit(credentials, post, prepared)
        else:
            prepare(connector, credentials, post)

    assert toy.public_texts() == []


def test_a_draft_is_discarded_once(toy: ToyServer, connector: Connector, credentials: ApiCredentials) -> None:
    prepared = prepare(connector, credentials, Post("Nunca"))

    assert connector.discard(credentials, prepared) == ["1"]
    assert connector.discard(credentials, prepared) == []
    assert toy.drafts == {}


def test_its_own_post_is_withdrawn_and_another_accounts_is_not(
    toy: ToyServer, connector: Connector, credentials: ApiCredentials
) -> None:
    post, other = Post("Se retira"), replace(credentials, remote_id="2", token="de-otra")
    ours = connector.commit(credentials, post, prepare(connector, credentials, post))
    theirs = connector.commit(other, Post("De otra"), prepare(connector, other, Post("De otra")))

    for _ in range(2):
        connector.withdraw(credentials, ours.remote_id)
    with pytest.raises(Permanent) as caught:
        connector.withdraw(credentials, theirs.remote_id)

    assert caught.value.code == NOT_OURS
    assert toy.public_texts() == ["De otra"]


def test_its_limits_are_checked_like_those_of_every_network(connector: Connector) -> None:
    (issue,) = connector.check(Post("a" * 402))

    assert issue.text == "En Juguete sobran 2 caracteres: van 402 de 400."


def test_a_picture_is_converted_to_what_it_accepts(connector: Connector, tmp_path: Path) -> None:
    path = tmp_path / "grande.png"
    Image.new("RGB", (1600, 900), (9, 67, 181)).save(path)
    picture = medium_of("picture", path, "image/png")
    assert connector.check(Post("Con imagen", media=(picture,)))

    plan = conversion_plan(picture, connector.capabilities, registry.kinds_of(NAME))

    size = plan.conversion.width, plan.conversion.height
    assert (plan.mime, size, plan.conversion.max_bytes) == ("image/jpeg", (800, 450), 200_000)


def test_a_person_posts_by_hand_and_the_post_is_read_back(
    toy: ToyServer, connector: Connector, credentials: ApiCredentials
) -> None:
    manual = registry.manual_posting(NAME)
    published = connector.commit(credentials, Post("A mano"), prepare(connector, credentials, Post("A mano")))

    remote = manual.read(credentials, manual.post_id(credentials, published.url), "A mano")

    assert remote is not None
    assert (remote.remote_id, remote.is_same) == (published.remote_id, True)
    assert posting_address(manual, credentials, "A mano") == f"{toy.address}/new?text=A%20mano"
    assert profile_address(manual, credentials) == f"{toy.address}/@casa"
    assert manual.post_id(credentials, "https://otra.example/p/1") == ""


def registered_account(carmen: Member, now: datetime) -> Account:
    return register_account(
        entity=carmen.entity,
        network=NAME,
        handle="casa",
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=carmen,
        now=now,
    )


def test_an_account_is_connected_on_its_consent_page(toy: ToyServer, carmen: Member) -> None:
    now = timezone.now()
    account = registered_account(carmen, now)
    save_application(network=NAME, server="", client_id="app", secret="secreto-app", by=carmen, now=now)
    client = signed_in(carmen)

    page = client.post(f"/cuentas/{account.pk}/conexion/").content.decode()
    assert f"{toy.address}/consent?" in page
    (state,) = re.findall(r"state=([\w-]+)", page)
    come_back(client, {"state": state, "code": "1234"})

    account.refresh_from_db()
    assert (account.remote_id, credentials_for(account).token) == ("1", "secreto")


def send_due(account: Account, delivery: Delivery) -> Delivery:
    """Run the engine once over a delivery that is due: prepare, claim, send, record the outcome."""
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker="worker-1")
    for job in claim_batch(account_id=account.pk, worker="worker-1", limit=10, now=timezone.now()):
        send_delivery(job)
    sender.flush_limit_readings(at_once=True)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.procedure("P-6")
def test_a_scheduled_post_is_claimed_sent_and_recorded_by_the_engine(
    toy: ToyServer, lab: Lab, carmen: Member, luis: Member, ana: Member
) -> None:
    now = timezone.now()
    account = registered_account(carmen, now)
    connect_account(account=account, token="secreto", expires_at=None, by=carmen, now=now)
    delivery = deliveries_in(programmed(informed_news(lab, luis, now, with_media=False), ana, now)).get()

    delivery = send_due(account, delivery)

    assert (delivery.state, delivery.remote_id, delivery.url) == ("PUBLISHED", "1", f"{toy.address}/p/1")
    assert len(toy.public_texts()) == 1
    assert UsageBucket.objects.get(account=account, quota_key="posts").amount == 1
    assert UsageBucket.objects.get(account=account, quota_key="calls").amount == 1
    quota = Quota.objects.get(account=account, quota_key="posts")
    assert (quota.reported_limit, quota.reported_remaining) == (60, 59)


def test_its_posts_are_seen_in_the_generic_preview_until_it_brings_its_own(
    toy: ToyServer,
    lab: Lab,
    carmen: Member,
    ana: Member,
    luis: Member,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = timezone.now()
    connect_account(account=registered_account(carmen, now), token="secreto", expires_at=None, by=carmen, now=now)
    news = informed_news(lab, luis, now, with_media=False)
    publication = draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
    (adaptation,) = adaptations_of(publication)
    engine = engines["django"].engine  # type: ignore[attr-defined]

    def seen() -> str:
        for loader in engine.template_loaders:
            loader.reset()
        (preview,) = previews_of(adaptation, source_of(publication))
        return select_template(preview.templates).render({"preview": preview})

    assert "@casa en Juguete" in seen()
    monkeypatch.setattr(engine, "dirs", [*engine.dirs, tmp_path])
    (tmp_path / NAME / "preview.html").write_text("<b>{{ preview.label }}</b>", encoding="utf-8")
    assert seen() == "<b>Juguete</b>"
