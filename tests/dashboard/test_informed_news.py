"""What became of the news that a person informed, on Hoy and in the list of news (P-1)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from pregonero.dashboard.queries import today_of
from pregonero.newsroom.models import News
from pregonero.newsroom.recipients import opened_sentence
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.actions import see_notice
from pregonero.people.models import Member, Notice
from tests.newsroom.factories import inform
from tests.publishing.test_states import put
from tests.stage import drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-1")]


def test_who_informed_follows_who_opened_it_and_how_its_publication_stands(
    luis: Member, ana: Member, beto: Member, now: datetime
) -> None:
    news = inform(luis)
    (item,) = today_of(luis, now=now).informed
    assert (item.opened, item.followup) == ("Ana y Beto no la han abierto", None)
    see_notice(notice=Notice.objects.get(member=ana), by=ana, now=now)
    (item,) = today_of(luis, now=now).informed
    assert item.opened == "la abrió Ana; Beto no la ha abierto"
    drafted(news, beto, now)
    (item,) = today_of(luis, now=now).informed
    assert item.followup is not None
    assert (item.followup.label, item.followup.is_draft) == ("borrador de Beto Mora", True)
    assert today_of(ana, now=now).informed == ()


def test_the_list_says_when_it_goes_out_and_what_failed(news: News, luis: Member, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    client = Client()
    client.force_login(ana.user)
    page = client.get("/noticias/?estado=informadas").content.decode()
    assert "sale el 24/11 a las 10:00" in page
    assert f'href="/publicaciones/{publication.pk}/"' in page
    assert "/publicaciones/borradores/" not in page  # it is scheduled: another one is not begun by mistake
    for delivery in Delivery.objects.filter(subject_id=publication.pk):
        put(delivery, DeliveryState.REJECTED)
    assert "revisa lo demás" in client.get("/noticias/?estado=informadas").content.decode()


def test_informed_sentence_without_anybody_is_empty() -> None:
    assert opened_sentence([]) == ""
