"""The worker's jobs for accounts: tokens renewed ahead of their end."""

from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.networks import actions, queries, renewing


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


@app.task(name="networks.renew", queue="preparing")
def renew(*, account_id: int, **_later: Any) -> None:
    """Renew the token of one account."""
    renewing.renew_account(account_id)
