"""A person with memberships in two entities chooses one and sees only its data."""

from datetime import datetime

import pytest
from django.test import Client

from pregonero.people import actions
from pregonero.people.models import Employment, Entity, Member
from pregonero.people.roles import Role


@pytest.fixture
def second_membership(ana: Member, other_entity: Entity, now: datetime) -> Member:
    return actions.register_member(
        entity=other_entity,
        email=ana.user.email,
        password="",
        name="Ana Rojas",
        roles=[Role.ADVISER],
        employment=Employment.STAFF,
        by=None,
        now=now,
    )


@pytest.fixture
def client_of_ana(ana: Member, second_membership: Member) -> Client:
    client = Client()
    client.force_login(ana.user)
    return client


def test_chosen_entity_applies_to_every_page(client_of_ana: Client, second_membership: Member) -> None:
    client_of_ana.post("/entidad/", {"entity": second_membership.entity_id})
    page = client_of_ana.get("/").content.decode()
    assert "Otra entidad" in page
    assert "Asesoría de comunicaciones" in page


def test_entity_without_a_membership_cannot_be_chosen(ana: Member, other_entity: Entity) -> None:
    client = Client()
    client.force_login(ana.user)
    assert client.post("/entidad/", {"entity": other_entity.pk}).status_code == 422
    assert "Otra entidad" not in client.get("/").content.decode()
