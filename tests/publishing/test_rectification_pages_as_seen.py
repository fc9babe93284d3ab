"""The pages of rectifications, as they are seen: with axe, at a desk and on a phone (N-2)."""

from datetime import datetime

import pytest
from django.test import Client

from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from tests.publishing.test_rectification import ask, grant, original
from tests.ui.browser import answers_of, faults_by_page

__all__ = ["original"]


@pytest.mark.procedure("N-2")
def test_axe_finds_nothing(
    original: Publication, accounts: dict[str, Account], ana: Member, carmen: Member, now: datetime
) -> None:
    waiting, decided = ask(original, ana, now), ask(original, ana, now, part=2)
    grant(decided, carmen, now, accounts["x"])
    client = Client()
    client.force_login(carmen.user)
    paths = ["/rectificaciones/", f"/rectificaciones/{waiting.pk}/", f"/rectificaciones/{decided.pk}/"]
    pages = answers_of(client, [*paths, f"/publicaciones/{original.pk}/rectificacion/"])
    assert {page.status for page in pages.values()} == {200}
    assert faults_by_page(pages, pages, schemes=("light", "dark")) == {}
