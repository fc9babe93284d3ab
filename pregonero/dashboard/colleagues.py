"""What other people of the entity did today with news and publications, so that nobody does it again."""

from dataclasses import dataclass
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone

from pregonero.people.models import Member
from pregonero.people.rules import may
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event

NEWS_ACTS = {"news.informed": "la informó", "news.dismissed": "la descartó"}  # for those who inform news
ACTS = {
    "publication.drafted": "prepara los textos",
    "publication.scheduled": "la programó",
    "publication.rescheduled": "la movió",
    "publication.cancelled": "la canceló",
    "publication.paused": "la puso en pausa",
    "publication.resumed": "la reanudó",
}
EVENTS_READ = 2_000  # the latest of the entity: an index serves them, whatever the length of the record
SHOWN = 5


@dataclass(frozen=True)
class ColleagueAct:
    """The last thing that another person did with a news item or a publication."""

    at: datetime
    name: str
    title: str
    label: str  # "Beto Mora la programó"
    path: str


def done_by_others(member: Member, *, now: datetime) -> tuple[ColleagueAct, ...]:
    """Return today's acts of other people, newest first, one for each object."""
    today = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    latest = Event.objects.filter(entity_id=member.entity_id).order_by("-pk")[:EVENTS_READ]
    labels = ACTS | NEWS_ACTS if may(member, "news.inform", now=now) else ACTS
    events = Event.objects.filter(pk__in=latest.values("pk"), at__gte=today, event_type__in=labels)
    newest: dict[str, Event] = {}
    for event in events.order_by("-pk"):
        newest.setdefault(event.ref, event)
    return tuple(
        ColleagueAct(
            event.at,
            event.actor["name"],
            event.label,
            f"{event.actor['name']} {labels[event.event_type]}",
            _path(event.ref),
        )
        for event in newest.values()
        if event.actor.get("kind") == "member" and event.actor.get("id") != member.pk
    )[:SHOWN]


def _path(reference: str) -> str:
    ref = ObjectRef.parse(reference)
    return reverse("newsroom:news" if ref.kind == "news" else "reports:expediente", args=[ref.id])
