"""Live events: the list that keeps its evidence, and what it does not let happen (P-7, YT-5)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.utils import ProgrammingError

from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.need_models import NeedState
from pregonero.newsroom.needs.actions import ask_need, decide_need
from pregonero.people.models import Entity, Member, Notice
from pregonero.publishing.live import actions, queries
from pregonero.publishing.live.live_models import (
    Broadcast,
    LiveEvent,
    LiveIncident,
    LiveState,
    LiveStep,
    PreflightCheck,
    PreflightItem,
    StepKind,
)
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event
from tests.newsroom.needs import asked
from tests.publishing.live.events import addresses, check, check_all, plan_of, planned, ready, store_capture

pytestmark = pytest.mark.procedure("P-7", "YT-5")
Accounts = dict[str, Account]
CHAT, ACCESS = PreflightItem.CHAT_HELD, PreflightItem.ACCESS
MINUTE = timedelta(minutes=1)


def kinds(event: LiveEvent) -> list[str]:
    return list(event.steps.order_by("pk").values_list("kind", flat=True))


def test_the_list_does_not_close_and_the_event_does_not_go_live_without_each_item(
    accounts: Accounts, beto: Member, now: datetime
) -> None:
    youtube = accounts["youtube"]
    event = planned(beto, [youtube, accounts["facebook"]], now)
    with pytest.raises(WrongState, match="Primero cierra la lista"):
        actions.go_live(event=event, began_at=now, addresses=addresses(accounts), by=beto, now=now)
    with pytest.raises(WrongState, match=r"mensajes potencialmente inapropiados, en .*@mincomercioco.*nadie lo ha"):
        actions.close_list(event=event, by=beto, now=now)

    with pytest.raises(Refused, match="Falta la captura"):
        check(event, CHAT, beto, now, account=youtube)
    check(event, CHAT, beto, now, account=youtube, is_met=False, seen="La casilla está apagada.")
    with pytest.raises(WrongState, match="no se cumple: La casilla está apagada"):
        actions.close_list(event=event, by=beto, now=now)
    check(event, CHAT, beto, now, account=youtube, medium=store_capture(beto, now))
    with pytest.raises(WrongState, match=r"«Subtítulos o lengua de señas» .nadie lo ha revisado"):
        actions.close_list(event=event, by=beto, now=now)
    check(event, ACCESS, beto, now, is_met=False, seen="No hay intérprete disponible; se sube con subtítulos mañana.")
    event = actions.close_list(event=event, by=beto, now=now)

    assert event.state == LiveState.READY, "a reason by name is enough for the law, and what is ours stops nothing"
    facts = Event.objects.filter(event_type="live.checked").order_by("pk").values_list("facts", flat=True)
    assert [one["met"] for one in facts] == [False, True, False] and facts[1]["evidence"] == ["c" * 64]


def test_the_whole_way_leaves_who_when_and_where(accounts: Accounts, beto: Member, ana: Member, now: datetime) -> None:
    event = ready(beto, accounts, now)
    began, ended = now + 5 * MINUTE, now + 65 * MINUTE
    given = addresses(accounts) | {accounts["facebook"].pk: ""}
    event = actions.go_live(event=event, began_at=began, addresses=given, by=ana, now=began + MINUTE)
    actions.note_incident(
        event=event, what="Se cayó el audio", done="Se cambió", happened_at=began, by=ana, now=began + 2 * MINUTE
    )
    actions.end_event(event=event, ended_at=ended, by=beto, now=ended)

    page = queries.page_of(queries.get_event(member=beto, pk=event.pk))
    assert (page.event.state, page.minutes, kinds(event)) == (LiveState.ENDED, 60, ["CLOSED", "LIVE", "ENDED"])
    assert page.began and (page.began.by, page.began.happened_at) == (ana, began)
    youtube, facebook = sorted(page.broadcasts, key=lambda one: one.account.network, reverse=True)
    assert (youtube.remote_id, youtube.placed_by, facebook.address) == ("Vivo0000001", ana, "")
    late = {accounts["facebook"].pk: "https://www.facebook.com/mincomercioco/videos/1203948576"}
    actions.place_addresses(event=event, addresses=late, by=ana, now=ended)
    assert Broadcast.objects.get(account=accounts["facebook"]).address == late[accounts["facebook"].pk]
    types = Event.objects.filter(ref=event.ref.reference).order_by("pk").values_list("event_type", flat=True)
    assert [one.removeprefix("live.") for one in types] == [
        *("planned", "checked", "checked", "list_closed", "began", "placed", "incident", "ended", "placed")
    ]


def test_an_address_of_another_site_is_refused_and_nothing_is_stored(
    accounts: Accounts, beto: Member, now: datetime
) -> None:
    event, youtube = ready(beto, accounts, now), accounts["youtube"].pk
    for wrong in ("https://x.co/vivo", "javascript:alert(1)", "https://youtube.com.example/watch?v=Vivo0000001"):
        with pytest.raises(Refused, match="no es de una transmisión en YouTube") as refusal:
            actions.go_live(event=event, began_at=now, addresses={youtube: wrong}, by=beto, now=now)
        assert refusal.value.data == {"account": youtube}
    with pytest.raises(Refused, match="al menos una red"):
        actions.go_live(event=event, began_at=now, addresses={youtube: " "}, by=beto, now=now)
    assert kinds(event) == ["CLOSED"] and LiveEvent.objects.get().state == LiveState.READY


def test_a_change_of_time_or_accounts_opens_the_list_and_one_of_the_title_does_not(
    accounts: Accounts, beto: Member, now: datetime
) -> None:
    both = [accounts["youtube"], accounts["facebook"]]
    event = ready(beto, accounts, now)
    event = actions.change_event(event=event, plan=plan_of(event, both, title="Otra"), revision=1, by=beto, now=now)
    assert event.state == LiveState.READY
    later = plan_of(event, both, starts_at=event.starts_at + timedelta(days=3))
    event = actions.change_event(event=event, plan=later, revision=2, by=beto, now=now)

    assert (event.state, kinds(event)) == (LiveState.PLANNED, ["CLOSED", "REOPENED"])
    with pytest.raises(WrongState, match="más de 24 horas antes"):
        actions.close_list(event=event, by=beto, now=now)
    again = plan_of(event, both, starts_at=now + timedelta(hours=3))
    event = actions.change_event(event=event, plan=again, revision=3, by=beto, now=now)
    event = actions.close_list(event=event, by=beto, now=now)
    only = plan_of(event, both[1:])
    event = actions.change_event(event=event, plan=only, revision=4, by=beto, now=now)
    assert event.state == LiveState.PLANNED
    assert [line.item for line in queries.list_of_event(event)] == [ACCESS, PreflightItem.SIGNAL]
    assert Broadcast.objects.filter(event=event).count() == 2, "what was checked on the account stays"
    with pytest.raises(Conflict, match="Alguien más"):
        actions.change_event(event=event, plan=only, revision=4, by=beto, now=now)


def test_an_item_that_stops_being_met_opens_a_closed_list(accounts: Accounts, beto: Member, now: datetime) -> None:
    event, youtube = ready(beto, accounts, now), accounts["youtube"]
    earlier = now - MINUTE
    check(event, CHAT, beto, now + MINUTE, account=youtube, is_met=False, seen="Apagada.", at=earlier)
    assert LiveEvent.objects.get().state == LiveState.READY, "what was looked at before is not news"
    check(event, CHAT, beto, now + 2 * MINUTE, account=youtube, is_met=False, seen="Apagada.")

    assert LiveEvent.objects.get().state == LiveState.PLANNED
    assert "no se cumple: Apagada." in event.steps.get(kind=StepKind.REOPENED).reason


def test_a_list_that_grew_old_does_not_go_live(accounts: Accounts, beto: Member, now: datetime) -> None:
    event = ready(beto, accounts, now)
    late = now + timedelta(hours=25)
    with pytest.raises(WrongState, match=r"No puede salir. Falta .*hay que mirarlo de nuevo"):
        actions.go_live(event=event, began_at=late, addresses=addresses(accounts), by=beto, now=late)


def test_no_minute_is_stated_that_has_not_come_or_precedes_the_closed_list(
    accounts: Accounts, beto: Member, now: datetime
) -> None:
    event = ready(beto, accounts, now + 30 * MINUTE)
    later = now + 40 * MINUTE
    with pytest.raises(Refused, match="no ha llegado"):
        actions.go_live(event=event, began_at=later + MINUTE, addresses=addresses(accounts), by=beto, now=later)
    with pytest.raises(Refused, match=r"Lista cerrada a las 09:30 .* no pudo ser antes"):
        actions.go_live(event=event, began_at=now, addresses=addresses(accounts), by=beto, now=later)
    with pytest.raises(Refused, match="no ha llegado"):
        check(event, ACCESS, beto, now, at=now + MINUTE)


def test_a_clock_set_back_stops_nobody_and_the_rows_keep_their_order(
    accounts: Accounts, beto: Member, now: datetime
) -> None:
    event = ready(beto, accounts, now)
    back = now - timedelta(minutes=20)
    event = actions.go_live(event=event, began_at=back, addresses=addresses(accounts), by=beto, now=back)
    actions.end_event(event=event, ended_at=back - MINUTE, by=beto, now=back - MINUTE)

    page = queries.page_of(queries.get_event(member=beto, pk=event.pk))
    assert ([step.kind for step in page.steps], page.minutes) == (["CLOSED", "LIVE", "ENDED"], 0)


def test_a_cancelled_event_keeps_its_list_and_takes_nothing_more(
    accounts: Accounts, beto: Member, marta: Member, now: datetime
) -> None:
    event = ready(beto, accounts, now)
    actions.cancel_event(event=event, reason="Se aplaza la rueda.", by=marta, now=now)

    assert PreflightCheck.objects.count() == 2 and Notice.objects.get(kind="live.cancelled").member == beto
    attempts: list[Callable[[], object]] = [
        lambda: check(event, ACCESS, beto, now),
        lambda: actions.close_list(event=event, by=beto, now=now),
        lambda: actions.go_live(event=event, began_at=now, addresses=addresses(accounts), by=beto, now=now),
        lambda: actions.cancel_event(event=event, reason="Otra vez.", by=beto, now=now),
        lambda: actions.end_event(event=event, ended_at=now, by=beto, now=now),
        lambda: actions.note_incident(event=event, what="Algo", done="", happened_at=now, by=beto, now=now),
    ]
    for attempt in attempts:
        with pytest.raises(WrongState):
            attempt()
    assert kinds(event) == ["CLOSED", "CANCELLED"] and not LiveIncident.objects.exists()


def test_its_plan_needs_a_right_a_source_and_a_time_to_come(
    accounts: Accounts, entity: Entity, beto: Member, luis: Member, dario: Member, now: datetime
) -> None:
    youtube = [accounts["youtube"]]
    need = ask_need(entity=entity, request=asked(), by=None, now=now)
    with pytest.raises(WrongState, match="Primero acepta la necesidad"):
        planned(beto, youtube, now, source=need.ref)
    with pytest.raises(NotFound):
        planned(beto, youtube, now, source=ObjectRef("campaign", 999))
    with pytest.raises(NotFound):
        planned(beto, youtube, now, source=ObjectRef("delivery", 1))
    decide_need(need=need, state=NeedState.ACCEPTED, answer="Sí.", look_again_on=None, by=beto, now=now)
    with pytest.raises(Refused, match="ya pasó"):
        planned(beto, youtube, now, source=need.ref, starts_at=now)
    with pytest.raises(Refused, match="Luis Peña no puede llevarla"):
        planned(beto, youtube, now, source=need.ref, responsible=luis)
    with pytest.raises(Refused, match="al menos una cuenta"):
        planned(beto, [], now, source=need.ref)
    with pytest.raises(NotAllowed):
        planned(luis, youtube, now, source=need.ref)
    event = planned(beto, youtube, now, source=need.ref)
    with pytest.raises(NotFound):
        queries.get_event(member=dario, pk=event.pk)
    assert (event.source_ref.reference, event.source_name) == (need.ref.reference, need.title)


def test_who_is_responsible_is_told_of_the_plan_and_of_each_change(
    accounts: Accounts, beto: Member, ana: Member, now: datetime
) -> None:
    youtube = [accounts["youtube"]]
    event = planned(beto, youtube, now, responsible=ana)
    actions.change_event(event=event, plan=plan_of(event, youtube, place="Neiva"), revision=1, by=beto, now=now)

    told = Notice.objects.filter(member=ana).order_by("pk").values_list("kind", "why")
    assert [kind for kind, _ in told] == ["live.assigned", "live.changed:2"] and "en Neiva." in told[1][1]
    assert not Notice.objects.filter(member=beto, kind__startswith="live").exists()


def test_the_database_refuses_a_list_that_is_not_complete(accounts: Accounts, beto: Member, now: datetime) -> None:
    youtube = accounts["youtube"]
    event = planned(beto, [youtube], now)
    rows = LiveEvent.objects.filter(pk=event.pk)
    with pytest.raises((InternalError, ProgrammingError), match="list_complete"), transaction.atomic():
        rows.update(state=LiveState.READY)
    with pytest.raises((InternalError, ProgrammingError), match="Invalid transition"), transaction.atomic():
        rows.update(state=LiveState.ENDED)
    check_all(event, beto, now, youtube=youtube, medium=store_capture(beto, now))
    rows.update(state=LiveState.READY)
    with pytest.raises((InternalError, ProgrammingError), match="list_complete"), transaction.atomic():
        rows.update(starts_at=now + timedelta(days=2))


def test_the_database_keeps_what_was_stated(accounts: Accounts, beto: Member, now: datetime) -> None:
    event = ready(beto, accounts, now)
    for rows in (PreflightCheck.objects.all(), LiveStep.objects.all()):
        with pytest.raises((InternalError, ProgrammingError), match=r"Cannot (update|delete)"), transaction.atomic():
            rows.update(by=beto)
        with pytest.raises((InternalError, ProgrammingError), match=r"Cannot (update|delete)"), transaction.atomic():
            rows.delete()
    held = PreflightCheck.objects.get(item=CHAT)
    values = {"event": event, "item": CHAT, "is_met": True, "seen": "Sí", "by": beto, "observed_at": now}
    with pytest.raises(IntegrityError, match="preflight_chat_met_has_capture"), transaction.atomic():
        PreflightCheck.objects.create(broadcast=held.broadcast, stored_at=now, **values)
    with pytest.raises(IntegrityError, match="preflight_observed_before"), transaction.atomic():
        PreflightCheck.objects.create(broadcast=held.broadcast, medium=held.medium, stored_at=now - MINUTE, **values)
