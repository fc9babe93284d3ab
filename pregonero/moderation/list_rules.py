"""When a version of a word list may go on in its life, who may say so, and when its brake stops it (N-4)."""

from datetime import datetime, timedelta

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.moderation.list_states import ACTED, TRANSITIONS, Limits, ListState
from pregonero.moderation.models import WordListVersion
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may


def check_may_go_on(by: Member, version: WordListVersion, to: ListState, *, now: datetime) -> None:
    """Raise unless this person may take a version to another state now."""
    check_may(by, "word_lists.manage", now=now)
    if (ListState(version.state), to) not in TRANSITIONS:
        raise WrongState(f"Esta versión está {version.get_state_display()}: no puede pasar a {to.label}.")
    if to == ListState.SHADOW and version.tried_at is None:
        raise WrongState("Todavía se está probando con lo de los últimos 90 días.")
    if to == ListState.UNDONE and version.state not in ACTED:
        raise WrongState("Esta versión no ha retenido nada.")


def check_may_confirm(by: Member, version: WordListVersion, *, now: datetime) -> None:
    """Raise unless this person may be the second one that puts a version in force."""
    check_may(by, "word_lists.manage", now=now)
    if version.state != ListState.ASKED:
        raise WrongState("Nadie ha pedido ponerla en vigor.")
    if by.pk == version.asked_by_id:
        raise NotAllowed("Tú pediste ponerla en vigor: la confirma otra persona.")


may_go_on = as_question(check_may_go_on)
may_confirm = as_question(check_may_confirm)


def check_reason(reason: str) -> str:
    """Return a reason without spaces around it. Raises `Refused` when there is none."""
    if not reason.strip():
        raise Refused("Escribe por qué.")
    return reason.strip()[:300]


SHIPPED = Limits()


def needs_second_person(*, read: int, hits: int, criticism: int, limits: Limits = SHIPPED) -> bool:
    """Return whether the trial of a version asks for a second person: by its share, or by what is criticism in it."""
    is_large = 100 * hits > limits.second_person_share * read
    return is_large or 100 * criticism > limits.second_person_criticism * hits


def brakes(version: WordListVersion, *, hits: int, arrived: int, now: datetime, limits: Limits = SHIPPED) -> bool:
    """Return whether a version stops by itself: it is new, and what it holds in the window is unusual."""
    if version.in_force_at is None or now - version.in_force_at > timedelta(days=limits.new_days):
        return False
    read = version.trial.get("read", 0)
    usual = version.trial.get("hits", 0) / read if read else 0.0
    limit = max(limits.brake_share / 100, limits.brake_times * usual)
    return hits >= limits.brake_least and hits > limit * arrived
