"""The worker's jobs for accounts: tokens renewed ahead of their end, and given back; old counts removed."""

from typing import Any

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.networks import actions, queries, token_refresh, token_revocation
from pregonero.networks.rate_limits import actions as budgets


@app.periodic(cron="* * * * *")
@app.task(name="networks.renew_due", queue="looking", queueing_lock="networks.renew_due", pass_context=False)
def renew_due(timestamp: int, **_later: Any) -> None:
    """Give a job to each account whose token has to be renewed by now."""
    now = timezone.now()
    for account_id in queries.accounts_to_renew(now=now):
        try:
            app.configure_task("networks.renew", queueing_lock=f"renew:{account_id}").defer(account_id=account_id)
        except AlreadyEnqueued:
            continue  # somebody already waits to do it
    actions.forget_authorizations(now=now)
    actions.forget_relinquished(now=now)


@app.periodic(cron="17 * * * *")
@app.task(name="networks.forget_spent", queue="looking", queueing_lock="networks.forget_spent", pass_context=False)
def forget_spent(timestamp: int, **_later: Any) -> None:
    """Remove the counts of what was spent so long ago that no limit reaches it."""
    budgets.forget_spent(now=timezone.now())


@app.task(name="networks.renew", queue="preparing")
def renew(*, account_id: int, **_later: Any) -> None:
    """Renew the token of one account."""
    token_refresh.refresh_account_token(account_id)


@app.task(name="networks.give_back", queue="preparing", retry=RetryStrategy(max_attempts=8, exponential_wait=5))
def give_back(*, relinquished_id: int, **_later: Any) -> None:
    """Tell a network that what opened an account is used no more."""
    token_revocation.give_back(relinquished_id)
