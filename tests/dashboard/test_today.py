"""The Hoy page: tasks, publications of the day and their problems."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.dashboard.queries import today_of
from pregonero.dashboard.templatetags.dashboard_labels import progress, today_summary
from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.outbox.subjects import DeliveryEvent, notify_owner
from pregonero.people.actions import notify
from pregonero.people.models import Member, Notice
from pregonero.publishing.actions import cancel_publication
from pregonero.publishing.models import Publication
from pregonero.ui.templatetags.ui_time import at_time, hour
from tests.publishing.test_states import put
from tests.stage import drafted, programmed

pytestmark = pytest.mark.usefixtures("accounts")


def page_of(member: Member) -> str:
    client = Client()
    client.force_login(member.user)
    return client.get("/").content.decode()


def acts_of(member: Member, now: datetime) -> dict[str, list[str]]:
    """Return by group the labels of the acts of a person's tasks."""
    groups = today_of(member, now=now).groups
    return {group.kind.key: [task.act.label for task in group.tasks] for group in groups}


@pytest.mark.procedure("P-1")
def test_news_of_an_earlier_day_says_its_day(candidate: News, luis: Member, now: datetime) -> None:
    candidate.published_at = now - timedelta(days=3)
    candidate.save(update_fields=["published_at"])
    whys = [task.why for group in today_of(luis, now=now).groups for task in group.tasks]
    assert f"Nueva en la sede, publicada {at_time(candidate.published_at, now)}." in whys
    assert at_time(candidate.published_at, now) != f"a las {hour(candidate.published_at)}"


@pytest.mark.procedure("P-1")
def test_opening_a_notice_records_that_it_was_seen(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="delivery.twice:1", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    client = Client()
    client.force_login(ana.user)
    notice = Notice.objects.get(member=ana)
    page = client.get("/").content.decode()
    assert f"/avisos/{notice.pk}/recibo/" in page
    assert "Retirar una" in page
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
    (task,) = today_of(luis, now=now).tasks
    assert (task.title, task.act.label) == (candidate.title, "Informar")
    assert today_of(ana, now=now).tasks == []


def test_informed_news_item_is_a_task_until_it_is_scheduled(news: News, ana: Member, now: datetime) -> None:
    (task,) = today_of(ana, now=now).tasks
    assert task.act.path == "/publicaciones/borradores/"
    assert task.act.fields is not None
    assert f"2026-11-24T{task.act.label.removeprefix('Programar ')}" == task.act.fields["hour"]
    assert task.act.fields["source"] == f"news:{news.pk}"
    draft = drafted(news, ana, now)
    (task,) = today_of(ana, now=now).tasks
    assert task.why == "Tu borrador, guardado hace un momento."
    assert task.act.path.startswith(f"/publicaciones/{draft.pk}/editor/?hora=")


@pytest.mark.procedure("P-2")
def test_late_in_the_day_the_act_names_an_hour_of_tomorrow(news: News, ana: Member, now: datetime) -> None:
    (task,) = today_of(ana, now=now + timedelta(hours=10)).tasks
    assert task.act.label.startswith("Mañana ")
    assert task.act.fields is not None
    assert task.act.fields["hour"].startswith("2026-11-25T")


def publication_rejected_on(news: News, ana: Member, account: Account) -> Publication:
    publication = programmed(news, ana, timezone.now())
    Delivery.objects.filter(subject_id=publication.pk).filter(account=account).update(
        reason="El texto pasa 12 caracteres del límite."
    )
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=account), DeliveryState.REJECTED)
    return publication


@pytest.mark.procedure("P-6")
def test_failed_delivery_is_shown_above_the_tasks(
    news: News, ana: Member, carmen: Member, accounts: dict[str, Account]
) -> None:
    publication = publication_rejected_on(news, ana, accounts["x"])
    notify_owner(
        Delivery.objects.get(subject_id=publication.pk, account=accounts["x"]),
        DeliveryEvent.REJECTED,
        now=timezone.now(),
    )
    today = today_of(ana, now=timezone.now())
    (failed, *_) = today.groups
    (task,) = failed.tasks
    assert (failed.kind.title, task.act.label) == ("No salió", "Corregir")
    assert task.act.path == f"/publicaciones/{publication.pk}/editor/"
    assert task.why.startswith("X: El texto pasa 12 caracteres del límite.")
    assert [found.title for found in today.tasks] == [publication.title]  # its notice does not repeat it
    (task,) = today_of(carmen, now=timezone.now()).tasks
    assert task.act.label == "Abrir el expediente"
    assert today_of(carmen, now=timezone.now()).pending == 0


