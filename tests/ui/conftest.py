"""Pages as somebody who signed in sees them, and a browser to look at them with."""

import pytest
from django.test import Client

from pregonero.people.models import Member


@pytest.fixture
def signed_in(client: Client, ana: Member) -> Client:
    client.force_login(ana.user)
    return client
