"""The check of a permission, the question derived from a check, and who may name a stand-in."""

from collections.abc import Callable
from datetime import date, datetime
from typing import ParamSpec

from django.utils import timezone

from pregonero.errors import NotAllowed, NotFound, Refused
from pregonero.people.models import Entity, Member
from pregonero.people.roles import PERMISSIONS, WITH_STAND_IN, Role
from pregonero.spanish_lists import alternatives

P = ParamSpec("P")


def check_may(member: Member, action: str, *, now: datetime) -> None:
    """Raise `NotAllowed` unless the membership is current and one of its roles has the permission."""
    permission, day = PERMISSIONS[action], timezone.localdate(now)
    if not member.is_current(day):
        raise NotAllowed(f"Tu vinculación terminó el {member.ends_on:%d/%m/%Y}; ya no puedes {permission.description}.")
    if not permission.roles.intersection(member.roles) and not permission.roles & member.roles_on(day):
        allowed = alternatives([role.label for role in Role if role in permission.roles])
        raise NotAllowed(f"Tu rol no permite {permission.description}. Lo hace: {allowed}.")


def as_question(check: Callable[P, None]) -> Callable[P, bool]:
    """Return a function that says whether the check passes, so that a button agrees with its action."""

    def may(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except Refused:
            return False
        return True

    return may


may = as_question(check_may)


def check_may_edit_entity(member: Member, entity: Entity, *, now: datetime) -> None:
    """Raise unless the member may change the entity: `NotFound` for another entity than the member's own."""
    if member.entity_id != entity.pk:
        raise NotFound
    check_may(member, "entity.manage", now=now)


def check_may_name_stand_in(by: Member, absent: Member, *, now: datetime) -> None:
    """Raise unless `by` may name who covers an absence: their own, or anybody's for who coordinates."""
    day = timezone.localdate(now)
    if by.pk != absent.pk or not by.is_current(day):
        check_may(by, "people.manage", now=now)
    if not WITH_STAND_IN.intersection(absent.roles):
        raise Refused("Solo se reemplaza a quien asesora o coordina.")


may_name_stand_in = as_question(check_may_name_stand_in)


def check_stand_in(*, absent: Member, member: Member, starts_on: date, ends_on: date, today: date) -> None:
    """Raise unless the person can cover the absence on those days."""
    if member.pk == absent.pk:
        raise Refused("Nadie se reemplaza a sí mismo: elige a otra persona.")
    if ends_on < starts_on:
        raise Refused("El último día va después del primero.")
    if ends_on < today:
        raise Refused("Esos días ya pasaron.")
    if Role.AUDITOR in member.roles or member.is_outside:
        raise Refused(f"{member} no puede reemplazar a nadie: revisa el trabajo, o es de otra oficina.")
    if not member.is_current(ends_on):
        raise Refused(f"La vinculación de {member} termina el {member.ends_on:%d/%m/%Y}: elige días antes.")
