"""Rows of the table of addresses: live events, each in the state that its act needs. Making one records nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from pregonero.people.roles import Role
from pregonero.publishing.live.live_models import Broadcast, LiveEvent, LiveStep, PreflightCheck
from tests.attack.conftest import Stage
from tests.attack.row import FOUND, INVALID, NETWORKS_AND_HEADS, OK, Row, reason
from tests.publishing.live.events import store_capture

STEPS = {"CHECKED": (), "READY": ("CLOSED",), "LIVE": ("CLOSED", "LIVE")}


def event_in(state: str) -> Callable[[Stage], list[Any]]:
    """Return the arguments of an event on YouTube and Facebook in a state; CHECKED is a list that may be closed."""
    return lambda stage: [_event(stage, state).pk]


def _event(stage: Stage, state: str) -> LiveEvent:
    found = LiveEvent.objects.filter(place=state).first()
    return found or _made(stage, state)


def _made(stage: Stage, state: str) -> LiveEvent:
    now, by = timezone.now() - timedelta(minutes=5), stage.people[Role.DIGITAL_STRATEGIST]
    event = LiveEvent.objects.create(
        entity=stage.entity,
        title="Rueda de prensa",
        place=state,
        starts_at=now + timedelta(hours=2),
        responsible=by,
        source_kind="campaign",
        source_id=stage.campaign.pk,
        source_name=stage.campaign.name,
        planned_by=by,
        planned_at=now,
    )
    youtube, facebook = stage.accounts["youtube"], stage.accounts["facebook"]
    broadcast = Broadcast.objects.create(event=event, account=youtube, has_chat=True)
    Broadcast.objects.create(event=event, account=facebook, has_chat=False)
    if state == "PLANNED":
        return event
    given = {"event": event, "is_met": True, "seen": "Está.", "by": by, "observed_at": now, "stored_at": now}
    capture = store_capture(by, now, {"CHECKED": "c", "READY": "d", "LIVE": "e"}[state])
    PreflightCheck.objects.create(item="CHAT_HELD", broadcast=broadcast, medium=capture, **given)
    PreflightCheck.objects.create(item="ACCESS", **given)
    for kind in STEPS[state]:
        LiveEvent.objects.filter(pk=event.pk).update(state="READY" if kind == "CLOSED" else kind)
        LiveStep.objects.create(event=event, kind=kind, by=by, happened_at=now, stored_at=now)
    return event


def _item(stage: Stage) -> list[Any]:
    return [_event(stage, "PLANNED").pk, "ACCESS", 0]


def _planned(stage: Stage) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=3)
    return {
        "title": "Foro",
        "source": stage.campaign.ref.reference,
        "place": "Neiva",
        "day": f"{day:%Y-%m-%d}",
        "hour": "10:00",
        "responsible": str(stage.people[Role.ADVISER].pk),
        "accounts": [str(stage.accounts["facebook"].pk)],
        "revision": "1",
    }


def _now(name: str) -> dict[str, str]:
    return {name: f"{timezone.localtime():%Y-%m-%dT%H:%M}"}


def _seen(_: Stage) -> dict[str, str]:
    return {"is_met": "si", "seen": "Hay intérprete."} | _now("observed_at")


def _began(stage: Stage) -> dict[str, str]:
    address = "https://www.youtube.com/watch?v=Vivo0000001"
    return {f"address-{stage.accounts['youtube'].pk}": address} | _now("began_at")


def _placed(stage: Stage) -> dict[str, str]:
    return {f"address-{stage.accounts['facebook'].pk}": "https://www.facebook.com/mincomercioco/videos/1203948576"}


def _incident(_: Stage) -> dict[str, str]:
    return {"what": "Se cayó el audio.", "done": "Se cambió el micrófono."} | _now("happened_at")


PLANNED, READY, LIVE = event_in("PLANNED"), event_in("READY"), event_in("LIVE")
LIVE_ROWS = (
    Row("publishing:live_events", outside=OK),
    Row("publishing:plan_live", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("publishing:plan_live", "POST", data=_planned, roles=NETWORKS_AND_HEADS, status=FOUND, outside=INVALID,
        both=True),
    Row("publishing:live_event", arguments=PLANNED),
    Row("publishing:change_live", arguments=PLANNED, roles=NETWORKS_AND_HEADS, both=True),
    Row("publishing:change_live", "POST", PLANNED, _planned, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("publishing:check_live_item", arguments=_item, roles=NETWORKS_AND_HEADS, both=True),
    Row("publishing:check_live_item", "POST", _item, _seen, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("publishing:close_live_list", "POST", event_in("CHECKED"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("publishing:go_live", arguments=READY, roles=NETWORKS_AND_HEADS, both=True),
    Row("publishing:go_live", "POST", READY, _began, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("publishing:place_live", "POST", LIVE, _placed, NETWORKS_AND_HEADS, FOUND),
    Row("publishing:end_live", "POST", LIVE, lambda _: _now("ended_at"), NETWORKS_AND_HEADS, FOUND),
    Row("publishing:note_live_incident", "POST", LIVE, _incident, NETWORKS_AND_HEADS, FOUND),
    Row("publishing:cancel_live", arguments=PLANNED, roles=NETWORKS_AND_HEADS, both=True),
    Row("publishing:cancel_live", "POST", PLANNED, reason, NETWORKS_AND_HEADS, FOUND, both=True),
)  # fmt: skip
