"""Entities with people who can sign in and accounts connected to the laboratory."""

import time
from dataclasses import dataclass
from datetime import datetime

from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.people import actions as people
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role
from tests import conftest as cast
from tests.lab.process import Lab
from tests.second_factor import enrol_on_known_device

HANDLES = {
    "x": "mincomercioco", "facebook": "MincomercioCo", "instagram": "mincomercioco", "youtube": "MincomercioColombia",
}  # fmt: skip
PEOPLE = (
    ("luis", "Luis Peña", Role.CONTENT_MANAGER),
    ("ana", "Ana Rojas", Role.COMMUNITY_MANAGER),
    ("beto", "Beto Mora", Role.DIGITAL_STRATEGIST),
    ("carmen", "Carmen Ortiz", Role.COORDINATOR),
    ("rita", "Rita Lara", Role.CITIZEN_RELATIONS),
)


@dataclass(frozen=True)
class Team:
    """An entity, its members by first name, and its account handles by network."""

    entity: Entity
    people: dict[str, Member]
    handles: dict[str, str]


def register_team(lab: Lab, slug: str, now: datetime) -> Team:
    """Register an entity with five members and a connected account on each of four networks."""
    entity = people.register_entity(
        slug=slug,
        name="Ministerio de Comercio, Industria y Turismo",
        short_name="MinComercio",
        initials="MC",
        official_domains=["127.0.0.1"],
        now=now,
    )
    members = {first: cast.member(entity, first, name, role) for first, name, role in PEOPLE}
    enrol_on_known_device(*members.values(), now=now)
    return Team(entity, members, {name: _connect(lab, name, slug, members["carmen"], now) for name in HANDLES})


def _connect(lab: Lab, name: str, slug: str, carmen: Member, now: datetime) -> str:
    handle = HANDLES[name] + ("" if slug == "mincomercio" else f"_{slug}")
    token, id = f"t-{name}-{slug}", f"{'UClab' if name == 'youtube' else ''}{time.monotonic_ns()}"
    theirs = {"network": name, "id": id, "handle": handle, "token": token, "name": "MinComercio", "extra": {}}
    lab.client.post("/accounts", json=[theirs]).raise_for_status()
    account = register_account(
        entity=carmen.entity,
        network=name,
        handle=handle,
        remote_id=id,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=carmen,
        now=now,
    )
    connect_account(account=account, token=token, expires_at=None, by=carmen, now=now)
    return handle
