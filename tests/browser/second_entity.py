"""A second entity of the sample day, for what the first does not show: accounts in every state, a thread with several
media, converted versions to accept, a first comment, and manual posts.
"""

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.store import store_upload
from pregonero.networks.actions.credentials import record_connection_test, record_lost_authorization
from pregonero.networks.actions.register import (
    add_administrator,
    pause_account,
    register_account,
    retire_account,
    save_application,
    set_link_placement,
)
from pregonero.networks.models import Account, Credential
from pregonero.newsroom import actions as newsroom
from pregonero.newsroom.reading.page import fetch_page
from pregonero.newsroom.tasks import read_page
from pregonero.outbox.actions.manual import start_manual_post
from pregonero.outbox.models import Delivery
from pregonero.publishing import actions, link_check, queries
from pregonero.publishing.actions import AdaptationChange, Described, PublicationChange
from pregonero.publishing.models import Publication
from tests.browser.clock import SAMPLE_TIME
from tests.browser.sample_entities import Team, register_team
from tests.films import CAPTIONS, film, picture
from tests.lab.process import Lab
from tests.stage import told_why

WHY = "Muestra en qué sectores crece el empleo que exporta."
PARTS = ("Antioquia, Bogotá y Valle del Cauca suman más de la mitad del total.", "Las flores crecieron 12 %.")
PLACES = {
    "hilo": "comercio/exportaciones-no-mineras-crecieron",
    "a mano": "turismo/senalizacion-turistica-accesible-doce-pueblos",
}


@dataclass(frozen=True)
class SecondEntity:
    """The second entity, and the primary keys of its rows by name."""

    team: Team
    accounts: dict[str, int]
    publications: dict[str, int]
    deliveries: dict[str, int]


def make_second_entity(lab: Lab) -> SecondEntity:
    """Make the second entity through the actions of its members."""
    team = register_team(lab, "otra", SAMPLE_TIME - timedelta(days=1))
    accounts = {account.network: account for account in team.entity.accounts.order_by("pk")}
    _set_up(team, accounts, SAMPLE_TIME - timedelta(hours=2))
    made = {name: _draft(lab, team, name, SAMPLE_TIME - timedelta(hours=1)) for name in PLACES}
    _fill(made["hilo"], team, SAMPLE_TIME - timedelta(minutes=30))
    deliveries = _by_hand(made["a mano"], team, SAMPLE_TIME - timedelta(minutes=20))
    _trouble(lab, team, accounts, SAMPLE_TIME - timedelta(minutes=10))
    return SecondEntity(
        team,
        {name: account.pk for name, account in accounts.items()},
        {name: publication.pk for name, publication in made.items()},
        deliveries,
    )


def _set_up(team: Team, accounts: dict[str, Account], now: datetime) -> None:
    carmen = team.people["carmen"]
    since = now.date() - timedelta(days=60)
    add_administrator(account=accounts["x"], name="", member=team.people["ana"], since=since, by=carmen, now=now)
    add_administrator(account=accounts["x"], name="Agencia Sol y Sombra", member=None, since=since, by=carmen, now=now)
    set_link_placement(
        account=accounts["facebook"],
        reason="La página pasó sus dos publicaciones con enlace del mes.",
        by=carmen,
        now=now,
    )
    save_application(
        network="x", server="", client_id="pregonero-mincomercio", secret="secreto-de-prueba", by=carmen, now=now
    )


def _draft(lab: Lab, team: Team, name: str, now: datetime) -> Publication:
    address = f"{lab.url}/sitio/prensa/noticias/{PLACES[name]}"
    page = replace(fetch_page(address), published_at=now - timedelta(minutes=20))
    luis, beto = team.people["luis"], team.people["beto"]
    news = newsroom.inform_link(
        entity=team.entity, address=address, page=page, reference="SEDE-2026-0501", note="", by=luis, now=now
    )
    read_page(news_id=news.pk)
    news.refresh_from_db()
    publication = actions.draft_publication(source=news.ref, key=uuid4(), by=beto, now=now)
    said = {each.account_id: told_why(each) for each in queries.going_adaptations(publication)}
    publication = _edited(publication, team, said, now)
    link_check.refresh_link(publication, now=now)
    return publication


