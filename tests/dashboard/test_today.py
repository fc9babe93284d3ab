"""Hoy: what each person must do, what goes out, what went wrong."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.dashboard.queries import today_of
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.outbox.subjects import DeliveryEvent, notify_owner
from pregonero.people.actions import notify
from pregonero.people.models import Member, Notice
from pregonero.publishing.actions import cancel_publication
from pregonero.publishing.models import Publication
from tests.publishing.test_states import put
from tests.stage import drafted, programmed

pytestmark = pytest.mark.usefixtures("accounts")


def page_of(member: Member) -> str:
    client = Client()
    client.force_login(member.user)
    return client.get("/").content.decode()


@pytest.mark.procedure("P-1")
def test_a_notice_waits_and_opening_it_leaves_the_receipt(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    client = Client()
    client.force_login(ana.user)
    notice = Notice.objects.get(member=ana)
    assert news.title in client.get("/").content.decode()
    response = client.post(f"/avisos/{notice.pk}/recibo/")
    assert response["Location"] == "/parrilla/"
    notice.refresh_from_db()
    assert notice.seen_at is not None


def test_a_notice_of_somebody_else_is_not_found(news: News, ana: Member, beto: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/", now=now)
    client = Client()
    client.force_login(beto.user)
    assert client.post(f"/avisos/{Notice.objects.get().pk}/recibo/").status_code == 404


def test_each_role_sees_what_it_can_do(candidate: News, luis: Member, ana: Member, now: datetime) -> None:
    assert [task.what for task in today_of(luis, now=now).tasks] == [candidate.title]
    assert today_of(ana, now=now).tasks == ()


def test_an_informed_news_item_waits_for_its_programme(news: News, ana: Member, now: datetime) -> None:
    (task,) = today_of(ana, now=now).tasks
    assert (task.act, task.path) == ("Programar", f"/publicaciones/nueva/?noticia={news.pk}")
    drafted(news, ana, now)
    (task,) = today_of(ana, now=now).tasks
    assert task.why == "Borrador sin programar."


def rejected(news: News, ana: Member, account: Account) -> Publication:
    publication = programmed(news, ana, timezone.now())
    Delivery.objects.filter(subject_id=publication.pk).filter(account=account).update(
        reason="El texto pasa 12 caracteres del límite."
    )
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=account), DeliveryState.REJECTED)
    return publication


@pytest.mark.procedure("P-6")
def test_what_went_wrong_stands_at_the_top(news: News, ana: Member, accounts: dict[str, Account]) -> None:
    rejected(news, ana, accounts["x"])
    page = page_of(ana)
    assert "no salió en todas sus cuentas" in page
    assert "El texto pasa 12 caracteres del límite." in page
    assert page.index("no salió en todas") < page.index("Lo que te toca")


def test_the_next_minute_is_said(news: News, ana: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=30))
    today = today_of(ana, now=now)
    assert today.next_at == now + timedelta(hours=1, minutes=30)


def test_another_entity_sees_none_of_it(news: News, ana: Member, dario: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    today = today_of(dario, now=now)
    assert (today.tasks, today.outgoing, today.troubles) == ((), (), ())


def test_what_a_person_stopped_is_no_failure_nor_the_next(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    cancel_publication(publication=publication, reason="Falta el visto bueno.", by=ana, now=now)
    today = today_of(ana, now=now)
    assert (today.troubles, today.next_at) == ((), None)


@pytest.mark.procedure("P-6")
def test_a_trouble_that_was_solved_leaves_the_first_screen(
    news: News, ana: Member, accounts: dict[str, Account]
) -> None:
    publication = rejected(news, ana, accounts["x"])
    delivery = Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"])
    notify_owner(delivery, DeliveryEvent.REJECTED, now=timezone.now())
    assert "no aceptó" in page_of(ana)
    put(delivery, DeliveryState.PUBLISHED)
    page = page_of(ana)
    assert "no aceptó" not in page
    assert "no salió en todas sus cuentas" not in page


@pytest.mark.procedure("P-1")
def test_an_informed_news_item_is_shown_once_and_preparing_it_is_the_receipt(
    news: News, ana: Member, now: datetime
) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    assert [task.what for task in today_of(ana, now=now).tasks] == [news.title]
    drafted(news, ana, now)
    (task,) = today_of(ana, now=now).tasks
    assert task.why == "Borrador sin programar."
    assert Notice.objects.get().seen_at == now
