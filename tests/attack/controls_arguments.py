"""The arguments and forms of the addresses of controls, for the table of addresses."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

from django.utils import timezone

from pregonero.controls.actions.register import ControlText
from pregonero.people.roles import Role
from tests.attack.conftest import Stage


def in_controls(name: str) -> Callable[[Stage], list[Any]]:
    return lambda stage: [getattr(stage.controls, name).pk]


def controlled(stage: Stage) -> list[Any]:
    """Return a control of X and the account that it is checked on."""
    return [stage.controls.control.pk, stage.accounts["x"].pk]


def checked(_: Stage) -> dict[str, str]:
    now = timezone.localtime() - timedelta(minutes=2)
    return {"result": "MET", "observed_at": f"{now:%Y-%m-%dT%H:%M}", "written": "La vi activa."}


def sessions(stage: Stage) -> list[Any]:
    """Return the control of X's sessions and the account."""
    return [stage.controls.sessions.pk, stage.accounts["x"].pk]


def reviewed(_: Stage) -> dict[str, str]:
    now = timezone.localtime() - timedelta(minutes=2)
    seen = {"text": "Windows; Bogotá, Colombia; hoy a las 8:00", "observed_at": f"{now:%Y-%m-%dT%H:%M}"}
    return seen | {"step": "decide", "device_0": "usual"}


def excepted(_: Stage) -> dict[str, str]:
    until = timezone.localdate() + timedelta(days=30)
    return {"reason": "No se ve.", "compensation": "Se mira el correo.", "ends_on": f"{until:%Y-%m-%d}"}


def rewritten(stage: Stage) -> dict[str, str]:
    version = stage.controls.control.versions.get()
    return {field.name: getattr(version, field.name) for field in fields(ControlText)} | {"reason": "Se aclara."}


def measured(_: Stage) -> dict[str, str]:
    return {"code": "M-1", "is_adopted": "si", "reason": "Se compraron llaves."}


def turned_on(_: Stage) -> dict[str, str]:
    return {"kind": "TURNED_ON", "note": "La activé."}


def planned(stage: Stage) -> dict[str, str]:
    until = timezone.localdate() + timedelta(days=30)
    return {"owner": str(stage.people[Role.COORDINATOR].pk), "plan": "Cambiarla.", "until": f"{until:%Y-%m-%d}"}


def departing(stage: Stage) -> list[Any]:
    """Return the content manager, whose handover nobody has started."""
    return [stage.people[Role.CONTENT_MANAGER].pk]


def leaving(stage: Stage) -> list[Any]:
    """Return the community manager, whose handover is under way."""
    return [stage.controls.departure.member_id]


def leaving_step(stage: Stage) -> list[Any]:
    """Return that member and a step of their handover that a person proves."""
    return [stage.controls.departure.member_id, stage.controls.step.pk]


def proved(_: Stage) -> dict[str, str]:
    return {"note": "Le quité el acceso."}


def reported(stage: Stage) -> dict[str, str]:
    now = timezone.localtime() - timedelta(minutes=2)
    seen = {"account": str(stage.accounts["x"].pk), "sighting": "POST", "detail": "No la hicimos."}
    return seen | {"seen_at": f"{now:%Y-%m-%dT%H:%M}"}


def known_place(_: Stage) -> dict[str, str]:
    return {"kind": "PLACE", "text": "Cali, Colombia"}


def administrator(stage: Stage) -> list[Any]:
    """Return the page of Facebook and the network's id of who administers it."""
    return [stage.accounts["facebook"].pk, stage.controls.administrator]


def own_user(_: Stage) -> dict[str, str]:
    return {"is_own_system_user": "on"}
