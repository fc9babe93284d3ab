"""Connecting an account to its network, on the network's consent page or with an application password; and testing it.

Each call to a network stands between the action that permits it and the action that stores its result. A person who
refuses, or authorises another account, changes nothing.
"""

import re
import secrets
from dataclasses import replace
from datetime import datetime

import structlog
from django.conf import settings
from django.urls import reverse

from pregonero.errors import Refused
from pregonero.networks import oauth, queries, rules
from pregonero.networks.actions.credentials import (
    ReturnedAuthorization,
    can_revoke,
    connect_account,
    record_connection_test,
    start_authorization,
)
from pregonero.networks.base import ApiCredentials, Identity, NetworkError
from pregonero.networks.models import Account, CredentialKind
from pregonero.networks.oauth import AppPassword, ClientCredentials, OAuthConfig, Tokens
from pregonero.networks.registry import auth_config_of, connector, consent_address
from pregonero.networks.server_urls import check_server
from pregonero.networks.tokens import with_token_refresh
from pregonero.people.models import Member

log = structlog.get_logger(__name__)
STATE_BYTES, VERIFIER_BYTES = 32, 64


def start_connection(*, account: Account, session: str, by: Member, now: datetime) -> str:
    """Start a connection and return the address of the network's consent page."""
    config, client = queries.oauth_config_of(account), queries.client_of(account)
    check_server(account.server)
    state, verifier = secrets.token_urlsafe(STATE_BYTES), secrets.token_urlsafe(VERIFIER_BYTES)
    start_authorization(account=account, state=state, session=session, verifier=verifier, by=by, now=now)
    base = account.server or consent_address(account.network)
    return oauth.consent_url(config, base, client, redirect=redirect_uri(), state=state, verifier=verifier)


def finish_connection(returned: ReturnedAuthorization, *, code: str, error: str, by: Member, now: datetime) -> Account:
    """Finish a connection with the parameters that the consent page returned. Raises `Refused` with the reason."""
    account = returned.account
    config, client = queries.oauth_config_of(account), queries.client_of(account)
    if error or not code:
        raise Refused(_consent_refused(config, error))
    endpoint = queries.token_endpoint_credentials(account)
    try:
        tokens = oauth.exchange_code(
            config, endpoint, client, code=code, redirect=redirect_uri(), verifier=returned.verifier
        )
        account_tokens, identity = _account_tokens(config, account, client, tokens)
    except NetworkError as failure:
        raise Refused(f"{failure.reason} No se cambió nada: vuelve a intentarlo desde la cuenta.") from failure
    if not is_same_account(account, identity):
        _revoke_unused(config, endpoint, client, tokens)
        raise Refused(_other_account(account, identity))
    return connect_account(
        account=account,
        token=account_tokens.access,
        refresh=account_tokens.refresh,
        expires_at=account_tokens.expires_at(now),
        kind=CredentialKind.CONSENT,
        scopes=account_tokens.scopes,
        identity=identity,
        by=by,
        now=now,
    )


def connect_with_password(*, account: Account, password: str, by: Member, now: datetime) -> Account:
    """Connect an account with an application password, after the network confirmed to which account it belongs."""
    rules.check_may_connect(by, account, now=now)
    config = auth_config_of(account.network)
    if not isinstance(config, AppPassword):
        raise Refused(f"{account} se conecta con la página de la red, no con una contraseña.")
    if not re.fullmatch(config.pattern, password):
        raise Refused(
            f"Esa no es una contraseña de aplicación de {config.label}. Se crea en {config.where}; "
            "la de la cuenta no se usa."
        )
    check_server(account.server)
    credentials = queries.credentials_with(account, password)
    try:
        identity = connector(account.network).probe(replace(credentials, remote_id=account.remote_id or account.handle))
    except NetworkError as failure:
        raise Refused(f"{failure.reason} No se cambió nada.") from failure
    if not is_same_account(account, identity):
        raise Refused(_other_account(account, identity))
    return connect_account(
        account=account,
        token=password,
        expires_at=None,
        kind=CredentialKind.PASSWORD,
        identity=identity,
        by=by,
        now=now,
    )


def check_connection(*, account: Account, by: Member, now: datetime) -> Account:
    """Ask the network to which account the credential belongs, with one harmless read, and record the answer."""
    rules.check_may_test(by, account, now=now)
    try:
        identity = with_token_refresh(queries.credentials_for(account), connector(account.network).probe)
    except NetworkError as error:
        return record_connection_test(account=account, passed=False, result=error.reason, by=by, now=now)
    passed = is_same_account(account, identity)
    result = _test_result(account, identity, passed)
    return record_connection_test(account=account, passed=passed, result=result, by=by, now=now)


def revocation_notice(account: Account) -> str:
    """Return the Spanish sentence that says what happens to the network's permission when the account is not used."""
    config = auth_config_of(account.network)
    if isinstance(config, AppPassword):
        return f"Borra también la contraseña de aplicación en {config.label}: {config.where}."
    if can_revoke(account.network):
        return f"También retiramos la autorización en {config.label}; si la red no lo confirma, te avisamos."
    return f"Retira también el permiso en {config.label}: desde aquí la red no lo permite."


def redirect_uri() -> str:
    """Return the address to which the networks send people back, exactly as it is registered there."""
    return settings.PUBLIC_ADDRESS.rstrip("/") + reverse("networks:returned")


def is_same_account(account: Account, identity: Identity) -> bool:
    """Return whether an identity is the registered account: by its id, or by its handle until the id is known."""
    if account.remote_id:
        return identity.remote_id == account.remote_id
    return identity.handle.removeprefix("@").casefold() == account.handle.casefold()


def _account_tokens(
    config: OAuthConfig, account: Account, client: ClientCredentials, tokens: Tokens
) -> tuple[Tokens, Identity]:
    if config.account_tokens is not None:
        return config.account_tokens(queries.token_endpoint_credentials(account), client, tokens)
    return tokens, connector(account.network).probe(queries.credentials_with(account, tokens.access))


def _revoke_unused(config: OAuthConfig, endpoint: ApiCredentials, client: ClientCredentials, tokens: Tokens) -> None:
    """Revoke tokens that will not be used; an error of the network is only logged."""
    try:
        oauth.revoke_token(config, endpoint, client, tokens.refresh or tokens.access)
    except NetworkError as error:
        log.warning("account.token_not_revoked", network=config.label, code=error.code)


def _consent_refused(config: OAuthConfig, error: str) -> str:
    if error in {"access_denied", "user_denied"}:
        return f"En {config.label} respondieron que no: no se dio la autorización y no se cambió nada."
    return (
        f"{config.label} no dio la autorización y no se cambió nada. "
        "Si se repite, revisa la aplicación registrada allí."
    )


def _other_account(account: Account, identity: Identity) -> str:
    return (
        f"Autorizaste @{identity.handle.removeprefix('@')}, y la cuenta registrada es @{account.handle}. "
        "No se cambió nada: entra en la red con la cuenta registrada y vuelve a intentarlo."
    )


def _test_result(account: Account, identity: Identity, passed: bool) -> str:
    handle = identity.handle.removeprefix("@")
    found = f"@{handle} ({identity.name})" if identity.name else f"@{handle}"
    if not passed:
        return f"La conexión es de {found}, no de la cuenta registrada, @{account.handle}. Conéctala otra vez."
    if handle.casefold() != account.handle.casefold():
        return f"Es la cuenta registrada, pero en la red ahora se llama {found}: edita su usuario."
    return f"Funciona: es {found}, la cuenta registrada."
