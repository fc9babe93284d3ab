"""The days that nobody has closed, as tasks of Hoy: of who signs them, and of who coordinates (FB-5)."""

from collections import defaultdict
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from pregonero.dashboard.task import Act, Task
from pregonero.moderation.close_queries import OpenDay, open_days
from pregonero.people.models import Member
from pregonero.people.roles import COORDINATOR
from pregonero.people.rules import may
from pregonero.ui.templatetags.ui_time import day_words

SHOWN = 20


def close_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the open days that are due, the first one first; who coordinates follows them."""
    today = timezone.localdate(now)
    is_mine = may(member, "daily_close.sign", now=now)
    if not is_mine and not COORDINATOR.intersection(member.roles_on(today)):
        return []
    by_day: dict[date, list[OpenDay]] = defaultdict(list)
    for one in open_days(member.entity, today=today):
        if one.due_on <= today:
            by_day[one.day].append(one)
    return [_task(day, found, today, is_mine=is_mine) for day, found in list(by_day.items())[:SHOWN]]


def _task(day: date, found: list[OpenDay], today: date, *, is_mine: bool) -> Task:
    path = reverse("moderation:close_day", args=[day])
    names = ", ".join(sorted({one.account.get_network_display() for one in found}))
    due = "Vence hoy" if found[0].due_on == today else f"Venció el {found[0].due_on:%d/%m}"
    why = f"{due}. Sin firmar: {names}."
    return Task(f"Cierre del {day_words(day)}", path, why, Act("Cerrar" if is_mine else "Ver", path), is_mine=is_mine)
