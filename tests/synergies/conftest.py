"""A synergy of the press office of the Presidency."""

from datetime import timedelta
from typing import Any

import pytest

from pregonero.people.models import Member
from pregonero.synergies.actions.synergies import DefinitionDraft, Received, register_synergy
from pregonero.synergies.models import Synergy, SynergyState, SynergyWay
from tests.conftest import NOW

TEXTS = ("El turismo crece en todo el país.", "Colombia recibe más visitantes este año.")


def received(**changes: Any) -> Received:
    """Return what the press office sends, with changes."""
    values = {
        "sender": "Prensa de Presidencia",
        "beneficiary": "Ministerio de las Culturas",
        "topic": "Temporada de festivales",
        "way": SynergyWay.MAIL,
        "received_at": NOW - timedelta(hours=1),
        "message": "Les pedimos apoyar la temporada.",
        "window_to": NOW + timedelta(days=2),
    }
    return Received(**values | changes)  # type: ignore[arg-type]


def definitive(networks_person: Member, head: Member, **changes: Any) -> DefinitionDraft:
    """Return a definition that supports the synergy, with changes."""
    values = {
        "state": SynergyState.SUPPORTED,
        "circumstances": "Empieza la temporada alta.",
        "affinity": "Los festivales mueven el turismo.",
        "networks_person": networks_person,
        "head": head,
    }
    return DefinitionDraft(**values | changes)  # type: ignore[arg-type]


@pytest.fixture
def synergy(ana: Member) -> Synergy:
    return register_synergy(received=received(), texts=TEXTS, by=ana, now=NOW)
