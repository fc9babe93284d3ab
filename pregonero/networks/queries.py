"""The register of accounts, read; and the access that a call to a network needs."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from pregonero.errors import NotFound, Refused
from pregonero.networks import vault
from pregonero.networks.auth_config import Client
from pregonero.networks.base import ApiCredentials
from pregonero.networks.models import (
    Account,
    AccountState,
    Administrator,
    Application,
    Credential,
    CredentialState,
    PendingRevocation,
)
from pregonero.people.models import Entity, Member

MOST_AT_ONCE = 200


def get_account(*, member: Member, pk: int, for_update: bool = False) -> Account:
    """Return an account of the member's entity; any other is not found."""
    accounts = Account.objects.select_for_update(no_key=True, of=("self",)) if for_update else Account.objects.all()
    account = accounts.select_related("entity").filter(pk=pk, entity_id=member.entity_id).first()
    if account is None:
        raise NotFound
    return account


def get_administrator(*, member: Member, pk: int) -> Administrator:
    """Return somebody who administers an account of the member's entity."""
    found = Administrator.objects.select_related("account").filter(pk=pk, account__entity_id=member.entity_id).first()
    if found is None:
        raise NotFound
    return found


def accounts_of(entity: Entity) -> QuerySet[Account]:
    """Return the entity's accounts in use, in the order that the screens show them."""
    return Account.objects.filter(entity=entity).exclude(state=AccountState.RETIRED).order_by("pk")


@dataclass(frozen=True)
class NetworkClient:
    """A line of the register: the account, what opens it, and who administers it now."""

    account: Account
    credential: Credential | None
    administrators: tuple[Administrator, ...]

    @property
    def state(self) -> str:
        """Return how things stand, one word of a fixed list: what is worst first."""
        if self.account.state == AccountState.RETIRED:
            return "retired"
        if self.credential is None:
            return "disconnected"
        if self.credential.state == CredentialState.LOST:
            return "lost"
        return "paused" if self.account.state == AccountState.PAUSED else "active"

    @property
    def trouble(self) -> str:
        """Return the last error of its connection or its test, in a sentence; nothing when all is well."""
        if self.credential is not None and self.credential.problem:
            return self.credential.problem
        return self.account.test_said if self.account.test_passed is False else ""


def register_of(entity: Entity) -> list[NetworkClient]:
    """Return the whole register: accounts in use first, those that were retired at the end."""
    accounts = list(Account.objects.filter(entity=entity).order_by("retired_at", "pk")[:MOST_AT_ONCE])
    accounts.sort(key=lambda account: (account.retired_at is not None, account.pk))
    credentials = {found.account_id: found for found in Credential.objects.filter(account__in=accounts).defer("sealed")}
    named: dict[int, list[Administrator]] = {}
    for found in Administrator.objects.filter(account__in=accounts, until__isnull=True).order_by("since", "pk"):
        named.setdefault(found.account_id, []).append(found)
    return [NetworkClient(each, credentials.get(each.pk), tuple(named.get(each.pk, ()))) for each in accounts]


def line_of(account: Account) -> NetworkClient:
    """Return the line of one account, with everybody who ever administered it."""
    credential = Credential.objects.filter(account=account).defer("sealed").first()
    named = Administrator.objects.filter(account=account).order_by("-until", "since", "pk")
    return NetworkClient(account, credential, tuple(named))


def application_for(account: Account) -> Application | None:
    """Return the entity's application where this account lives."""
    return Application.objects.filter(
        entity_id=account.entity_id, network=account.network, server=account.server
    ).first()


def applications_of(entity: Entity) -> QuerySet[Application]:
    """Return the entity's applications, without their secrets."""
    return Application.objects.filter(entity=entity).defer("sealed_secret").order_by("network", "server", "pk")


def accounts_to_renew(*, now: datetime) -> list[int]:
    """Return the accounts whose token has to be renewed by now."""
    waiting = Credential.objects.filter(state=CredentialState.GOOD, renew_at__lte=now)
    waiting = waiting.exclude(renewing_until__gt=now).exclude(account__state=AccountState.RETIRED)
    return list(waiting.order_by("renew_at", "pk").values_list("account_id", flat=True)[:MOST_AT_ONCE])


def credentials_for(account: Account) -> ApiCredentials:
    """Return what a connector needs to speak for an account. Never keep it, log it or show it."""
    credential = Credential.objects.filter(account=account).first()
    if credential is None:
        raise Refused(f"{account} no está conectada: falta autorizarla en la red.")
    return opened(account, credential)[0]


def opened(account: Account, credential: Credential | PendingRevocation) -> tuple[ApiCredentials, str]:
    """Return an account's access, and the refresh token that renews it (or nothing)."""
    secret = json.loads(vault.unseal(credential.sealed, bound=credential.sealed_for))
    return credentials_with(account, secret["access"]), secret["refresh"]


def client_from(application: Application) -> Client:
    """Return an application with its secret in the clear, for one call."""
    return Client(application.client_id, vault.unseal(application.sealed_secret, bound=application.sealed_for))


def credentials_with(account: Account, token: str) -> ApiCredentials:
    """Return the access that a token would give to an account."""
    return ApiCredentials(
        remote_id=account.remote_id,
        handle=account.handle,
        address=account.server or settings.NETWORK_ADDRESSES[account.network],
        token=token,
        seconds=settings.CALL_SECONDS,
        network=account.network,
        account_id=account.pk,
        public_only=bool(account.server),
    )


def place_of(account: Account) -> ApiCredentials:
    """Return where an account is, without its token: enough to know its addresses, and to call nothing."""
    address = account.server or settings.NETWORK_ADDRESSES[account.network]
    return ApiCredentials(account.remote_id, account.handle, address, token="")
