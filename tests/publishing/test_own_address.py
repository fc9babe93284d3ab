"""Deliveries whose media the network cannot download from our public address."""

from datetime import datetime, timedelta

import pytest

from pregonero.dashboard.queries import today_of
from pregonero.networks.base import MediaUnreachable
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.actions.prepare import finish_preparing, lease_for_preparing, postpone_preparing
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from tests.publishing.test_states import put
from tests.stage import programmed

pytestmark = [pytest.mark.procedure("P-6"), pytest.mark.usefixtures("accounts")]
WHY = "Instagram no podría bajar el archivo: la dirección pública de este sistema no respondió."


def test_a_delivery_whose_media_are_unreachable_waits_and_is_shown_until_it_is_published(
    news: News, ana: Member, accounts: dict[str, Account], now: datetime
) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(minutes=30))
    delivery = Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["instagram"])
    work = lease_for_preparing(delivery_id=delivery.pk, worker="w", now=now)
    assert work is not None
    postpone_preparing(job=work, error=MediaUnreachable(WHY, code="own_address", retry_after=60), now=now)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.prepare_at) == ("PLANNED", WHY, now + timedelta(minutes=1))
    (task,) = [each for each in today_of(ana, now=now).tasks if "no podría bajar los archivos" in each.title]
    assert (task.why, task.path) == (WHY, f"/publicaciones/{publication.pk}/")

    later = now + timedelta(minutes=1)
    again = lease_for_preparing(delivery_id=delivery.pk, worker="w", now=later)
    assert again is not None
    finish_preparing(job=again, prepared={"container_id": "1"}, now=later)
    delivery.refresh_from_db()
    assert delivery.reason == ""
    put(delivery, DeliveryState.PUBLISHED)
    assert not [each for each in today_of(ana, now=now).tasks if "bajar los archivos" in each.title]
