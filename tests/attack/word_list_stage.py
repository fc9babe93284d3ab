"""Word lists in each state, for the table of addresses."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from pregonero.moderation.models import WordListVersion
from pregonero.people.roles import Role
from tests.attack.conftest import Stage


def of_account(network: str) -> Callable[[Stage], list[Any]]:
    return lambda stage: [stage.accounts[network].pk]


def list_in(state: str) -> Callable[[Stage], list[Any]]:
    """Return the arguments of an address of a word list's version in a state."""

    def version(stage: Stage) -> list[Any]:
        # An account has one version that waits: the one in shadow and the one asked for are of two accounts.
        account, now = stage.accounts["x" if state == "ASKED" else "facebook"], timezone.now()
        lists = WordListVersion.objects.filter(account=account)
        found = lists.filter(state=state).first() or WordListVersion.objects.create(
            account=account,
            number=lists.count() + 1,
            terms=[["gonorrea", "INSULT", False, ""]],
            digest="0" * 64,
            reason="Porque sí",
            by=stage.people[Role.DIGITAL_STRATEGIST],
            at=now,
            state=state,
            tried_at=now,
            trial={"read": 0, "hits": 0, "criticism": 0, "terms": [], "examples": []},
            in_force_at=now if state == "IN_FORCE" else None,
            asked_by=stage.people[Role.CONTENT_MANAGER] if state in ("ASKED", "IN_FORCE") else None,
        )
        return [found.pk]

    return version


def with_list_in_force(stage: Stage) -> list[Any]:
    """Return the arguments of an address of an account that has a word list in force."""
    list_in("IN_FORCE")(stage)
    return of_account("facebook")(stage)
