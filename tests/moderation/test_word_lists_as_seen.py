"""The pages of word lists, as they are seen: with axe, at a desk and on a phone, light and dark (N-6)."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.moderation.actions import word_lists as actions
from pregonero.moderation.actions.network_lists import store_network_list
from pregonero.moderation.models import CommunityRule
from pregonero.moderation.tasks import watch_lists
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.inbox.conftest import account_of
from tests.lab.process import Lab
from tests.moderation.conftest import Comment
from tests.moderation.test_word_lists import CRITICISM, INSULT, forced, shadowed
from tests.ui.browser import answers_of, faults_by_page

pytestmark = pytest.mark.procedure("N-6")


def test_axe_finds_nothing_in_the_pages_of_word_lists(
    lab: Lab,
    page: Account,
    comment: Comment,
    rules: list[CommunityRule],
    ana: Member,
    carmen: Member,
    settings: Settings,
) -> None:
    now = timezone.now()
    comment(INSULT), comment(CRITICISM, "Luis Pardo"), comment("Buena feria", "Eva Ruiz")
    in_force = actions.confirm_list(version=forced(page, ana), reason="De acuerdo.", by=carmen, now=now)
    comment("Pirobo el del video", "Sol Mora")
    watch_lists(timestamp=0)
    store_network_list(account=page, words=["gonorrea", "feo", "pirobo"], now=now)
    channel = account_of(lab, "youtube", carmen, settings)  # after the last reading: its jobs are enqueued once
    forced(channel, ana, "gonorrea", "hijo de puta")
    asked = actions.put_list_in_force(
        version=shadowed(page, ana, "gonorrea", "pirobo", "hijueputa"), reason="Ya sirve.", by=ana, now=now
    )
    client = Client()
    client.force_login(carmen.user)
    accounts = "/moderacion/listas/cuentas"
    pages = answers_of(
        client,
        [
            "/moderacion/listas/",
            f"{accounts}/{page.pk}/",
            f"{accounts}/{page.pk}/red/",
            f"{accounts}/{channel.pk}/revision/",
            in_force.get_absolute_url(),
            asked.get_absolute_url(),
        ],
    )
    assert {answer.status for answer in pages.values()} == {200}
    assert faults_by_page(pages, pages, schemes=("light", "dark")) == {}