def test_next_at_is_the_time_of_the_next_publication(news: News, ana: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=30))
    today = today_of(ana, now=now)
    assert today.next_at == now + timedelta(hours=1, minutes=30)


def test_today_is_empty_for_a_member_of_another_entity(news: News, ana: Member, dario: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    today = today_of(dario, now=now)
    assert (today.groups, today.coming, today.out) == ((), (), ())


def test_cancelled_publication_is_neither_a_problem_nor_the_next(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    cancel_publication(publication=publication, reason="Falta el visto bueno.", by=ana, now=now)
    today = today_of(ana, now=now)
    assert (today.groups, today.next_at, today.coming) == ((), None, ())


@pytest.mark.procedure("P-6")
def test_notice_of_a_solved_problem_is_not_shown(news: News, ana: Member, accounts: dict[str, Account]) -> None:
    publication = publication_rejected_on(news, ana, accounts["x"])
    delivery = Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"])
    notify_owner(delivery, DeliveryEvent.REJECTED, now=timezone.now())
    assert "No salió" in page_of(ana)
    put(delivery, DeliveryState.PUBLISHED)
    assert "No salió" not in page_of(ana)


@pytest.mark.procedure("P-1")
def test_drafting_a_publication_marks_the_notice_of_its_news_as_seen(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    assert [task.title for task in today_of(ana, now=now).tasks] == [news.title]
    drafted(news, ana, now)
    (task,) = today_of(ana, now=now).tasks
    assert task.why == "Tu borrador, guardado hace un momento."
    assert Notice.objects.get().seen_at == now


@pytest.mark.procedure("P-1")
def test_what_a_colleague_did_leaves_by_itself_and_says_who_and_when(
    news: News, ana: Member, beto: Member, now: datetime
) -> None:
    notify(members=[ana, beto], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    programmed(news, beto, now, due_at=now + timedelta(hours=1))
    today = today_of(ana, now=now)
    assert today.groups == ()
    (act,) = today.done_by_others
    assert (act.label, act.title) == ("Beto Mora la programó", news.title)
    assert today_of(beto, now=now).done_by_others == ()


def test_a_colleagues_draft_is_no_task_on_its_day(news: News, ana: Member, beto: Member, now: datetime) -> None:
    drafted(news, beto, now)
    assert today_of(ana, now=now).tasks == []
    tomorrow = now + timedelta(days=1)
    assert [task.why for task in today_of(ana, now=tomorrow).tasks] == ["Borrador de Beto Mora, guardado ayer."]


def test_hoy_counts_what_waits_and_what_is_uncertain(
    news: News, ana: Member, accounts: dict[str, Account], now: datetime
) -> None:
    publication = programmed(news, ana, now)
    later = now + timedelta(minutes=9)
    today = today_of(ana, now=later)
    assert (today.delayed, today.next_at) == (1, None)
    summary = today_summary(today, later)
    assert "Una publicación espera para salir." in summary
    assert "No hay más" not in summary
    assert "debió salir hace 9 min" in progress(today.coming[0], later)
    put(Delivery.objects.get(subject_id=publication.pk, account=accounts["x"]), DeliveryState.UNCERTAIN)
    assert "1 en camino o por confirmar con su red." in today_summary(today_of(ana, now=later), later)


def test_what_waits_for_a_stopped_account_does_not_say_now(
    news: News, ana: Member, carmen: Member, accounts: dict[str, Account], now: datetime
) -> None:
    programmed(news, ana, now)
    for account in accounts.values():
        pause_account(account=account, reason="Revisión de accesos.", by=carmen, now=now)
    (item,) = today_of(ana, now=now).coming
    words = progress(item, now)
    assert "ahora" not in words
    assert "X en pausa: saldrá cuando se reanude" in words


def test_what_is_not_settled_of_an_earlier_day_is_counted(news: News, ana: Member, now: datetime) -> None:
    programmed(news, ana, now)
    assert today_of(ana, now=now + timedelta(days=1)).delayed == 1


def test_hoy_renews_itself_and_htmx_gets_only_its_contents(ana: Member) -> None:
    client = Client()
    client.force_login(ana.user)
    page = client.get("/").content.decode()
    part = client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 10s"' in page
    assert "<html" not in part
    assert 'id="moving"' in part
