"""A person of two entities acts for one at a time, and sees nothing of the other."""

from datetime import datetime

import pytest
from django.test import Client

from pregonero.people import actions
from pregonero.people.models import Employment, Entity, Member
from pregonero.people.roles import Role


@pytest.fixture
def twice(ana: Member, other_entity: Entity, now: datetime) -> Member:
    return actions.register_member(
        entity=other_entity, email=ana.user.email, password="", name="Ana Rojas", roles=[Role.ADVISER],
        employment=Employment.STAFF, by=None, now=now,
    )  # fmt: skip


@pytest.fixture
def client_of_ana(ana: Member, twice: Member) -> Client:
    client = Client()
    client.force_login(ana.user)
    return client


def test_the_chosen_entity_is_the_one_of_every_page(client_of_ana: Client, twice: Member) -> None:
    client_of_ana.post("/entidad/", {"entity": twice.entity_id})
    page = client_of_ana.get("/").content.decode()
    assert "Otra entidad" in page
    assert "Asesor(a)" in page


def test_an_entity_of_somebody_else_cannot_be_chosen(ana: Member, other_entity: Entity) -> None:
    client = Client()
    client.force_login(ana.user)
    assert client.post("/entidad/", {"entity": other_entity.pk}).status_code == 422
    assert "Otra entidad" not in client.get("/").content.decode()
