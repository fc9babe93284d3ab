"""The demonstration: an invented team of the ministry, its accounts in the laboratory, and one news item carried
through to its four networks by the acts of its people, once.
"""

import json
import secrets
import time
import urllib.request
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.error import URLError
from uuid import UUID

import click
from django.conf import settings
from django.utils import timezone

from pregonero.networks import actions as networks
from pregonero.networks.models import Network
from pregonero.newsroom.actions import inform_link, register_source
from pregonero.newsroom.models import News, SourceKind
from pregonero.newsroom.reading.feed import read_feed
from pregonero.newsroom.reading.fetch import FEED, fetch
from pregonero.newsroom.reading.page import open_page
from pregonero.people import actions as people
from pregonero.people.models import Employment, Entity, Member
from pregonero.people.roles import Role
from pregonero.publishing import actions, checking
from pregonero.publishing.models import Delivery, Publication, PublicationState
from pregonero.publishing.states import IN_FLIGHT, WAITING
from pregonero.records.models import Event
from pregonero.records.queries import verify
from pregonero.running import Addresses, NotStarted

SLUG = "demostracion"
PEOPLE = (
    ("luis", "Luis Peña", "CONTENT_MANAGER"),
    ("ana", "Ana Rojas", "COMMUNITY_MANAGER"),
    ("beto", "Beto Mora", "DIGITAL_STRATEGIST"),
    ("marta", "Marta Gil", "ADVISER"),
    ("carmen", "Carmen Ortiz", "COORDINATOR"),
    ("ines", "Inés Duarte", "AUDITOR"),
)
KEY = UUID("5d7b4f0e-3a55-4e0c-9d5f-0c6b6a1f2e11")  # of the one publication: a second run finds it
SAMPLE = "Exportaciones no mineras"
NETWORKS = ("x", "facebook", "instagram", "youtube")
WHY = "Muestra en qué sectores crece el empleo que exporta."
WAIT_SECONDS = 120.0


@dataclass(frozen=True)
class Result:
    """What the demonstration left: counts, the address of each post, and whether the records hold."""

    news: int
    publications: int
    deliveries: dict[str, int]
    posts: dict[str, str]
    records: int
    chain: str

    @property
    def went_well(self) -> bool:
        """Return whether the news is out on the four networks and the chain holds."""
        return self.deliveries == {"published": len(NETWORKS)} and self.chain == "ok"

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return asdict(self)


def carry_through(addresses: Addresses) -> Result:
    """Have the demonstration entity, and its sample news out on the four networks; what is done is not repeated."""
    if not Entity.objects.filter(slug=SLUG).exists():
        _load(addresses, timezone.now())
    cast = _cast()
    publication = _programme(addresses, cast)
    _wait_until_final(publication)
    return _result(publication)


def password() -> str:
    """Return the demonstration people's password, made once for each installation."""
    path = settings.DATA_DIR / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def say(addresses: Addresses, result: Result) -> None:
    """Print the addresses and the people, for whoever typed `make run`."""
    lines = [
        "",
        f"Pregonero    {addresses.web}",
        f"Laboratorio  {addresses.lab}",
        "",
        "La noticia de muestra quedó en:",
    ]
    lines += [f"  {network:<10} {url}" for network, url in result.posts.items()]
    lines += ["", f"Personas de la demostración (clave: {password()}):"]
    lines += [f"  {first}@{SLUG}.test".ljust(28) + name for first, name, _ in PEOPLE]
    click.echo("\n".join([*lines, "", "Ctrl-C lo detiene todo.", ""]))


def check_posts(result: Result) -> None:
    """Open each post: a demonstration that can't be read is none."""
    for url in result.posts.values():
        with urllib.request.urlopen(url, timeout=10):  # noqa: S310  the laboratory's own address
            pass


def _load(addresses: Addresses, now: datetime) -> None:
    entity = people.register_entity(
        slug=SLUG, name="Ministerio de Comercio, Industria y Turismo (demostración)", short_name="MinComercio",
        initials="MC", official_domains=["127.0.0.1"], now=now,
    )  # fmt: skip
    for first, name, role in PEOPLE:
        people.register_member(
            entity=entity, email=f"{first}@{SLUG}.test", password=password(), name=name, roles=[Role(role)],
            employment=Employment.STAFF, by=None, now=now,
        )  # fmt: skip
    carmen = _cast()["carmen"]
    _register_accounts(addresses, carmen, now)
    register_source(
        entity=entity, kind=SourceKind.FEED, name="Noticias de la sede (RSS)", address=f"{addresses.lab}/sitio/feed.xml",
        by=carmen, now=now,
    )  # fmt: skip


