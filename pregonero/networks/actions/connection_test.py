"""The harmless test call of an account: what it said is kept, with its moment."""

from datetime import datetime

from django.db import transaction

from pregonero.networks import queries, rules
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def keep_test(*, account: Account, passed: bool, said: str, by: Member, now: datetime) -> Account:
    """Keep what a test call answered."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_test(by, account, now=now)
    account.tested_at, account.test_passed, account.test_said = now, passed, said[:300]
    account.save(update_fields=["tested_at", "test_passed", "test_said"])
    record(
        entity_id=account.entity_id, event_type="account.tested", actor=by.actor, ref=account.ref, at=now,
        facts={"passed": passed, "said": account.test_said},
    )  # fmt: skip
    return account
