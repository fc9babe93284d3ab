"""The controls of the accounts that a person must check, as tasks of Hoy."""

from datetime import datetime

from django.urls import reverse

from pregonero.controls import queries
from pregonero.controls.queries import Cell
from pregonero.controls.states import ControlState
from pregonero.dashboard.task import Act, Task
from pregonero.people.models import Member


def control_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the controls that fall due for this person, the most overdue first."""
    return [_task(cell) for cell in queries.due_for(member, now=now)]


def _task(cell: Cell) -> Task:
    path = reverse("controls:check", args=[cell.control.pk, cell.account.pk])
    is_late = cell.standing.state == ControlState.OVERDUE
    verb = "Venció" if is_late else "Vence"
    why = f"{verb} el {cell.standing.due_on:%d/%m}. {cell.control.code}, {cell.account}."
    return Task(cell.version.title, path, why, Act("Revisar", path), network=cell.account.network)
