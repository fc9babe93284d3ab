"""The live events that a person is responsible for, as tasks of Hoy (P-7)."""

from datetime import datetime

from django.urls import reverse

from pregonero.dashboard.task import Act, Task
from pregonero.people.models import Member
from pregonero.people.rules import may
from pregonero.publishing.live.live_models import LiveEvent, LiveState
from pregonero.publishing.live.queries import events_for
from pregonero.ui.templatetags.ui_time import day_words, hour

ACTS = {
    LiveState.PLANNED: ("Completar la lista", "publishing:live_event"),
    LiveState.READY: ("Salió en vivo", "publishing:go_live"),
    LiveState.LIVE: ("Seguirla", "publishing:live_event"),
}


def live_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the events of the next seven days of which this person is responsible, the next one first."""
    if not may(member, "live.manage", now=now):
        return []
    return [_task(event, now) for event in events_for(member, now=now)]


def _task(event: LiveEvent, now: datetime) -> Task:
    label, address = ACTS[LiveState(event.state)]
    when = f"{day_words(event.starts_at, now)} a las {hour(event.starts_at)}"
    why = f"{when[0].upper()}{when[1:]}, en {event.place}; {event.get_state_display()}."
    if event.state != LiveState.LIVE and event.starts_at <= now:
        why = f"Ya era la hora. {why}"
    return Task(event.title, event.get_absolute_url(), why, Act(label, reverse(address, args=[event.pk])))
