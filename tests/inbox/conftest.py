"""Accounts connected to the laboratory, a published news item, and citizens who comment on it there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from pregonero.database import database_now
from pregonero.inbox.actions.links import keep_link_findings
from pregonero.inbox.models import Conversation, Stream
from pregonero.inbox.tasks import read_stream, read_streams
from pregonero.networks.models import Account
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.outbox import sender
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role
from pregonero.publishing.link_finding import LinkFinding
from pregonero.records.undo import WINDOW
from tests.conftest import member
from tests.lab.process import Lab
from tests.outbox.conftest import connected_account
from tests.publishing.conftest import accounts

__all__ = ["accounts"]

WORKER = "worker-1"
FACT = "La convocatoria para exportar está abierta hasta el 15 de diciembre de 2026."
Write = Callable[..., str]


@pytest.fixture
def page(lab: Lab, carmen: Member, settings: Settings) -> Account:
    """A Facebook page connected to the laboratory."""
    return account_of(lab, "facebook", carmen, settings)


def account_of(lab: Lab, network: str, by: Member, settings: Settings) -> Account:
    """Return an account of a network connected to the laboratory."""
    base = "graph" if network in ("facebook", "instagram") else network
    settings.NETWORK_ADDRESSES = {**settings.NETWORK_ADDRESSES, network: f"{lab.url}/{base}"}
    return connected_account(lab, network, by, timezone.now())


@pytest.fixture
def citizen_relations(entity: Any) -> Member:
    return member(entity, "rita", "Rita Lara", Role.CITIZEN_RELATIONS)


@pytest.fixture
def news(luis: Member, media_folder: Path) -> News:
    """An informed news item that says until when a call is open."""
    now = timezone.now()
    created = News.objects.create(
        entity=luis.entity,
        address="https://www.mincit.gov.co/prensa/noticias/comercio/convocatoria",
        key="mincit.gov.co/convocatoria",
        title="Abierta la convocatoria para exportar",
        summary="MinComercio abre una convocatoria para las empresas que exportan.",
        body=f"Pueden participar pymes de todo el país.\n{FACT}\nLa inscripción es gratuita.",
        state=NewsState.INFORMED,
        found_at=now,
    )
    Informing.objects.create(news=created, by=luis, at=now)
    return created


def post_at(lab: Lab, account: Account, text: str) -> str:
    """Publish a text at the network by its own API, as the account, and return its id."""
    token = next(one for one in lab.client.get("/accounts.json").json()["accounts"] if one["id"] == account.remote_id)
    headers = {"Authorization": f"Bearer {token['token']}"}
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "facebook": (f"/graph/v26.0/{account.remote_id}/feed", {"data": {"message": text}}),
        "x": ("/x/2/tweets", {"json": {"text": text}}),
        "mastodon": ("/mastodon/api/v1/statuses", {"data": {"status": text}}),
    }
    path, body = calls[account.network]
    answer = lab.client.post(path, headers=headers, **body).raise_for_status().json()
    return str(answer["data"]["id"] if account.network == "x" else answer["id"])


@pytest.fixture
def write(lab: Lab) -> Write:
    """Return a function with which a citizen comments on a post."""

    def comment(account: Account, post: str, text: str, name: str = "Rosa Mejía", answers: str = "") -> str:
        form = {"nombre": name, "texto": text, "responde_a": answers}
        response = lab.client.post(f"/comentarios/{account.network}/{post}", data=form)
        assert response.status_code == 303, response.text
        return response.headers["location"].partition("#c")[2]

    return comment


def read_all(account: Account) -> list[Conversation]:
    """Read the account's streams now, as the worker does, and return its conversations, the first one first."""
    read_streams(timestamp=int(timezone.now().timestamp()))
    Stream.objects.filter(account=account).update(next_read_at=timezone.now() - timedelta(seconds=1))
    for stream in Stream.objects.filter(account=account):
        read_stream(stream_id=stream.pk)
    return list(Conversation.objects.filter(account=account).select_related("contact").order_by("pk"))


def let_undo_pass(account: Account) -> None:
    """Make the answers of an account wait no more: the seconds in which they can be undone pass."""
    waiting = Delivery.objects.filter(account=account, kind__in=("REPLY", "MESSAGE"), state="PLANNED")
    earlier = {name: F(name) - WINDOW for name in ("due_at", "ready_at", "prepare_at")}
    waiting.filter(ready_at__gt=database_now()).update(**earlier)


def send_all(account: Account) -> list[Delivery]:
    """Send what is due on an account, as the worker does, and return its deliveries."""
    let_undo_pass(account)
    promote_due(now=database_now())
    for delivery in Delivery.objects.filter(account=account, prepared_for=""):
        sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    for job in sender.claim(account_id=account.pk, worker=WORKER, limit=10):
        sender.store_results([sender.make_public(job)])
    return list(Delivery.objects.filter(account=account).order_by("pk"))


def links_pass(entity: Entity, *addresses: str) -> None:
    """Store that links passed their check just now."""
    findings = [LinkFinding(address, 200, address, official=True, problem="") for address in addresses]
    keep_link_findings(entity=entity, findings=findings, now=timezone.now())


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def at(moment: datetime, count: int) -> datetime:
    return moment + minutes(count)
