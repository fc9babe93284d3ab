"""What the areas ask to be told, as tasks of Hoy of whoever decides it (M-1)."""

from datetime import datetime

from django.utils import timezone

from pregonero.dashboard.task import Act, Task
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.needs.queries import needs_to_decide
from pregonero.people.models import Member
from pregonero.people.rules import may

SHOWN = 20


def need_tasks(member: Member, *, now: datetime) -> tuple[list[Task], int]:
    """Return the needs that this person may decide, those wanted first at the top, and how many they are."""
    if not may(member, "need.decide", now=now):
        return [], 0
    needs, total = needs_to_decide(member.entity, today=timezone.localdate(now), limit=SHOWN)
    return [_task(need) for need in needs], total


def _task(need: Need) -> Task:
    path = need.get_absolute_url()
    day = f" para el {need.wanted_on:%d/%m}" if need.wanted_on else ""
    return Task(need.title, path, f"Lo pide {need.area}{day}.", Act("Decidir", path))
