"""The check of a permission, and the question derived from a check."""

from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec

from django.utils import timezone

from pregonero.errors import NotAllowed, NotFound, Refused
from pregonero.people.models import Entity, Member
from pregonero.people.roles import PERMISSIONS, Role

P = ParamSpec("P")


def check_may(member: Member, action: str, *, now: datetime) -> None:
    """Raise `NotAllowed` unless the membership is current and one of its roles has the permission."""
    permission = PERMISSIONS[action]
    if not member.is_current(timezone.localdate(now)):
        raise NotAllowed(f"Tu vinculación terminó el {member.ends_on:%d/%m/%Y}; ya no puedes {permission.description}.")
    if not permission.roles.intersection(member.roles):
        allowed = " o ".join(role.label for role in Role if role in permission.roles)
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
