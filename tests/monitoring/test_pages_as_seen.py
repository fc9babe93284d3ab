"""The pages of topics, as they are seen: with axe, at a desk and on a phone (T-1 to T-4)."""

import pytest
from django.test import Client

from pregonero.monitoring.actions import crisis
from pregonero.monitoring.models import Statement, Topic, WatchedSource
from pregonero.people.models import Member
from tests.conftest import NOW
from tests.monitoring.test_crisis import coffee, statement
from tests.ui.browser import answers_of, faults_by_page

__all__ = ["coffee", "statement"]
pytestmark = pytest.mark.procedure("T-1", "T-2", "T-3", "T-4")


def test_axe_finds_nothing(statement: Statement, coffee: Topic, carmen: Member) -> None:
    room = crisis.open_room(reason="Circula una cifra falsa.", decider=carmen, by=carmen, now=NOW)
    client = Client()
    client.force_login(carmen.user)
    source = WatchedSource.objects.order_by("pk")[0]
    paths = ["/temas/", coffee.get_absolute_url(), "/temas/fuentes/", "/temas/fuentes/nueva/"]
    paths += [f"/temas/fuentes/{source.pk}/retiro/", "/temas/voceria/", f"/temas/voceria/{statement.pk}/"]
    pages = answers_of(client, [*paths, "/temas/crisis/", f"/temas/crisis/{room.pk}/"])
    assert {page.status for page in pages.values()} == {200}
    assert faults_by_page(pages, pages, schemes=("light", "dark")) == {}
