"""The data of the demonstration: an entity, its people, its accounts at the lab and its news source.

Each part is created only when it is missing, so a start that was interrupted can be repeated.
"""

import hmac
import json
import secrets
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.utils import timezone

from pregonero.controls.actions.register import adopt_catalog
from pregonero.demo.second_factor import demo_secret
from pregonero.inbox.actions.triage import set_pqrsd_parameters
from pregonero.inbox.queries import pqrsd_parameters
from pregonero.media.actions import save_upload
from pregonero.media.store import store_arms
from pregonero.moderation.actions.community import put_in_force, write_rules
from pregonero.moderation.first_rules import first_rules
from pregonero.moderation.queries import rules_in_force
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import add_administrator, register_account, save_application
from pregonero.networks.connection import redirect_uri
from pregonero.networks.models import Account, Application, Credential
from pregonero.newsroom.actions import register_source
from pregonero.newsroom.models import Source
from pregonero.newsroom.sources.registry import FEED
from pregonero.people import actions as people
from pregonero.people.models import Employment, Entity, Member, User
from pregonero.people.roles import Role
from pregonero.people.security import queries as security_queries
from pregonero.people.security import totp
from pregonero.people.security.actions import confirm_code_app, make_recovery_codes, start_code_app
from pregonero.stack import Addresses, NotStarted

SLUG = "demostracion"
PEOPLE = (
    ("luis", "Luis Peña", Role.CONTENT_MANAGER),
    ("ana", "Ana Rojas", Role.COMMUNITY_MANAGER),
    ("beto", "Beto Mora", Role.DIGITAL_STRATEGIST),
    ("marta", "Marta Gil", Role.ADVISER),
    ("carmen", "Carmen Ortiz", Role.COORDINATOR),
    ("ines", "Inés Duarte", Role.AUDITOR),
    ("rita", "Rita Lara", Role.CITIZEN_RELATIONS),
)
NETWORKS = ("x", "facebook", "instagram", "youtube")
PURPOSES = {
    "x": "Noticias y avisos del Ministerio, al minuto",
    "facebook": "Página institucional: noticias, convocatorias y respuestas",
    "instagram": "Imágenes y reels de los programas del Ministerio",
    "youtube": "Videos y transmisiones en vivo",
}
ARMS = Path(__file__).parent / "arms.png"  # drawn from arms.svg
SOURCE = "Noticias de la sede (RSS)"


def load_demo(addresses: Addresses, *, now: datetime) -> dict[str, Member]:
    """Create what is missing of the demonstration data and return the people by their first name."""
    entity = Entity.objects.filter(slug=SLUG).first() or people.register_entity(
        slug=SLUG,
        name="Ministerio de Comercio, Industria y Turismo (demostración)",
        short_name="MinComercio",
        initials="MC",
        official_domains=["127.0.0.1"],
        now=now,
    )
    _register_people(entity, now)
    cast = _cast(entity)
    for person in cast.values():
        _enrol(person.user, now)
    if not entity.arms_sha256:
        _set_arms(entity, cast["carmen"], now)
    _register_accounts(addresses, cast["carmen"], now)
    if not Source.objects.filter(entity=entity, name=SOURCE).exists():
        address = f"{addresses.lab}/sitio/feed.xml"
        register_source(entity=entity, kind=FEED, name=SOURCE, address=address, by=cast["carmen"], now=now)
    adopt_catalog(entity=entity, now=now)
    if pqrsd_parameters(entity) is None:
        set_pqrsd_parameters(
            entity=entity,
            address=f"{addresses.lab}/sitio/pqrsd",
            text="Tu caso lo atiende la oficina que lo tramita. Escríbele por PQRSD, así queda con número de radicado:",
            reason="Parámetros de la demostración.",
            by=cast["rita"],
            now=now,
        )
    if rules_in_force(entity) is None:
        _put_rules_in_force(cast, now)
    return cast


def _put_rules_in_force(cast: dict[str, Member], now: datetime) -> None:
    """Put the proposed community rules in force: Ana writes them and Carmen publishes them."""
    first = first_rules()
    version = write_rules(
        introduction=first.introduction, rules=first.rules, reason=first.reason, by=cast["ana"], now=now
    )
    put_in_force(version=version, notes=first.notes, by=cast["carmen"], now=now)


