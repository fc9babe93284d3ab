"""Fixtures shared with the tests of publishing, and a publication that went out."""

import pytest
from django.core.cache import cache
from django.db import connection

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from tests.conftest import NOW
from tests.publishing.conftest import accounts, candidate, news, picture, video
from tests.publishing.test_states import put
from tests.stage import programmed

__all__ = ["accounts", "candidate", "news", "picture", "video"]


@pytest.fixture
def published(accounts: dict[str, Account], news: News, beto: Member) -> Publication:
    """A publication that went out on X and Facebook, with its addresses there; nothing on the other networks."""
    cache.clear()
    publication = programmed(news, beto, NOW)
    for network, remote_id, url in (
        ("x", "19", "https://x.com/mincomercioco/status/19"),
        ("facebook", "id-facebook_5", "https://www.facebook.com/id-facebook/posts/5"),
    ):
        delivery = Delivery.objects.get(subject_id=publication.pk, account=accounts[network], position=0)
        put(delivery, "PUBLISHED")
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE outbox_delivery SET remote_id = %s, url = %s WHERE id = %s", [remote_id, url, delivery.pk]
            )
            cursor.execute("SET session_replication_role = origin")
    return publication
