"""Holding everything or one publication: effective at once, and what passes its hour meanwhile is not sent (rule 9)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.holds import hold_on_everything
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.calendar_filters import Filters
from pregonero.publishing.queries.calendar_pages import day_of
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.publishing.results import send_delivery
from tests.publishing.test_delivering import posts, send
from tests.stage import deliveries_in, informed_news, programmed, publication_of, register_accounts

pytestmark = pytest.mark.procedure("P-6")
WORKER = "worker-1"


@pytest.fixture
def account(lab: Lab, carmen: Member, settings: Any) -> Account:
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x"}
    (registered,) = register_accounts(lab, carmen, timezone.now(), ("x",))
    return registered


@pytest.fixture
def news(account: Account, lab: Lab, luis: Member) -> News:
    return informed_news(lab, luis, timezone.now(), with_media=False)


@pytest.fixture
def delivery(news: News, ana: Member) -> Delivery:
    return deliveries_in(programmed(news, ana, timezone.now())).get()


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_nothing_goes_out_while_everything_is_paused(
    lab: Lab, account: Account, delivery: Delivery, ana: Member, marta: Member
) -> None:
    actions.pause_everything(reason="Llegó una alerta.", by=marta, now=timezone.now())
    assert send(delivery).state == "DUE"
    assert posts(lab, account) == []
    actions.resume_everything(by=ana, now=timezone.now())
    assert send(delivery).state == "PUBLISHED"
    assert len(posts(lab, account)) == 1
    event_types = (
        Event.objects.filter(event_type__startswith="publishing.").order_by("pk").values_list("event_type", flat=True)
    )
    assert list(event_types) == ["publishing.paused", "publishing.resumed"]


def test_one_paused_publication_holds_no_other(
    lab: Lab, account: Account, delivery: Delivery, ana: Member, luis: Member
) -> None:
    other = programmed(informed_news(lab, luis, timezone.now(), with_media=False), ana, timezone.now())
    actions.pause_publication(publication=publication_of(delivery), reason="Se revisa.", by=ana, now=timezone.now())
    assert (send(delivery).state, send(deliveries_in(other).get()).state) == ("DUE", "PUBLISHED")
    actions.resume_publication(publication=publication_of(delivery), by=ana, now=timezone.now())
    assert send(delivery).state == "PUBLISHED"


def test_what_was_in_the_air_ends_and_is_said(delivery: Delivery, ana: Member, account: Account) -> None:
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    (work,) = claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=timezone.now())
    actions.pause_everything(reason="Llegó una alerta.", by=ana, now=timezone.now())
    page = client_of(ana).get("/noticias/").content.decode()
    assert "Todo está en pausa" in page
    assert "Ya iban en camino, y terminan: 1." in page
    send_delivery(work)
    assert "Ya iban en camino" not in client_of(ana).get("/noticias/").content.decode()
    delivery.refresh_from_db()
    assert delivery.state == "PUBLISHED"


def test_what_passes_its_hour_in_a_pause_is_late_and_says_why(delivery: Delivery, ana: Member) -> None:
    actions.pause_everything(reason="Llegó una alerta.", by=ana, now=timezone.now())
    late = delivery.expires_at + timedelta(minutes=1)
    promote_due(now=late)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (
        "EXPIRED",
        "Pasó su hora y no se envió. Estaba en pausa, por Ana Rojas: Llegó una alerta.",
    )


def test_the_programme_shows_what_is_held(delivery: Delivery, ana: Member) -> None:
    actions.pause_publication(publication=publication_of(delivery), reason="Se revisa.", by=ana, now=timezone.now())
    day = timezone.localdate(delivery.due_at)
    (entry,) = day_of(ana, day, Filters(), now=timezone.now()).entries
    assert [(state.label, state.tint) for state in entry.states.values()] == [("en pausa", "hold")]
    assert (entry.acts.resume, entry.acts.pause) == (True, False)


def test_a_pause_needs_its_reason_and_stands_once(delivery: Delivery, ana: Member, luis: Member) -> None:
    now = timezone.now()
    with pytest.raises(Refused, match="razón"):
        actions.pause_everything(reason="  ", by=ana, now=now)
    actions.pause_everything(reason="Llegó una alerta.", by=ana, now=now)
    with pytest.raises(WrongState, match="por Ana Rojas"):
        actions.pause_everything(reason="Otra vez.", by=ana, now=now)
    with pytest.raises(NotAllowed):
        actions.resume_everything(by=luis, now=now)


def test_the_pages_pause_and_resume(delivery: Delivery, ana: Member) -> None:
    client = client_of(ana)
    assert client.post("/pausa/", {"reason": ""}).status_code == 422
    assert client.post("/pausa/", {"reason": "Llegó una alerta."}).status_code == 302
    page = client.get("/pausa/").content.decode()
    assert "<dt>Quién</dt><dd>Ana Rojas</dd>" in page
    assert "Reanudar todo" in page
    assert client.post("/pausa/reanudacion/").status_code == 302
    assert hold_on_everything(ana.entity_id) is None
    path = f"/publicaciones/{delivery.subject_id}/"
    client.post(f"{path}pausa/", {"reason": "Se revisa."})
    page = client.get(path).content.decode()
    assert "En pausa desde las" in page
    client.post(f"{path}reanudacion/")
    assert "En pausa desde las" not in client.get(path).content.decode()
