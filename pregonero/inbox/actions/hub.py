"""Subscriptions to the hub of a network: asked for, verified by the hub at our address, and renewed before they end."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from pregonero import vault
from pregonero.inbox.models import HubSubscription
from pregonero.networks.models import Account
from pregonero.networks.websub import LONGEST_LEASE

VERIFIED_WITHIN = timedelta(hours=1)  # a hub that has not checked our address by then is asked again
RENEWED_AT = 0.8  # of the lease
AFTER_DENIAL = timedelta(days=1)


@transaction.atomic(durable=True)
def begin_subscription(*, account: Account, now: datetime) -> HubSubscription:
    """Store that the hub is asked now. The secret stays the same, so that notices in flight are still ours."""
    subscription = HubSubscription.objects.select_for_update(no_key=True, of=("self",)).filter(account=account).first()
    if subscription is None:
        subscription = HubSubscription(account=account)
        context = subscription.encryption_context
        subscription.encrypted_secret = vault.encrypt(secrets.token_urlsafe(32), context=context)
    subscription.next_request_at = now + VERIFIED_WITHIN
    subscription.save()
    return subscription


@transaction.atomic(durable=True)
def verify_subscription(*, subscription: HubSubscription, lease_seconds: int, now: datetime) -> None:
    """Store the lease that the hub gave when it checked our address."""
    subscription = HubSubscription.objects.select_for_update(no_key=True, of=("self",)).get(pk=subscription.pk)
    lease = timedelta(seconds=min(max(lease_seconds, 60), LONGEST_LEASE))
    subscription.verified_at, subscription.expires_at = now, now + lease
    subscription.next_request_at, subscription.problem = now + lease * RENEWED_AT, ""
    subscription.save()


@transaction.atomic(durable=True)
def save_subscription_problem(*, subscription: HubSubscription, reason: str, wait: timedelta, now: datetime) -> None:
    """Store why the hub could not be asked, or that it denied the subscription, and when it is asked again."""
    subscription = HubSubscription.objects.select_for_update(no_key=True, of=("self",)).get(pk=subscription.pk)
    subscription.problem, subscription.next_request_at = reason[:300], now + wait
    subscription.save(update_fields=["problem", "next_request_at"])
