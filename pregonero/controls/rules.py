"""The state of a control on an account on a day, and who may do what with controls (section 6)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from pregonero.controls.cadence import DUE_SOON, Cadence, due_after
from pregonero.controls.models import Check, Control, ControlException, ControlVersion
from pregonero.controls.states import ControlState, Result
from pregonero.errors import Refused, WrongState
from pregonero.people.models import Member
from pregonero.people.roles import GROUP_HEADS, Role
from pregonero.people.rules import as_question, check_may


@dataclass(frozen=True)
class Standing:
    """The state of a control on an account on a day, and the day on which its next check falls due."""

    state: ControlState
    due_on: date


def standing_of(
    version: ControlVersion, *, since: date, last: Check | None, exception: ControlException | None, day: date
) -> Standing:
    """Return the standing of a control on an account on a day.

    `last` is the last check until that day and `exception` the one in force then. Evidence older than its cadence
    turns the control overdue by itself.
    """
    cadence = Cadence(version.cadence)
    due_on = due_after(timezone.localdate(last.observed_at) if last else since, cadence)
    if exception is not None and day <= exception.ends_on:
        return Standing(ControlState.EXCEPTED, due_on)
    if last is not None and last.result == Result.NOT_MET:
        return Standing(ControlState.FAILED, due_on)
    if day > due_on:
        return Standing(ControlState.OVERDUE, due_on)
    if last is None or day >= due_on - DUE_SOON[cadence]:
        return Standing(ControlState.DUE, due_on)
    return Standing(ControlState.MET if last.result == Result.MET else ControlState.UNVERIFIABLE, due_on)


def check_may_check(by: Member, control: Control, version: ControlVersion, *, now: datetime) -> None:
    """Raise unless this person may record a check; only the Group's heads check the controls of the coordinator."""
    check_may(by, "controls.check", now=now)
    if control.retired_at is not None:
        raise WrongState(f"El control {control.code} está retirado.")
    if version.duty == Role.COORDINATOR and not GROUP_HEADS.intersection(by.roles_on(timezone.localdate(now))):
        raise Refused(f"El control {control.code} lo revisa quien coordina o asesora.")


may_check = as_question(check_may_check)


def check_times(*, observed_at: datetime, now: datetime) -> None:
    """Raise unless the observation is in the past."""
    if observed_at > now:
        raise Refused("La hora en que miraste está en el futuro: escríbela otra vez.")
