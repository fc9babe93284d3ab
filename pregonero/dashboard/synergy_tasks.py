"""Synergies that wait to be defined, as tasks of Hoy of those who define them (S-1)."""

from datetime import datetime

from django.utils import timezone

from pregonero.dashboard.task import Act, Task
from pregonero.people.models import Member
from pregonero.people.rules import may
from pregonero.synergies.models import Synergy
from pregonero.synergies.queries import to_define
from pregonero.ui.templatetags.ui_time import at_time

SHOWN = 20


def synergy_tasks(member: Member, *, now: datetime) -> tuple[list[Task], int]:
    """Return the synergies that this person may define, those whose window ends first at the top, and how many."""
    if not may(member, "synergy.define", now=now):
        return [], 0
    waiting, total = to_define(member.entity, today=timezone.localdate(now), limit=SHOWN)
    return [_task(synergy, now) for synergy in waiting], total


def _task(synergy: Synergy, now: datetime) -> Task:
    path = synergy.get_absolute_url()
    until = f" Piden que salga hasta {at_time(synergy.window_to, now)}." if synergy.window_to else ""
    why = f"De {synergy.sender}, en favor de {synergy.beneficiary}.{until}"
    return Task(synergy.topic, path, why, Act("Definir", path))
