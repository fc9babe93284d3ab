"""A person at the laboratory's consent pages, and an account of ours that they connect there."""

import re
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from django.test import Client
from lxml import html

from pregonero.networks.actions.register import register_account, save_application
from pregonero.networks.connection import redirect_uri
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.lab.process import Lab

RETURN = "/cuentas/autorizacion/"
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
GO_ON = "//a[starts-with(normalize-space(), 'Continuar en')]"


def point_at(lab: Lab, settings: Any) -> None:
    """Make the laboratory the networks, as an installation's own settings do."""
    settings.NETWORK_ADDRESSES = {
        "x": f"{lab.url}/x",
        "facebook": f"{lab.url}/graph",
        "instagram": f"{lab.url}/graph",
        "youtube": f"{lab.url}/youtube",
        "mastodon": f"{lab.url}/mastodon",
        "bluesky": f"{lab.url}/nadie",
    }
    settings.CONSENT_ADDRESSES = settings.TOKEN_ADDRESSES = settings.NETWORK_ADDRESSES


def application(lab: Lab, network: str, carmen: Member, now: datetime) -> tuple[str, str]:
    """Register the entity's application at the laboratory and here; return its id and its secret."""
    id, secret = f"app-{uuid4().hex}", f"secreto-{uuid4().hex}"
    fields = {"id": id, "secret": secret, "redirects": [redirect_uri()], "name": "Pregonero"}
    lab.client.post("/apps", json=fields).raise_for_status()
    save_application(network=network, server="", client_id=id, secret=secret, by=carmen, now=now)
    return id, secret


def registered(theirs: dict[str, Any], carmen: Member, now: datetime) -> Account:
    """Register an account of the laboratory's, by its handle alone."""
    return register_account(
        entity=carmen.entity,
        network=theirs["network"],
        handle=theirs["handle"],
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=carmen,
        now=now,
    )


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def begin(client: Client, account: Account) -> str:
    """Begin a connection on its page; return where the person is sent."""
    return consent_address(client.post(f"/cuentas/{account.pk}/conexion/").content.decode())


def consent_address(page: str) -> str:
    """Return the address of the only link of a page that goes on to a network's consent page."""
    links = html.fromstring(page).xpath(GO_ON)
    assert len(links) == 1, page
    return str(links[0].get("href"))


def answer(address: str, *ids: str, yes: bool = True) -> dict[str, str]:
    """Answer the consent page; return what the person brings back."""
    page = httpx.get(address)
    assert page.status_code == 200, page.text
    form: dict[str, Any] = {name: unescape(value) for name, value in FIELD.findall(page.text)}
    form |= {"account": list(ids), "answer": "yes" if yes else "no"}
    sent = httpx.post(address.partition("?")[0], data=form)
    assert sent.status_code == 302, sent.text
    assert sent.headers["location"].startswith(redirect_uri() + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}


def connect(client: Client, account: Account, *ids: str) -> str:
    """Connect an account whole; return what the page says at the end."""
    return come_back(client, answer(begin(client, account), *ids))


def come_back(client: Client, brought: dict[str, str]) -> str:
    """Return with what the network answered; the page at the end holds none of it."""
    page = client.get(RETURN, brought, follow=True)
    assert page.redirect_chain
    assert "code=" not in page.redirect_chain[-1][0]
    return str(page.content.decode())
