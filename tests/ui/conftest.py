"""A signed-in client and a browser."""

import pytest
from django.test import Client

from pregonero.people.models import Member


@pytest.fixture
def signed_in(client: Client, ana: Member) -> Client:
    client.force_login(ana.user)
    return client
