"""Where a live event shows: calendar, Hoy, expediente, the pages of its source, search, controls and its chat (P-7)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.models import Check, Control
from pregonero.controls.states import EvidenceKind, Result
from pregonero.controls.tasks import check_automatically
from pregonero.dashboard.live_tasks import live_tasks
from pregonero.dashboard.search import search
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import NeedState
from pregonero.newsroom.needs.actions import ask_need, decide_need, tie_news
from pregonero.people.models import Entity, Member
from pregonero.publishing.live import actions
from pregonero.publishing.live.live_models import PreflightItem
from tests.newsroom.needs import asked
from tests.publishing.live.events import addresses, check, planned, ready, store_capture
from tests.stage import drafted

pytestmark = pytest.mark.procedure("P-7")
Accounts = dict[str, Account]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_it_stands_at_its_hour_in_every_view_of_the_calendar(
    accounts: Accounts, beto: Member, ana: Member, media_folder: Path
) -> None:
    now = timezone.now()
    event = planned(beto, [accounts["youtube"]], now, title="Balance del turismo", starts_at=now + timedelta(days=9))
    gone = planned(beto, [accounts["youtube"]], now, title="Otra cosa", starts_at=event.starts_at)
    actions.cancel_event(event=gone, reason="No hubo sala.", by=beto, now=now)
    client, day = signed_in(ana), timezone.localdate(event.starts_at)
    for view in ("day", "week", "month", "list"):
        path = reverse(f"publishing:{view}", args=[day])
        shown = client.get(path).content.decode()
        assert event.title in shown and gone.title not in shown, view
        for query, is_there in (("?red=x", False), ("?red=youtube", True), (f"?persona={ana.pk}", False)):
            assert (event.title in client.get(f"{path}{query}").content.decode()) == is_there, (view, query)


def test_who_is_responsible_has_it_in_hoy_and_nobody_else(
    accounts: Accounts, beto: Member, ana: Member, now: datetime
) -> None:
    event = planned(beto, [accounts["facebook"]], now, responsible=ana)
    far = planned(beto, [accounts["facebook"]], now, title="Lejana", responsible=ana, starts_at=now + timedelta(days=8))

    (task,) = live_tasks(ana, now=now)
    assert (task.title, task.act.label, live_tasks(beto, now=now)) == (event.title, "Completar la lista", [])
    assert {one.title for one in live_tasks(ana, now=now + timedelta(days=2))} == {event.title, far.title}
    assert live_tasks(ana, now=now + timedelta(hours=3))[0].why.startswith("Ya era la hora. ")
    check(event, PreflightItem.ACCESS, ana, now, seen="Hay intérprete.")
    event = actions.close_list(event=event, by=ana, now=now)
    assert live_tasks(ana, now=now)[0].act.path == reverse("publishing:go_live", args=[event.pk])
    actions.cancel_event(event=event, reason="Se aplaza.", by=ana, now=now)
    assert live_tasks(ana, now=now) == []


def test_it_is_in_the_expediente_of_its_source_and_in_the_page_of_its_need(
    accounts: Accounts, news: News, entity: Entity, beto: Member, now: datetime
) -> None:
    need = ask_need(entity=entity, request=asked(), by=None, now=now)
    decide_need(need=need, state=NeedState.ACCEPTED, answer="Se cuenta.", look_again_on=None, by=beto, now=now)
    tie_news(need=need, news=news, by=beto, now=now)
    event = planned(beto, [accounts["youtube"]], now, title="Anuncio a los hoteles", source=need.ref)
    publication = drafted(news, beto, now)
    client = signed_in(beto)

    file = client.get(reverse("reports:expediente", args=[publication.pk])).content.decode()
    assert f'<a href="{event.get_absolute_url()}">Anuncio a los hoteles</a>' in file
    shown = client.get(need.get_absolute_url()).content.decode()
    assert event.title in shown and f"/en-vivo/nueva/?fuente=need:{need.pk}" in shown
    form = client.get(f"/en-vivo/nueva/?fuente=need:{need.pk}").content.decode()
    assert f'<option value="need:{need.pk}" selected>' in form


@pytest.mark.procedure("M-1", "M-4")
def test_why_an_event_did_not_go_out_is_one_search_over_everything(
    accounts: Accounts, entity: Entity, beto: Member, luis: Member, dario: Member, now: datetime
) -> None:
    need = ask_need(entity=entity, request=asked(title="Feria del cacao en Neiva"), by=None, now=now)
    decide_need(need=need, state=NeedState.DECLINED, answer="Ya pasó.", look_again_on=None, by=beto, now=now)
    event = planned(beto, [accounts["facebook"]], now, title="Transmisión de la feria del cacao")
    actions.cancel_event(event=event, reason="Se aplazó por lluvias.", by=beto, now=now)

    groups = {group.title: group.results for group in search(luis, "ferias del CACAO", now=now)}
    assert [(one.title, one.why) for one in groups["Lo que pidieron las áreas"]] == [
        (need.title, "No sale. Beto Mora: Ya pasó.")
    ]
    assert groups["En vivo"][0].why.endswith("cancelada. Beto Mora: Se aplazó por lluvias.")
    assert [one.title for one in groups["Campañas"]] == ["Campaña de «Transmisión de la feria del cacao»"]
    assert search(dario, "cacao", now=now) == [] and search(luis, "—", now=now) == []


@pytest.mark.procedure("YT-5")
def test_a_closed_list_is_the_evidence_of_the_control_of_the_chat(
    accounts: Accounts, entity: Entity, beto: Member, carmen: Member
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    adopt_catalog(entity=entity, now=now)
    control = Control.objects.get(code="YT-5")
    Control.objects.exclude(pk=control.pk).update(retired_at=now, retired_why="Se prueba solo el del chat.")
    event, youtube = planned(beto, [accounts["youtube"]], now), accounts["youtube"]
    check(event, PreflightItem.CHAT_HELD, beto, now, account=youtube, medium=store_capture(beto, now))
    check_automatically(int(now.timestamp()))
    assert not Check.objects.filter(control=control).exists(), "the list is open"
    check(event, PreflightItem.ACCESS, beto, now, seen="Hay intérprete.")
    actions.close_list(event=event, by=beto, now=now)
    check_automatically(int(now.timestamp()))
    check_automatically(int(now.timestamp()))

    made = Check.objects.get(control=control)
    assert (made.account, made.result, made.observed_at) == (youtube, Result.MET, now)
    assert made.evidence.get(kind=EvidenceKind.CAPTURE).sha256 == "c" * 64
    assert "Beto Mora: La casilla está marcada" in made.evidence.get(kind=EvidenceKind.NOTE).body
    ready(beto, accounts, now + timedelta(seconds=1), title="Balance")
    check_automatically(int(now.timestamp()))
    assert Check.objects.filter(control=control).count() == 2, "each event has its evidence, within the month too"


@pytest.mark.procedure("YT-5")
def test_the_chat_of_an_event_opens_before_anybody_writes(
    accounts: Accounts, beto: Member, dario: Member, now: datetime
) -> None:
    event = ready(beto, accounts, now)
    event = actions.go_live(event=event, began_at=now, addresses=addresses(accounts), by=beto, now=now)
    path = reverse("moderation:chat", args=["Vivo0000001"])

    assert f'href="{path}"' in signed_in(beto).get(event.get_absolute_url()).content.decode()
    answer = signed_in(beto).get(path)
    shown = answer.content.decode()
    assert "Nadie ha escrito todavía." in shown and event.get_absolute_url() in shown
    assert signed_in(dario).get(path).status_code == 404


@pytest.mark.procedure("P-7")
def test_the_video_plays_beside_its_chat_and_no_other_page_may_show_a_frame(
    accounts: Accounts, beto: Member, now: datetime
) -> None:
    event = ready(beto, accounts, now)
    event = actions.go_live(event=event, began_at=now, addresses=addresses(accounts), by=beto, now=now)
    answer = signed_in(beto).get(reverse("moderation:chat", args=["Vivo0000001"]))

    assert 'src="https://www.youtube-nocookie.com/embed/Vivo0000001"' in answer.content.decode()
    assert "frame-src https://www.youtube-nocookie.com;" in f"{answer['Content-Security-Policy']};"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    for path in (event.get_absolute_url(), reverse("moderation:chats")):
        assert "frame-src" not in signed_in(beto).get(path)["Content-Security-Policy"]
