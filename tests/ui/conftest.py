"""Pages as somebody who signed in sees them, and a browser to look at them with."""

from typing import Any

import pytest
from django.test import Client

from pregonero.people.models import Member

PLAIN_FILES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture(autouse=True)
def files_by_their_plain_names(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | PLAIN_FILES


@pytest.fixture
def signed_in(client: Client, ana: Member) -> Client:
    client.force_login(ana.user)
    return client
