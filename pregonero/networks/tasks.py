"""The worker's jobs for accounts: refresh tokens before they expire, revoke unused ones, delete old usage counts."""

from typing import Any

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.networks import queries, tokens
from pregonero.networks.actions.credentials import delete_old_authorizations
from pregonero.networks.actions.tokens import expire_revocations
from pregonero.networks.rate_limits.actions import delete_old_usage


@app.periodic(cron="* * * * *")
@app.task(name="networks.refresh_due", queue="dispatch", queueing_lock="networks.refresh_due", pass_context=False)
def refresh_due(timestamp: int, **_later: Any) -> None:
    """Enqueue a job for each account whose token has to be refreshed by now."""
    now = timezone.now()
    for account_id in queries.accounts_due_for_refresh(now=now):
        try:
            app.configure_task("networks.refresh", queueing_lock=f"refresh:{account_id}").defer(account_id=account_id)
        except AlreadyEnqueued:
            continue
    delete_old_authorizations(now=now)
    expire_revocations(now=now)


@app.periodic(cron="17 * * * *")
@app.task(name="networks.delete_usage", queue="dispatch", queueing_lock="networks.delete_usage", pass_context=False)
def delete_usage(timestamp: int, **_later: Any) -> None:
    """Delete the usage counts that no window reaches any more."""
    delete_old_usage(now=timezone.now())


@app.task(name="networks.refresh", queue="preparing")
def refresh(*, account_id: int, **_later: Any) -> None:
    """Refresh the token of one account."""
    tokens.refresh_account_token(account_id)


@app.task(name="networks.revoke", queue="preparing", retry=RetryStrategy(max_attempts=8, exponential_wait=5))
def revoke(*, revocation_id: int, **_later: Any) -> None:
    """Revoke at the network a credential that is no longer used."""
    tokens.revoke_credential(revocation_id)
