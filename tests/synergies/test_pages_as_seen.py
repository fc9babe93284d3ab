"""The pages of synergies, as they are seen: with axe, at a desk and on a phone (S-1)."""

import pytest
from django.test import Client

from pregonero.people.models import Member
from pregonero.synergies.actions.synergies import define_synergy, register_synergy
from pregonero.synergies.models import Synergy
from tests.conftest import NOW
from tests.synergies.conftest import definitive, received
from tests.ui.browser import answers_of, faults_by_page

pytestmark = pytest.mark.procedure("S-1")


def test_axe_finds_nothing(synergy: Synergy, ana: Member, marta: Member) -> None:
    define_synergy(synergy=synergy, definition=definitive(ana, marta), by=ana, now=NOW)
    waiting = register_synergy(received=received(topic="Semana de la cocina"), texts=(), by=ana, now=NOW)
    client = Client()
    client.force_login(ana.user)
    paths = ["/sinergias/", "/sinergias/?estado=todas", "/sinergias/nueva/", synergy.get_absolute_url()]
    pages = answers_of(client, [*paths, waiting.get_absolute_url()])
    assert faults_by_page(pages, pages, schemes=("light", "dark")) == {}
