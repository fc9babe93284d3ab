"""Who may do what: one check that raises with the reason, and the question made from it."""

from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec

from django.utils import timezone

from pregonero.errors import NotAllowed, Refused
from pregonero.people.models import Member
from pregonero.people.roles import PERMISSIONS, Role

P = ParamSpec("P")


def check_may(member: Member, action: str, *, now: datetime) -> None:
    """Raise `NotAllowed` unless one of the member's roles includes the act and the membership is current."""
    permission = PERMISSIONS[action]
    if not member.is_current(timezone.localdate(now)):
        raise NotAllowed(f"Tu vinculación terminó el {member.ends_on:%d/%m/%Y}; ya no puedes {permission.words}.")
    if not permission.roles.intersection(member.roles):
        able = " o ".join(role.label for role in Role if role in permission.roles)
        raise NotAllowed(f"Tu rol no permite {permission.words}. Lo hace: {able}.")


def as_question(check: Callable[P, None]) -> Callable[P, bool]:
    """Return `may_…` made from `check_may_…`, so that a button and its act cannot drift."""

    def may(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except Refused:
            return False
        return True

    return may


may = as_question(check_may)