def _register_accounts(addresses: Addresses, carmen: Member, now: datetime) -> None:
    found = {account["network"]: account for account in _read_json(f"{addresses.lab}/accounts.json")["accounts"]}
    for network in NETWORKS:
        theirs = found[network]
        account = networks.register_account(
            entity=carmen.entity, network=Network(network), handle=theirs["handle"], remote_id=theirs["id"],
            display_name=theirs["name"], purpose="Cuenta institucional", root_mailbox=f"redes@{SLUG}.test",
            by=carmen, now=now,
        )  # fmt: skip
        networks.connect_account(account=account, token=theirs["token"], expires_at=None, by=carmen, now=now)


def _cast() -> dict[str, Member]:
    members = Member.objects.filter(entity__slug=SLUG).select_related("entity", "user")
    return {member.user.email.partition("@")[0]: member for member in members}


def _programme(addresses: Addresses, cast: dict[str, Member]) -> Publication:
    made = Publication.objects.filter(key=KEY, entity=cast["beto"].entity).first()
    if made is not None and made.state == PublicationState.PROGRAMMED:
        return made
    beto = cast["beto"]
    news = _inform(addresses, cast["luis"])
    publication = actions.draft_publication(news=news, key=KEY, by=beto, now=timezone.now())
    change = actions.PublicationChange(why=WHY, theme="Exportaciones", relevance=1, link=publication.link)
    publication = actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=beto, now=timezone.now()
    )
    checking.refresh_link(publication, now=timezone.now())
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    return actions.program_publication(publication=publication, due_at=minute, by=beto, now=now)


def _inform(addresses: Addresses, luis: Member) -> News:
    """Inform the sample news as its content manager would, and wait until its page has been read."""
    address = _sample_address(addresses)
    news = News.objects.filter(entity=luis.entity, informing__isnull=False).order_by("pk").first()
    if news is None:
        news = inform_link(
            entity=luis.entity, address=address, page=open_page(address), reference="SEDE-2026-0417", note="",
            by=luis, now=timezone.now(),
        )  # fmt: skip
    until = time.monotonic() + WAIT_SECONDS
    while news.picture is None or news.video is None:
        if time.monotonic() > until:
            raise NotStarted(f"La página de la noticia no se leyó completa: {news.page_problem or 'sin respuesta'}")
        time.sleep(0.1)
        news.refresh_from_db()
    return news


def _sample_address(addresses: Addresses) -> str:
    """Return the news item of the sample website that brings a picture and a video, found in its feed."""
    items = read_feed(fetch(f"{addresses.lab}/sitio/feed.xml", FEED))
    return next(item.address for item in items if item.title.startswith(SAMPLE))


def _wait_until_final(publication: Publication) -> None:
    until = time.monotonic() + WAIT_SECONDS
    moving = Delivery.objects.filter(publication=publication, state__in=(*WAITING, *IN_FLIGHT))
    while moving.exists() and time.monotonic() < until:
        time.sleep(0.1)


def _result(publication: Publication) -> Result:
    deliveries = list(Delivery.objects.filter(publication=publication).select_related("account"))
    states = [delivery.state.lower() for delivery in deliveries]
    verification = verify(publication.entity_id)
    return Result(
        news=News.objects.filter(entity_id=publication.entity_id).count(),
        publications=Publication.objects.filter(entity_id=publication.entity_id).count(),
        deliveries={state: states.count(state) for state in sorted(set(states))},
        posts={delivery.account.network: delivery.url for delivery in deliveries},
        records=Event.objects.filter(entity_id=publication.entity_id).count(),
        chain="ok" if verification.ok else str(verification.problem),
    )


def _read_json(address: str) -> Any:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310  the laboratory's own address
            return json.load(response)
    except URLError as error:
        raise NotStarted(f"El laboratorio no respondió {address} ({error.reason}).") from error
