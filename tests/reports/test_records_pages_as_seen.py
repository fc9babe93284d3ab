"""The pages of records and of exports, as they are seen: with axe, at a desk and on a phone (R-1, R-2)."""

import pytest
from django.test import Client

from pregonero.people.models import Member
from tests.ui.browser import answers_of, faults_by_page


@pytest.mark.procedure("R-1", "R-2")
def test_axe_finds_nothing(carmen: Member) -> None:
    client = Client()
    client.force_login(carmen.user)
    client.post("/registros/punto/")
    client.post("/registros/correo/", {"email": "archivo@otra.gov.co"})
    client.post("/exportar/", {"kind": "CSV"})
    pages = answers_of(client, ["/registros/", "/exportar/"])
    assert {page.status for page in pages.values()} == {200}
    assert faults_by_page(pages, pages, schemes=("light", "dark")) == {}
