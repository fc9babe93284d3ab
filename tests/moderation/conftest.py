"""A page with a post, citizens who comment on it, community rules in force, and the network as a judge."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from pregonero.inbox.models import Message
from pregonero.moderation.actions.community import WrittenRule, put_in_force, write_rules
from pregonero.moderation.actions.decisions import decide
from pregonero.moderation.models import CommunityRule, Decision, ModeratedComment
from pregonero.moderation.rules import Ruling
from pregonero.moderation.states import Category, Criterion, Verb
from pregonero.moderation.tasks import check_comments
from pregonero.networks.models import Account
from pregonero.outbox import sender
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from tests.inbox.conftest import account_of, page, post_at, read_all, write
from tests.lab.process import Lab

__all__ = ["page", "write"]
WORKER = "worker-1"
REASON = "Insulta a quien atiende la ventanilla."
Comment = Callable[..., Message]
NOTES = dict.fromkeys(Criterion, "Así se cumple.")


def rules_in_force(by: Member) -> list[CommunityRule]:
    """Put a version with a rule for each category in force, and return its rules."""
    now = timezone.now() - timedelta(minutes=5)
    written = [WrittenRule(category, f"No {category.label}", "Con ejemplos.") for category in Category]
    version = write_rules(introduction="Para conversar.", rules=written, reason="Primera versión", by=by, now=now)
    put_in_force(version=version, notes=NOTES, by=by, now=now)
    return list(CommunityRule.objects.filter(version=version).select_related("version").order_by("number"))


@pytest.fixture
def rules(carmen: Member) -> list[CommunityRule]:
    return rules_in_force(carmen)


@pytest.fixture
def comment(lab: Lab, page: Account, write: Callable[..., str]) -> Comment:
    """Return a function with which a citizen comments on a post of the page, and it comes in."""
    post = post_at(lab, page, "Abierta la convocatoria para exportar")

    def one(text: str = "Eres un inútil", name: str = "Rosa Mejía") -> Message:
        id = write(page, post, text, name)
        read_all(page)
        return Message.objects.select_related("account", "conversation__account").get(remote_id=id)

    return one


def hide(rule: CommunityRule, reason: str = REASON) -> Ruling:
    return Ruling(Verb.HIDE, rule, reason)


def restore(reason: str = "No era un insulto.") -> Ruling:
    return Ruling(Verb.RESTORE, None, reason)


def taken(message: Message, ruling: Ruling, by: Member) -> Decision:
    return decide(message=message, ruling=ruling, by=by, now=timezone.now())


def send_changes(account: Account) -> None:
    """Send what is due on an account, as the worker does, until nothing more is due."""
    for _ in range(6):
        promote_due(now=timezone.now())
        jobs = sender.claim(account_id=account.pk, worker=WORKER, limit=50)
        if not jobs:
            return
        for job in jobs:
            sender.store_results([sender.make_public(job)])


def read_back(account: Account) -> None:
    """Read back now every comment of an account that is to be read back, as the worker does later."""
    comments = ModeratedComment.objects.filter(account=account, check_at__isnull=False)
    comments.update(check_at=timezone.now() - timedelta(seconds=1))
    check_comments(timestamp=int(timezone.now().timestamp()))


def hidden_there(lab: Lab, account: Account) -> dict[str, bool]:
    """Return which comments the network hides, by their id."""
    query = {"network": account.network, "account": account.remote_id}
    return {one["id"]: one["hidden"] for one in lab.client.get("/comments.json", params=query).json()["comments"]}


def changes_of(account: Account) -> list[str]:
    """Return the changes that were scheduled on an account, with their states."""
    return [f"{one.kind} {one.state}" for one in Delivery.objects.filter(account=account).order_by("pk")]


__all__ += ["Settings", "account_of"]
