"""Connecting an account: to the network's consent page and back, or with an application password.

Each call to a network stands between the action that allows it and the action that keeps what came of it. Until the
last one nothing changes: who comes back with another account, or with a no, leaves everything as it was.
"""

import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.urls import reverse

from pregonero.errors import Refused
from pregonero.networks import actions, oauth, queries, rules
from pregonero.networks.auth_config import AppPassword, Client, Consent, Tokens
from pregonero.networks.base import ApiCredentials, Identity, NetworkError
from pregonero.networks.models import Account, CredentialKind
from pregonero.networks.registry import auth_config_of, connector
from pregonero.networks.server_urls import check_server
from pregonero.people.models import Member

log = structlog.get_logger(__name__)
STATE_BYTES, VERIFIER_BYTES = 32, 64


def begin(*, account: Account, session: str, by: Member, now: datetime) -> str:
    """Begin a connection; return the address of the network's consent page."""
    way, client = consent_of(account), client_of(account)
    check_server(account.server)
    state, verifier = secrets.token_urlsafe(STATE_BYTES), secrets.token_urlsafe(VERIFIER_BYTES)
    actions.begin_authorization(account=account, state=state, session=session, verifier=verifier, by=by, now=now)
    base = account.server or settings.CONSENT_ADDRESSES[account.network]
    return oauth.consent_address(way, base, client, redirect=return_address(), state=state, verifier=verifier)


def finish(taken: actions.Taken, *, code: str, error: str, by: Member, now: datetime) -> Account:
    """Finish a connection with what the person brought back; `Refused` says what happened when it was not one."""
    account, way, client = taken.account, consent_of(taken.account), client_of(taken.account)
    if error or not code:
        raise Refused(_no(way, error))
    at = token_endpoint_credentials(account)
    try:
        tokens = oauth.exchange(way, at, client, code=code, redirect=return_address(), verifier=taken.verifier)
        mine, identity = _settled(way, account, client, tokens)
    except NetworkError as no:
        raise Refused(f"{no.reason} No se cambió nada: vuelve a intentarlo desde la cuenta.") from no
    if not is_same(account, identity):
        _give_back(way, at, client, tokens)
        raise Refused(_another(account, identity))
    return actions.connect_account(
        account=account, token=mine.access, refresh=mine.refresh, expires_at=ends_at(mine, now),
        kind=CredentialKind.CONSENT, scopes=mine.scopes, identity=identity, by=by, now=now,
    )  # fmt: skip


def connect_with_password(*, account: Account, password: str, by: Member, now: datetime) -> Account:
    """Connect an account with a password made for this application, once the network has said whose it is."""
    rules.check_may_connect(by, account, now=now)
    way = auth_config_of(account.network)
    if not isinstance(way, AppPassword):
        raise Refused(f"{account} se conecta con la página de la red, no con una contraseña.")
    if not re.fullmatch(way.pattern, password):
        raise Refused(
            f"Esa no es una contraseña de aplicación de {way.label}. Se crea en {way.where}; la de la cuenta no se usa."
        )
    check_server(account.server)
    access = queries.credentials_with(account, password)
    try:
        identity = connector(account.network).probe(replace(access, remote_id=account.remote_id or account.handle))
    except NetworkError as no:
        raise Refused(f"{no.reason} No se cambió nada.") from no
    if not is_same(account, identity):
        raise Refused(_another(account, identity))
    return actions.connect_account(
        account=account, token=password, expires_at=None, kind=CredentialKind.PASSWORD, identity=identity, by=by,
        now=now,
    )  # fmt: skip


def revocation_notice(account: Account) -> str:
    """Return what becomes of the permission that a network gave, once an account is used no more."""
    way = auth_config_of(account.network)
    if isinstance(way, AppPassword):
        return f"Borra también la contraseña de aplicación en {way.label}: {way.where}."
    if actions.takes_back(account.network):
        return f"La autorización se le devuelve a {way.label}; si no lo confirma, se te avisa."
    return f"Retira también el permiso en {way.label}: la red no deja devolverlo desde aquí."


def consent_of(account: Account) -> Consent:
    """Return how the network gives authorisations. Raises `Refused` where it is by password."""
    way = auth_config_of(account.network)
    if not isinstance(way, Consent):
        raise Refused(f"{account} se conecta con una contraseña de aplicación.")
    return way


def client_of(account: Account) -> Client:
    """Return the entity's application where this account lives. Raises `Refused` when nobody has registered it."""
    application = queries.application_for(account)
    if application is None:
        where = account.server or account.get_network_display()
        raise Refused(f"Antes hay que guardar la aplicación de la entidad en {where}.")
    return queries.client_from(application)


def token_endpoint_credentials(account: Account) -> ApiCredentials:
    """Return where the token calls of an account go."""
    access = queries.credentials_with(account, "")
    return replace(access, address=account.server or settings.TOKEN_ADDRESSES[account.network])


def return_address() -> str:
    """Return the one address that the networks send people back to, exactly as it is registered there."""
    return settings.PUBLIC_ADDRESS.rstrip("/") + reverse("networks:returned")


def ends_at(tokens: Tokens, now: datetime) -> datetime | None:
    """Return when a token ends, if it does."""
    return now + timedelta(seconds=tokens.seconds) if tokens.seconds else None


def is_same(account: Account, identity: Identity) -> bool:
    """Return whether the network means the registered account: by its id, or by its name until the id is known."""
    if account.remote_id:
        return identity.remote_id == account.remote_id
    return identity.handle.removeprefix("@").casefold() == account.handle.casefold()


def _settled(way: Consent, account: Account, client: Client, tokens: Tokens) -> tuple[Tokens, Identity]:
    if way.settle is not None:
        return way.settle(token_endpoint_credentials(account), client, tokens)
    return tokens, connector(account.network).probe(queries.credentials_with(account, tokens.access))


def _give_back(way: Consent, at: ApiCredentials, client: Client, tokens: Tokens) -> None:
    """Give tokens that will not be used back to the network. That it could not be told is no reason to fail."""
    try:
        oauth.revoke(way, at, client, tokens.refresh or tokens.access)
    except NetworkError as error:
        log.warning("account.not_given_back", network=way.label, code=error.code)


def _no(way: Consent, error: str) -> str:
    if error in {"access_denied", "user_denied"}:
        return f"En {way.label} se respondió que no: la autorización no se dio y no se cambió nada."
    return (
        f"{way.label} no dio la autorización y no se cambió nada. Si se repite, revisa la aplicación registrada allí."
    )


def _another(account: Account, identity: Identity) -> str:
    return (
        f"Autorizaste @{identity.handle.removeprefix('@')}, y la cuenta registrada es @{account.handle}. "
        "No se cambió nada: entra en la red con la cuenta registrada y vuelve a intentarlo."
    )