def demo_password() -> str:
    """Return the password of all demonstration people, which is generated once for each installation."""
    path = settings.DATA_DIR / "demo-password"
    if not path.exists():
        whole = path.with_name(".demo-password.new")
        whole.touch(mode=0o600)
        whole.write_text(secrets.token_urlsafe(12), encoding="utf-8")
        whole.rename(path)
    return path.read_text(encoding="utf-8")


def _cast(entity: Entity) -> dict[str, Member]:
    members = Member.objects.filter(entity=entity).select_related("entity", "user")
    return {member.user.email.partition("@")[0]: member for member in members}


def _set_arms(entity: Entity, carmen: Member, now: datetime) -> None:
    medium = save_upload(stored=store_arms([ARMS.read_bytes()], ARMS.name), by=carmen, now=now)
    profile = people.EntityProfile(
        name=entity.name,
        short_name=entity.short_name,
        initials=entity.initials,
        arms_sha256=medium.sha256,
        arms_alt="Escudo de la demostración: una rosa de los vientos sobre el mar",
    )
    people.edit_entity(entity=entity, profile=profile, by=carmen, now=now)


def _register_people(entity: Entity, now: datetime) -> None:
    present = _cast(entity)
    for first, name, role in PEOPLE:
        if first not in present:
            people.register_member(
                entity=entity,
                email=f"{first}@{SLUG}.test",
                password=demo_password(),
                name=name,
                roles=[role],
                employment=Employment.STAFF,
                by=None,
                now=now,
            )


def _enrol(user: User, now: datetime) -> None:
    """Give a person the demonstration's code application, confirmed with the code before the one of now."""
    if security_queries.is_enrolled(user):
        return
    secret = start_code_app(user=user, secret=demo_secret())
    confirm_code_app(user=user, code=totp.code_at(secret, totp.step_of(now) - totp.DRIFT), now=now)
    make_recovery_codes(user=user, now=now)


def _register_accounts(addresses: Addresses, carmen: Member, now: datetime) -> None:
    lab_accounts = {account["network"]: account for account in _read_json(f"{addresses.lab}/accounts.json")["accounts"]}
    for network in NETWORKS:
        lab_account = lab_accounts[network]
        account = Account.objects.filter(entity=carmen.entity, network=network).first() or register_account(
            entity=carmen.entity,
            network=network,
            handle=lab_account["handle"],
            remote_id=lab_account["id"],
            display_name=lab_account["name"],
            purpose=PURPOSES[network],
            root_mailbox=f"redes@{SLUG}.test",
            by=carmen,
            now=now,
        )
        if not Credential.objects.filter(account=account).exists():
            connect_account(account=account, token=lab_account["token"], expires_at=None, by=carmen, now=now)
        _register_application(addresses, network, carmen, now)
        _name_administrators(account, carmen, now)


def _register_application(addresses: Addresses, network: str, carmen: Member, now: datetime) -> None:
    """Register the entity's OAuth application at the lab, so that its accounts can be connected again."""
    secret = hmac.new(settings.SECRET_KEY.encode(), f"demo:{network}".encode(), "sha256").hexdigest()
    id = f"pregonero-{network}"
    redirects = [redirect_uri()]
    _post_json(f"{addresses.lab}/apps", {"id": id, "secret": secret, "redirects": redirects, "name": "Pregonero"})
    if not Application.objects.filter(entity=carmen.entity, network=network).exists():
        save_application(network=network, server="", client_id=id, secret=secret, by=carmen, now=now)


def _name_administrators(account: Account, carmen: Member, now: datetime) -> None:
    """Name the administrators of an account: two for the Facebook page, as the procedure requires, one for the rest."""
    if account.administrators.exists():
        return
    cast = _cast(carmen.entity)
    for first in ("ana", "marta") if account.network == "facebook" else ("ana",):
        add_administrator(
            account=account, name="", member=cast[first], since=timezone.localdate(now), by=carmen, now=now
        )


def _post_json(address: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310  an address of the lab
        address, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            return
    except URLError as error:
        raise NotStarted(f"El laboratorio no respondió {address} ({error.reason}).") from error


def _read_json(address: str) -> Any:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310  an address of the lab
            return json.load(response)
    except URLError as error:
        raise NotStarted(f"El laboratorio no respondió {address} ({error.reason}).") from error
