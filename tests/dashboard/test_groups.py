"""The groups of tasks on Hoy: one order for all roles, and something true for each (P-1, P-6)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from pregonero.dashboard.notice_acts import ACTS, act_label, urgency_of
from pregonero.dashboard.queries import nothing_pending, today_of
from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.outbox.subjects import DeliveryEvent
from pregonero.people.actions import notify
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.roles import EVERYBODY, Role
from pregonero.publishing.actions import pause_everything, pause_publication
from tests.conftest import member
from tests.publishing.test_states import put
from tests.stage import programmed

pytestmark = pytest.mark.usefixtures("accounts")


def page_of(person: Member) -> str:
    client = Client()
    client.force_login(person.user)
    return client.get("/").content.decode()


def acts_of(person: Member, now: datetime) -> dict[str, list[str]]:
    groups = today_of(person, now=now).groups
    return {group.kind.key: [task.act.label for task in group.tasks] for group in groups}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_every_role_sees_what_goes_out_the_accounts_and_what_to_expect(
    role: Role, entity: Entity, news: News, ana: Member, now: datetime
) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    person = ana if role == Role.COMMUNITY_MANAGER else member(entity, "nora", "Nora Díaz", role)
    today = today_of(person, now=now)
    assert (len(today.coming), len(today.accounts), today.pending) == (1, 4, 0)
    page = page_of(person)
    assert "No tienes pendientes." in page
    assert nothing_pending(person, now=now) in page
    assert ">Ver<" not in page


def test_what_went_wrong_comes_first_then_what_expires_then_what_is_theirs(
    news: News, candidate: News, ana: Member, now: datetime
) -> None:
    notify(members=[ana], kind="delivery.will_be_late:1", ref=news.ref, title="Tarde", path="/", now=now)
    notify(members=[ana], kind="delivery.twice:1", ref=news.ref, title="Dos veces", path="/", now=now)
    notify(members=[ana], kind="news.edited", ref=news.ref, title="Editada", path="/", now=now)
    assert list(acts_of(ana, now)) == ["attention", "expiring", "schedule", "notices"]
    assert acts_of(ana, now)["attention"] == ["Retirar una"]


def test_an_uncertain_delivery_is_decided_by_those_who_may(
    news: News, ana: Member, luis: Member, carmen: Member, accounts: dict[str, Account], now: datetime
) -> None:
    publication = programmed(news, ana, now)
    delivery = Delivery.objects.get(subject_id=publication.pk, account=accounts["x"])
    Delivery.objects.filter(pk=delivery.pk).update(reason="No se sabe si salió.")
    put(delivery, DeliveryState.NEEDS_PERSON)
    for person in (ana, carmen):
        (task, *_) = today_of(person, now=now).tasks
        assert (task.act.label, task.act.path) == ("Decidir", f"/envios/{delivery.pk}/decision/")
    assert today_of(luis, now=now).pending == 0


@pytest.mark.procedure("P-6")
def test_what_a_person_paused_is_resumed_from_hoy(news: News, ana: Member, luis: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    pause_publication(publication=publication, reason="Falta un dato.", by=ana, now=now)
    (task,) = today_of(ana, now=now).tasks
    assert (task.act.label, task.act.fields) == ("Reanudar", {})
    assert task.act.path == f"/publicaciones/{publication.pk}/reanudacion/"
    assert today_of(luis, now=now).groups == ()
    pause_everything(reason="Luto nacional.", by=ana, now=now)
    assert today_of(ana, now=now).groups == ()  # a banner says it, once


def test_what_went_out_is_apart_and_says_in_how_many_accounts(
    news: News, ana: Member, accounts: dict[str, Account], now: datetime
) -> None:
    publication = programmed(news, ana, now)
    deliveries = Delivery.objects.filter(subject_id=publication.pk)
    for delivery in deliveries.exclude(account=accounts["x"]):
        put(delivery, DeliveryState.PUBLISHED)
    Delivery.objects.filter(pk=deliveries.get(account=accounts["x"]).pk).update(reason="X no responde.")
    put(deliveries.get(account=accounts["x"]), DeliveryState.REJECTED)
    today = today_of(ana, now=now)
    assert ([item.publication_id for item in today.out], today.out_total, today.coming) == ([publication.pk], 1, ())
    assert today.tasks[0].why.startswith("X no responde. En Facebook")
    assert today.tasks[0].why.endswith("sí salió.")


def test_the_act_of_a_stopped_account_is_that_of_those_who_may_settle_it(
    ana: Member, carmen: Member, accounts: dict[str, Account], now: datetime
) -> None:
    pause_account(account=accounts["x"], reason="Revisión de accesos.", by=carmen, now=now)
    for person, label in ((carmen, "Reanudar la cuenta"), (ana, "Abrir la cuenta")):
        page = page_of(person)
        assert label in page
        assert "Revisión de accesos." in page


@pytest.mark.parametrize("event", DeliveryEvent)
def test_every_event_of_a_delivery_has_its_act(event: DeliveryEvent) -> None:
    notice = Notice(kind=f"{event}:202611241030")
    assert event.value in ACTS
    assert urgency_of(notice) is not None
    assert act_label(notice) not in {"Abrir", "Ver"}


def test_tomorrow_and_what_has_no_time_are_counted(news: News, ana: Member, carmen: Member, now: datetime) -> None:
    assert [source.title for source in today_of(carmen, now=now).unscheduled] == [news.title]
    assert today_of(ana, now=now).unscheduled == ()  # it is among her tasks
    programmed(news, ana, now, due_at=now + timedelta(days=1))
    assert (today_of(ana, now=now).tomorrow, today_of(carmen, now=now).unscheduled) == (1, ())
