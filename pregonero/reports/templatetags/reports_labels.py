"""Filters of the expediente: its month, and the seals of its records."""

from calendar import monthrange
from datetime import datetime
from urllib.parse import urlencode

from django import template
from django.utils import timezone

from pregonero.publishing.models import Publication
from pregonero.records.queries import SealStatus
from pregonero.reports.queries import SEALED_WITHIN
from pregonero.ui.templatetags.ui_time import MONTHS, stamp

register = template.Library()


def _day_of(publication: Publication) -> datetime:
    return timezone.localtime(publication.due_at or publication.created_at)


@register.filter
def month_words(publication: Publication) -> str:
    """Return the month of a publication: "Noviembre de 2026"."""
    day = _day_of(publication)
    return f"{MONTHS[day.month - 1].capitalize()} de {day.year}"


@register.filter
def month_query(publication: Publication) -> str:
    """Return the query of the list of publications for the month of one: "desde=2026-11-01&hasta=2026-11-30"."""
    day = _day_of(publication).date()
    last = day.replace(day=monthrange(day.year, day.month)[1])
    return urlencode({"desde": day.replace(day=1).isoformat(), "hasta": last.isoformat()})


@register.filter
def seal_state(seal_status: SealStatus) -> str:
    """Return the state of the records, as the component `c-tag` takes it."""
    if seal_status.changed:
        return "bad"
    return "wait" if seal_status.pending else "ok"


@register.filter
def seal_label(seal_status: SealStatus) -> str:
    """Return how many records are verified and how many are not yet: "24 registros verificados, 2 en verificación"."""
    if seal_status.changed:
        count = len(seal_status.changed)
        return "1 registro no es como se guardó" if count == 1 else f"{count} registros no son como se guardaron"
    noun = "registro verificado" if seal_status.verified == 1 else "registros verificados"
    verified = f"{seal_status.verified} {noun}"
    return f"{verified}, {seal_status.pending} en verificación" if seal_status.pending else verified


@register.filter
def seal_sentence(seal_status: SealStatus, now: datetime) -> str:
    """Return what the label means, without promising more than what was just checked."""
    if seal_status.changed:
        numbers = ", ".join(str(number) for number in seal_status.changed)
        return f"Lo que dicen hoy no es lo que se guardó (N.º {numbers}). Avisa a la coordinación y no borres nada."
    checked = "Al abrir esta página comprobamos que cada uno dice lo mismo que cuando se guardó."
    if not seal_status.pending or seal_status.waiting_since is None:
        return checked
    if now - seal_status.waiting_since <= SEALED_WITHIN:
        return f"Lo más reciente queda verificado en unos segundos. {checked if seal_status.verified else ''}".strip()
    since = stamp(seal_status.waiting_since, now)
    return (
        f"Faltan por verificar desde {since}: están guardados y nadie los puede cambiar, pero el proceso que los "
        "verifica no está trabajando. Míralo en Estado."
    )
