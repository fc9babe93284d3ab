"""Holding everything of an account, at once, and letting it go on (rule 9)."""

from datetime import datetime

from django.db import transaction

from pregonero.networks import pause_lock, queries, rules
from pregonero.networks.models import Account, AccountState
from pregonero.people.models import Member
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def pause_account(*, account: Account, reason: str, by: Member, now: datetime) -> Account:
    """Hold everything that would go out on an account, at once (rule 9)."""
    pause_lock.block_sends()
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_pause(by, account, now=now)
    account.state, account.paused_reason = AccountState.PAUSED, reason
    account.save(update_fields=["state", "paused_reason"])
    record(
        entity_id=account.entity_id, event_type="account.paused", actor=by.actor, ref=account.ref, at=now,
        texts={"reason": reason},
    )  # fmt: skip
    return account


@transaction.atomic(durable=True)
def resume_account(*, account: Account, by: Member, now: datetime) -> Account:
    """Let publications go out on an account again."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_resume(by, account, now=now)
    account.state, account.paused_reason = AccountState.ACTIVE, ""
    account.save(update_fields=["state", "paused_reason"])
    record(entity_id=account.entity_id, event_type="account.resumed", actor=by.actor, ref=account.ref, at=now)
    return account
