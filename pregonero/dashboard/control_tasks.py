"""The controls of the accounts that a person must check, and the people who leave, as tasks of Hoy."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from pregonero.controls import departure_queries, queries
from pregonero.controls.queries import Cell
from pregonero.controls.states import ControlState
from pregonero.dashboard.task import Act, Task
from pregonero.people.models import Member
from pregonero.people.rules import may


def control_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the controls that fall due for this person, the most overdue first."""
    return [_task(cell) for cell in queries.due_for(member, now=now)]


def _task(cell: Cell) -> Task:
    path = reverse("controls:check", args=[cell.control.pk, cell.account.pk])
    is_late = cell.standing.state == ControlState.OVERDUE
    verb = "Venció" if is_late else "Vence"
    why = f"{verb} el {cell.standing.due_on:%d/%m}. {cell.control.code}, {cell.account}."
    return Task(cell.version.title, path, why, Act("Revisar", path), network=cell.account.network)


def departure_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the handovers under way, and who leaves within thirty days or left without one, for who coordinates."""
    if not may(member, "people.manage", now=now):
        return []
    today = timezone.localdate(now)
    tasks = []
    for departure in departure_queries.open_departures(member):
        missing = departure.missing  # type: ignore[attr-defined]
        why = f"Pasos sin hacer: {missing}." if missing else "Todo listo para cerrarla."
        path = departure.get_absolute_url()
        tasks.append(Task(str(departure), path, why, Act("Seguir la salida", path)))
    for leaving in departure_queries.leaving_without_handover(member, day=today):
        path = reverse("controls:departure", args=[leaving.pk])
        verb = "terminó" if leaving.ends_on and leaving.ends_on < today else "termina"
        title = f"El contrato de {leaving} {verb} el {leaving.ends_on:%d/%m/%Y}"
        tasks.append(Task(title, path, f"{leaving.role_labels}.", Act("Preparar la salida", path)))
    return tasks
