"""The register of accounts, and the credentials that a call to a network needs."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from pregonero import vault
from pregonero.errors import NotFound, Refused
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
from pregonero.networks.oauth import ClientCredentials, OAuthConfig
from pregonero.networks.registry import api_address, auth_config_of, token_address
from pregonero.people.models import Entity, Member

MAX_ROWS = 200


def get_account(*, member: Member, pk: int, for_update: bool = False) -> Account:
    """Return an account of the member's entity; any other is not found."""
    accounts = Account.objects.select_for_update(no_key=True, of=("self",)) if for_update else Account.objects.all()
    account = accounts.select_related("entity").filter(pk=pk, entity_id=member.entity_id).first()
    if account is None:
        raise NotFound
    return account


def get_administrator(*, member: Member, pk: int) -> Administrator:
    """Return an administrator of an account of the member's entity; any other is not found."""
    administrators = Administrator.objects.select_related("account")
    administrator = administrators.filter(pk=pk, account__entity_id=member.entity_id).first()
    if administrator is None:
        raise NotFound
    return administrator


def accounts_of(entity: Entity) -> QuerySet[Account]:
    """Return the entity's accounts in use, in the order that the screens show them."""
    return Account.objects.filter(entity=entity).exclude(state=AccountState.RETIRED).order_by("pk")


@dataclass(frozen=True)
class RegisterEntry:
    """An entry of the register: an account, its credential, and its administrators."""

    account: Account
    credential: Credential | None
    administrators: tuple[Administrator, ...]

    @property
    def state(self) -> str:
        """Return the state of the account or its connection, the worst that applies."""
        if self.account.state == AccountState.RETIRED:
            return "retired"
        if self.credential is None:
            return "disconnected"
        if self.credential.state == CredentialState.LOST:
            return "lost"
        return "paused" if self.account.state == AccountState.PAUSED else "active"

    @property
    def trouble(self) -> str:
        """Return the last error of its connection or test, as a Spanish sentence; empty when there is none."""
        if self.credential is not None and self.credential.problem:
            return self.credential.problem
        return self.account.test_result if self.account.test_passed is False else ""


def register_entries(entity: Entity) -> list[RegisterEntry]:
    """Return the whole register, with current administrators: accounts in use first, retired ones at the end."""
    accounts = list(Account.objects.filter(entity=entity).order_by("retired_at", "pk")[:MAX_ROWS])
    accounts.sort(key=lambda account: (account.retired_at is not None, account.pk))
    credentials = Credential.objects.filter(account__in=accounts).defer("encrypted")
    credential_of = {credential.account_id: credential for credential in credentials}
    administrators_of: dict[int, list[Administrator]] = {}
    current = Administrator.objects.filter(account__in=accounts, until__isnull=True)
    for administrator in current.order_by("since", "pk"):
        administrators_of.setdefault(administrator.account_id, []).append(administrator)
    return [
        RegisterEntry(account, credential_of.get(account.pk), tuple(administrators_of.get(account.pk, ())))
        for account in accounts
    ]


def register_entry(account: Account) -> RegisterEntry:
    """Return the entry of one account, with its current and past administrators."""
    credential = Credential.objects.filter(account=account).defer("encrypted").first()
    administrators = Administrator.objects.filter(account=account).order_by("-until", "since", "pk")
    return RegisterEntry(account, credential, tuple(administrators))


def application_for(account: Account) -> Application | None:
    """Return the entity's application on the network and server of this account."""
    return Application.objects.filter(
        entity_id=account.entity_id, network=account.network, server=account.server
    ).first()


def accounts_due_for_refresh(*, now: datetime) -> list[int]:
    """Return the ids of the accounts whose token has to be refreshed by now."""
    due = Credential.objects.filter(state=CredentialState.GOOD, refresh_at__lte=now)
    due = due.exclude(refresh_leased_until__gt=now).exclude(account__state=AccountState.RETIRED)
    return list(due.order_by("refresh_at", "pk").values_list("account_id", flat=True)[:MAX_ROWS])


def credentials_for(account: Account) -> ApiCredentials:
    """Return the credentials of an account's calls. Never store, log or show them. Raises `Refused` without any."""
    credential = Credential.objects.filter(account=account).first()
    if credential is None:
        raise Refused(f"{account} no está conectada: falta autorizarla en la red.")
    return open_credential(account, credential)[0]


def open_credential(account: Account, credential: Credential | PendingRevocation) -> tuple[ApiCredentials, str]:
    """Return the decrypted credentials of an account, and its refresh token or an empty string."""
    secret = json.loads(vault.decrypt(credential.encrypted, context=credential.encryption_context))
    generation = credential.generation if isinstance(credential, Credential) else 0
    return credentials_with(account, secret["access"], generation=generation), secret["refresh"]


def open_application(application: Application) -> ClientCredentials:
    """Return the id and decrypted secret of an application."""
    secret = vault.decrypt(application.encrypted_secret, context=application.encryption_context)
    return ClientCredentials(application.client_id, secret)


def live_credentials(application: Application) -> ApiCredentials | None:
    """Return the credentials of an application's persistent stream, or None without its own token."""
    if not application.encrypted_live_token:
        return None
    token = vault.decrypt(application.encrypted_live_token, context=application.encryption_context)
    return ApiCredentials(
        remote_id="",
        handle="",
        address=application.server or api_address(application.network),
        token=token,
        seconds=settings.CALL_SECONDS,
        network=application.network,
        public_only=bool(application.server),
    )


def credentials_with(account: Account, token: str, *, generation: int = 0) -> ApiCredentials:
    """Return the credentials of an account's calls with a given token, which need not be stored."""
    return ApiCredentials(
        remote_id=account.remote_id,
        handle=account.handle,
        address=account.server or api_address(account.network),
        token=token,
        seconds=settings.CALL_SECONDS,
        network=account.network,
        account_id=account.pk,
        generation=generation,
        public_only=bool(account.server),
    )


def credentials_without_token(account: Account) -> ApiCredentials:
    """Return the public data and addresses of an account, for building links; no call can be made with it."""
    address = account.server or api_address(account.network)
    return ApiCredentials(account.remote_id, account.handle, address, token="")


def token_endpoint_credentials(account: Account) -> ApiCredentials:
    """Return the credentials, without a token, of the calls about an account's tokens."""
    address = account.server or token_address(account.network)
    return replace(credentials_with(account, ""), address=address)


def oauth_config_of(account: Account) -> OAuthConfig:
    """Return the OAuth configuration of an account's network. Raises `Refused` when it uses a password."""
    config = auth_config_of(account.network)
    if not isinstance(config, OAuthConfig):
        raise Refused(f"{account} se conecta con una contraseña de aplicación.")
    return config


def client_of(account: Account) -> ClientCredentials:
    """Return the entity's application for this account. Raises `Refused` when none is registered."""
    application = application_for(account)
    if application is None:
        where = account.server or account.get_network_display()
        raise Refused(f"Antes hay que guardar la aplicación de la entidad en {where}.")
    return open_application(application)