def _edited(publication: Publication, team: Team, said: dict[int, AdaptationChange], now: datetime) -> Publication:
    change = PublicationChange(WHY, "Exportaciones", 1, publication.link, said)
    return actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=team.people["beto"], now=now
    )


def _fill(publication: Publication, team: Team, now: datetime) -> None:
    """Attach several media, captions and a thread, with files that must be converted before a network accepts them."""
    beto = team.people["beto"]
    account = {each.account.network: each.account_id for each in queries.adaptations_of(publication)}

    def attach(network: str, medium: Medium, **described: str) -> None:
        actions.attach_medium(
            publication=publication,
            accounts=[account[network]],
            medium=medium,
            by=beto,
            now=now,
            described=Described(**described),
        )

    def uploaded(data: bytes, name: str, wanted: str = "media") -> Medium:
        return save_upload(stored=store_upload(iter([data]), name, expected=wanted), by=beto, now=now)

    attach("x", uploaded(picture("PNG", (640, 400)), "mapa.png"), alt="Mapa de los departamentos que más exportan")
    attach("instagram", uploaded(picture("PNG", (900, 300)), "franja.png"), alt="Franja con las tres cifras del mes")
    with tempfile.TemporaryDirectory() as folder:
        wide = film(Path(folder) / "ancho.mp4", size=(1280, 960), seconds=4).read_bytes()
        attach("facebook", uploaded(wide, "ancho.mp4"), without_captions_because="El video no tiene voz.")
    publication.refresh_from_db()
    said = {each.account_id: told_why(each) for each in queries.adaptations_of(publication)}
    said[account["x"]] = replace(said[account["x"]], parts=PARTS)
    _edited(publication, team, said, now)
    video = next(each for each in queries.adaptations_of(publication) if each.account_id == account["youtube"]).media[0]
    actions.add_captions(attachment=video, captions=uploaded(CAPTIONS, "subtitulos.vtt", "captions"), by=beto, now=now)
    actions.add_thumbnail(
        attachment=video, thumbnail=uploaded(picture("JPEG", (1280, 720)), "m.jpg", "picture"), by=beto, now=now
    )


def _by_hand(publication: Publication, team: Team, now: datetime) -> dict[str, int]:
    beto = team.people["beto"]
    publication.refresh_from_db()
    publication = actions.program_publication(
        publication=publication, due_at=SAMPLE_TIME + timedelta(hours=2), by=beto, now=now
    )
    sent = {each.account.network: each for each in Delivery.objects.filter(subject_id=publication.pk, position=0)}
    start_manual_post(delivery=sent["x"], by=beto, now=now)
    actions.pause_publication(publication=publication, reason="Falta confirmar una cifra.", by=beto, now=now)
    return {"tomada": sent["x"].pk, "por tomar": sent["facebook"].pk}


def _trouble(lab: Lab, team: Team, accounts: dict[str, Account], now: datetime) -> None:
    carmen = team.people["carmen"]
    record_connection_test(
        account=accounts["x"], passed=True, result="X respondió que es @mincomercioco_otra.", by=carmen, now=now
    )
    pause_account(
        account=accounts["instagram"],
        reason="Cambio de contraseña en curso, hasta que el jefe de sistemas avise.",
        by=carmen,
        now=now,
    )
    generation = Credential.objects.get(account=accounts["youtube"]).generation
    record_lost_authorization(
        account_id=accounts["youtube"].pk,
        generation=generation,
        reason="YouTube dice que la autorización terminó: alguien la retiró o cambió la contraseña.",
        now=now,
    )
    for network, server in (("mastodon", "https://mastodon.example"), ("bluesky", "https://bsky.social")):
        accounts[network] = register_account(
            entity=team.entity,
            network=network,
            handle="mincomercio.gov.co",
            server=server,
            remote_id="",
            display_name="MinComercio",
            purpose="Presencia en redes abiertas",
            root_mailbox="",
            by=carmen,
            now=now,
        )
    retire_account(
        account=accounts["bluesky"], reason="Se abrirá otra con el dominio de la entidad.", by=carmen, now=now
    )
