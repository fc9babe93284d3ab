"""The Hoy page: tasks, publications of the day and their problems."""

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
def test_opening_a_notice_records_that_it_was_seen(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    client = Client()
    client.force_login(ana.user)
    notice = Notice.objects.get(member=ana)
    assert news.title in client.get("/").content.decode()
    response = client.post(f"/avisos/{notice.pk}/recibo/")
    assert response["Location"] == "/parrilla/"
    notice.refresh_from_db()
    assert notice.seen_at is not None


def test_notice_of_another_member_is_not_found(news: News, ana: Member, beto: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/", now=now)
    client = Client()
    client.force_login(beto.user)
    assert client.post(f"/avisos/{Notice.objects.get().pk}/recibo/").status_code == 404


def test_tasks_depend_on_the_role(candidate: News, luis: Member, ana: Member, now: datetime) -> None:
    assert [task.what for task in today_of(luis, now=now).tasks] == [candidate.title]
    assert today_of(ana, now=now).tasks == ()


def test_informed_news_item_is_a_task_until_it_is_scheduled(news: News, ana: Member, now: datetime) -> None:
    (task,) = today_of(ana, now=now).tasks
    assert (task.act, task.path) == ("Programar", f"/publicaciones/nueva/?fuente=news:{news.pk}")
    drafted(news, ana, now)
    (task,) = today_of(ana, now=now).tasks
    assert task.why == "Borrador sin programar."


def publication_rejected_on(news: News, ana: Member, account: Account) -> Publication:
    publication = programmed(news, ana, timezone.now())
    Delivery.objects.filter(subject_id=publication.pk).filter(account=account).update(
        reason="El texto pasa 12 caracteres del límite."
    )
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=account), DeliveryState.REJECTED)
    return publication


@pytest.mark.procedure("P-6")
def test_failed_delivery_is_shown_above_the_tasks(news: News, ana: Member, accounts: dict[str, Account]) -> None:
    publication_rejected_on(news, ana, accounts["x"])
    page = page_of(ana)
    assert "no salió en todas sus cuentas" in page
    assert "El texto pasa 12 caracteres del límite." in page
    assert page.index("no salió en todas") < page.index("Lo que te toca")


def test_next_at_is_the_time_of_the_next_publication(news: News, ana: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=30))
    today = today_of(ana, now=now)
    assert today.next_at == now + timedelta(hours=1, minutes=30)


def test_today_is_empty_for_a_member_of_another_entity(news: News, ana: Member, dario: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    today = today_of(dario, now=now)
    assert (today.tasks, today.outgoing, today.troubles) == ((), (), ())


def test_cancelled_publication_is_neither_a_problem_nor_the_next(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    cancel_publication(publication=publication, reason="Falta el visto bueno.", by=ana, now=now)
    today = today_of(ana, now=now)
    assert (today.troubles, today.next_at) == ((), None)


@pytest.mark.procedure("P-6")
def test_notice_of_a_solved_problem_is_not_shown(news: News, ana: Member, accounts: dict[str, Account]) -> None:
    publication = publication_rejected_on(news, ana, accounts["x"])
    delivery = Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"])
    notify_owner(delivery, DeliveryEvent.REJECTED, now=timezone.now())
    assert "no aceptó" in page_of(ana)
    put(delivery, DeliveryState.PUBLISHED)
    page = page_of(ana)
    assert "no aceptó" not in page
    assert "no salió en todas sus cuentas" not in page


@pytest.mark.procedure("P-1")
def test_drafting_a_publication_marks_the_notice_of_its_news_as_seen(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    assert [task.what for task in today_of(ana, now=now).tasks] == [news.title]
    drafted(news, ana, now)
    (task,) = today_of(ana, now=now).tasks
    assert task.why == "Borrador sin programar."
    assert Notice.objects.get().seen_at == now
