"""Who may act on a live event, in which state, and which times people may state (P-7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.people.rules import as_question, check_may
from pregonero.publishing.live.live_models import LiveEvent, LiveState, LiveStep

FARTHEST = timedelta(days=2 * 366)
WHY_CLOSED = {
    LiveState.LIVE: "Ya está en vivo: anota lo que pase como incidencia.",
    LiveState.ENDED: "Ya terminó: lo que quedó anotado no cambia.",
    LiveState.CANCELLED: "Está cancelada.",
}


def check_may_prepare(member: Member, event: LiveEvent, *, now: datetime) -> None:
    """Raise unless the person may change the plan and the list of an event, before it begins."""
    check_may(member, "live.manage", now=now)
    if not event.is_open:
        raise WrongState(WHY_CLOSED[LiveState(event.state)])


def check_may_close(member: Member, event: LiveEvent, *, now: datetime) -> None:
    """Raise unless the person may close the list: it is open."""
    check_may_prepare(member, event, now=now)
    if event.state == LiveState.READY:
        raise WrongState("La lista ya está cerrada.")


def check_may_go_live(member: Member, event: LiveEvent, *, now: datetime) -> None:
    """Raise unless the person may put an event on the air: its list is closed."""
    check_may_prepare(member, event, now=now)
    if event.state != LiveState.READY:
        raise WrongState("Primero cierra la lista previa.")


def check_may_end(member: Member, event: LiveEvent, *, now: datetime) -> None:
    """Raise unless the person may end an event: it is on the air."""
    check_may(member, "live.manage", now=now)
    if event.state != LiveState.LIVE:
        raise WrongState("No está en vivo.")


def check_may_place(member: Member, event: LiveEvent, *, now: datetime) -> None:
    """Raise unless the person may store the addresses that are missing: the event began."""
    check_may(member, "live.manage", now=now)
    if event.state not in {LiveState.LIVE, LiveState.ENDED}:
        raise WrongState("La dirección se anota cuando sale en vivo.")


def check_may_note_incident(member: Member, event: LiveEvent, *, now: datetime) -> None:
    """Raise unless the person may note what went wrong; nothing goes wrong with what was cancelled."""
    check_may(member, "live.manage", now=now)
    if event.state == LiveState.CANCELLED:
        raise WrongState(WHY_CLOSED[LiveState.CANCELLED])


may_prepare, may_close, may_go_live = map(as_question, (check_may_prepare, check_may_close, check_may_go_live))
may_end, may_place, may_note_incident = map(as_question, (check_may_end, check_may_place, check_may_note_incident))


def check_plan(
    *, entity_id: int, starts_at: datetime, responsible: Member, accounts: Sequence[Account], now: datetime
) -> None:
    """Raise `Refused` unless the plan is for a time to come, on accounts in use, by somebody who may carry it."""
    if starts_at <= now:
        raise Refused("Esa hora ya pasó: elige una por venir.")
    if starts_at > now + FARTHEST:
        raise Refused("Esa fecha está demasiado lejos: revisa el año.")
    if not accounts:
        raise Refused("Elige al menos una cuenta.")
    if any(account.entity_id != entity_id or account.retired_at is not None for account in accounts):
        raise Refused("Una de esas cuentas ya no está: elígelas de nuevo.")
    day = timezone.localdate(starts_at)
    may_carry = responsible.is_current(day) and (NETWORKS_PEOPLE | GROUP_HEADS).intersection(responsible.roles_on(day))
    if responsible.entity_id != entity_id or not may_carry:
        raise Refused(f"{responsible} no puede llevarla ese día: elige a otra persona.")


def check_stated(at: datetime, *, after: LiveStep | None, now: datetime) -> None:
    """Raise `Refused` unless a stated minute is past, and not before the step that comes before it.

    A machine whose clock was set back since that step cannot say what comes first: the order of the rows does.
    """
    if at > now:
        raise Refused("Esa hora no ha llegado: escribe cuándo fue.")
    if after is None or now < after.stored_at:
        return
    if at < after.happened_at.replace(second=0, microsecond=0):
        moment = timezone.localtime(after.happened_at)
        raise Refused(f"{after.get_kind_display()} a las {moment:%H:%M} del {moment:%d/%m}: no pudo ser antes.")
