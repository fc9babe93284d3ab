"""Rows of the table of addresses: synergies that arrive, and what is defined about them."""

from typing import Any

from django.utils import timezone

from pregonero.people.roles import Role
from pregonero.synergies.models import Synergy, SynergyFile, SynergyWay
from tests.attack.conftest import Stage
from tests.attack.row import FOUND, NETWORKS_AND_HEADS, OK, Row


def _synergy(stage: Stage) -> Synergy:
    now = timezone.now()
    made, _ = Synergy.objects.get_or_create(
        entity=stage.entity,
        topic="Temporada de festivales",
        defaults={
            "sender": "Prensa de Presidencia",
            "beneficiary": "MinCulturas",
            "way": SynergyWay.MAIL,
            "received_at": now,
            "registered_by": stage.people[Role.COMMUNITY_MANAGER],
            "registered_at": now,
        },
    )
    return made


def synergy_of(stage: Stage) -> list[Any]:
    return [_synergy(stage).pk]


def file_of(stage: Stage) -> list[Any]:
    file, _ = SynergyFile.objects.get_or_create(
        synergy=_synergy(stage), digest="0" * 64, defaults={"name": "a.txt", "content": b"a"}
    )
    return [file.pk]


def _received(_: Stage) -> dict[str, str]:
    return {"sender": "Prensa", "beneficiary": "MinCulturas", "topic": "Festivales", "way": "MAIL", "texts": "Uno"}


def _definition(stage: Stage) -> dict[str, str]:
    return {
        "state": "SUPPORTED",
        "circumstances": "Empieza la temporada.",
        "affinity": "Mueve el turismo.",
        "networks_person": str(stage.people[Role.COMMUNITY_MANAGER].pk),
        "head": str(stage.people[Role.ADVISER].pk),
    }


SYNERGY_ROWS = (
    Row("synergies:synergies", outside=OK),
    Row("synergies:register", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("synergies:register", "POST", data=_received, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND, both=True),
    Row("synergies:synergy", arguments=synergy_of),
    Row("synergies:define", "POST", synergy_of, _definition, NETWORKS_AND_HEADS, FOUND),
    Row("synergies:file", arguments=file_of),
)  # fmt: skip
