"""Our own counts go once no window reaches them; what was spent stays in the ledger."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from pregonero.networks.models import Account
from pregonero.networks.rate_limits import actions, queries
from pregonero.networks.rate_limits.models import CostEntry, UsageBucket
from pregonero.networks.rate_limits.policy import PostClass
from pregonero.networks.rate_limits.queries import InFlight
from pregonero.networks.tasks import delete_usage

pytestmark = pytest.mark.procedure("P-6")


def spend(account: Account, at: datetime) -> None:
    with transaction.atomic():
        queries.lock_quota(account.pk)
        actions.admit(account=account, post_classes=[PostClass.LINK_POST], in_flight=InFlight(), now=at)


def test_what_a_window_still_reaches_stays_and_the_rest_goes(account: Account, now: datetime) -> None:
    for ago in (timedelta(days=70), timedelta(days=25), timedelta(days=2), timedelta(0)):
        spend(account, now - ago)
    before = {left.rule.key: left.used for left in queries.quota_statuses(account, in_flight=InFlight(), now=now)}
    lines = CostEntry.objects.count()

    actions.delete_old_usage(now=now)

    after = {left.rule.key: left.used for left in queries.quota_statuses(account, in_flight=InFlight(), now=now)}
    assert after == before
    assert CostEntry.objects.count() == lines
    ages = {(now - row.starts_at).days for row in UsageBucket.objects.filter(quota_key="posts")}
    assert ages == {0}
    assert not UsageBucket.objects.filter(starts_at__lt=now - timedelta(days=62)).exists()
    assert actions.delete_old_usage(now=now) == 0


def test_what_nobody_limits_any_more_goes_too(account: Account, now: datetime) -> None:
    UsageBucket.objects.create(
        entity=account.entity, network="x", account=account, quota_key="de-antes", starts_at=now - timedelta(days=90)
    )
    delete_usage(timestamp=0)
    assert not UsageBucket.objects.exists()
