"""Who may ask for a rectification, decide it and close it, and in which state; the hour that compares (N-2)."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import PUBLIC, UNFINISHED
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may
from pregonero.publishing.calendar import SHORTEST_NOTICE
from pregonero.publishing.rectification.rectification_models import Rectification, Ruling
from pregonero.working_days import is_working_day

NEVER_OUT = "Todavía no ha salido en ninguna red: corrígela antes de que salga."


def check_may_ask(member: Member, *, now: datetime) -> None:
    """Raise unless the person may record a request."""
    check_may(member, "rectification.ask", now=now)


def check_request(deliveries: Iterable[Delivery], part: int | None, *, asked_at: datetime, now: datetime) -> None:
    """Raise unless the publication, or that part of its thread, went out before it was asked.

    One that was withdrawn since, or that the network deleted, went out: what it said is rectified all the same.
    """
    public = [delivery for delivery in deliveries if delivery.state in PUBLIC]
    if not public:
        raise WrongState(NEVER_OUT)
    if part is not None and part not in {delivery.position for delivery in public}:
        raise WrongState(f"La parte {part + 1} del hilo no ha salido: corrígela antes de que salga.")
    if asked_at > now:
        raise Refused("Ese momento todavía no llega: escribe cuándo la pidieron.")


def check_may_decide(member: Member, rectification: Rectification, *, now: datetime) -> None:
    """Raise unless the person may decide a request, which is decided once."""
    check_may(member, "rectification.decide", now=now)
    if rectification.ruling:
        raise WrongState(f"Ya lo decidió {rectification.decided_by}: {rectification.get_ruling_display()}.")


def check_may_close(
    member: Member, rectification: Rectification, corrections: Collection[Delivery], *, now: datetime
) -> None:
    """Raise unless the original may be marked: the rectification went out, and nothing of it is still to go out."""
    check_may(member, "rectification.ask", now=now)
    if rectification.ruling != Ruling.YES:
        raise WrongState("Solo se marca la original cuando se decidió rectificar.")
    if rectification.closed_at:
        raise WrongState("La original ya está marcada como rectificada.")
    if not any(delivery.state in PUBLIC for delivery in corrections):
        raise WrongState("La rectificación todavía no ha salido: publícala primero.")
    if any(delivery.state in UNFINISHED for delivery in corrections):
        raise WrongState("Espera a que la rectificación termine de salir en todas sus redes.")


def comparable_minute(original: datetime, *, now: datetime) -> datetime:
    """Return the next minute at the original's local hour, on a working day if that was one, and if not, on another."""
    local, day = timezone.localtime(original), timezone.localdate(now)
    was_working = is_working_day(local.date())
    while True:
        minute = local.replace(year=day.year, month=day.month, day=day.day, second=0, microsecond=0)
        if minute >= now + SHORTEST_NOTICE and is_working_day(day) == was_working:
            return minute
        day += timedelta(days=1)


may_ask = as_question(check_may_ask)
may_decide = as_question(check_may_decide)
may_close = as_question(check_may_close)
