"""Subscriptions to the hubs of the networks: the accounts to subscribe, and one subscription with its secret."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from pregonero import vault
from pregonero.inbox.models import HubSubscription
from pregonero.networks.models import Account, AccountState, Application, Credential, CredentialState
from pregonero.networks.queries import application_for, credentials_without_token
from pregonero.networks.registry import hub_of, networks_with_hub
from pregonero.networks.websub import callback_token, has_public_address


@dataclass(frozen=True)
class OpenSubscription:
    """A subscription with its secret, what it follows, and the application that its notices are stored under."""

    subscription: HubSubscription
    application: Application
    topic: str
    secret: str = field(repr=False)

    @property
    def callback(self) -> str:
        """Return our public address for the hub's checks and notices."""
        path = reverse("inbox:websub", args=[self.subscription.pk, callback_token(self.secret)])
        return settings.PUBLIC_ADDRESS.rstrip("/") + path


def open_subscription(*, pk: int) -> OpenSubscription | None:
    """Return a subscription of any entity; None when there is none, or its account has no application or hub."""
    subscription = HubSubscription.objects.select_related("account").filter(pk=pk).first()
    application = application_for(subscription.account) if subscription else None
    hub = hub_of(subscription.account.network) if subscription else None
    if subscription is None or application is None or hub is None:
        return None
    secret = vault.decrypt(bytes(subscription.encrypted_secret), context=subscription.encryption_context)
    topic = hub.topic_of(credentials_without_token(subscription.account))
    return OpenSubscription(subscription, application, topic, secret)


def accounts_to_subscribe(*, now: datetime) -> list[Account]:
    """Return the connected accounts whose hub has to be asked now; none without a public address."""
    if not has_public_address():
        return []
    connected = Credential.objects.filter(account=OuterRef("pk"), state=CredentialState.GOOD)
    settled = HubSubscription.objects.filter(account=OuterRef("pk"), next_request_at__gt=now)
    accounts = Account.objects.filter(
        Exists(connected), ~Exists(settled), network__in=networks_with_hub(), state=AccountState.ACTIVE
    )
    return list(accounts.order_by("pk")[:100])
