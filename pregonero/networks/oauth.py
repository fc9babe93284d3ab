"""How networks authorise this application, as data and calls: OAuth 2, or a password created for the application.

Each network's `oauth.py` has its `OAuthConfig` or `AppPassword`. No message repeats what a network answers: an answer
may contain a secret.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from pregonero import logs
from pregonero.http_client import ConnectFailed, HttpClientError, retry_after_seconds
from pregonero.networks.base import ApiCredentials, Identity, Permanent, Transient, Unauthorized, Unknown
from pregonero.networks.client import Endpoint, HttpError, NetworkClient

RETRY_SECONDS = 30.0
APPLICATION_ERRORS = frozenset({"invalid_client", "unauthorized_client", "redirect_uri_mismatch", "101"})
"""Error codes that concern the application and not the account, whose authorisation may still be valid."""


@dataclass(frozen=True)
class Scope:
    """A permission that is requested, and its purpose, in Spanish."""

    name: str
    why: str


@dataclass(frozen=True)
class ClientCredentials:
    """The id and secret of the entity's application at a network."""

    id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        logs.register_secret(self.secret)


@dataclass(frozen=True)
class Tokens:
    """The tokens of a response: the access token, its lifetime in seconds, and the refresh token if there is one."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    seconds: float | None = None
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        logs.register_secret(self.access, self.refresh)

    def expires_at(self, now: datetime) -> datetime | None:
        """Return when the access token expires; None when it does not."""
        return now + timedelta(seconds=self.seconds) if self.seconds else None


AccountTokens = Callable[[ApiCredentials, ClientCredentials, Tokens], tuple[Tokens, Identity]]


@dataclass(frozen=True)
class OAuthConfig:
    """How a network implements OAuth 2, as data with the day and the source.

    `account_tokens` exchanges the tokens of a person for those of the account, on networks that distinguish the two.
    """

    label: str
    consent_path: str  # below the address of the consent pages
    token_path: str  # below the address of the token calls
    scopes: tuple[Scope, ...]
    endpoints: tuple[Endpoint, ...]
    read_on: date
    source: str
    ended_codes: frozenset[str]  # error codes of an authorisation that has ended
    revoke_path: str = ""
    revokes_all: bool = False  # revoking one token revokes all that the same person gave to the application
    separator: str = " "
    uses_pkce: bool = True
    uses_basic_auth: bool = False  # the application's secret goes in a header and not in the body
    consent_params: Mapping[str, str] = field(default_factory=dict)  # further parameters of the consent page
    account_tokens: AccountTokens | None = None


@dataclass(frozen=True)
class AppPassword:
    """A network that is used with a password which its owner creates for this application alone."""

    label: str
    where: str  # the page of the network where it is created, in Spanish
    pattern: str  # its form, which distinguishes it from the owner's own password
    read_on: date
    source: str
    close: Callable[[ApiCredentials], None] | None = None  # ends the open session; the password remains valid


AuthConfig = OAuthConfig | AppPassword


def pkce_challenge(verifier: str) -> str:
    """Return the public half of PKCE (S256) for a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_url(
    config: OAuthConfig, base: str, client: ClientCredentials, *, redirect: str, state: str, verifier: str
) -> str:
    """Return the address of the network's page on which a person authorises the application."""
    params = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": redirect,
        "scope": config.separator.join(scope.name for scope in config.scopes),
        "state": state,
        **config.consent_params,
    }
    if config.uses_pkce:
        params |= {"code_challenge": pkce_challenge(verifier), "code_challenge_method": "S256"}
    return f"{base.rstrip('/')}{_versioned(config.consent_path)}?{urlencode(params, quote_via=quote)}"


def exchange_code(
    config: OAuthConfig,
    credentials: ApiCredentials,
    client: ClientCredentials,
    *,
    code: str,
    redirect: str,
    verifier: str,
) -> Tokens:
    """Exchange the code that the consent page returned for tokens; a code works once."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    if config.uses_pkce:
        form["code_verifier"] = verifier
    return tokens_for(config, credentials, client, form)


def refresh_tokens(
    config: OAuthConfig, credentials: ApiCredentials, client: ClientCredentials, refresh_token: str
) -> Tokens:
    """Exchange a refresh token for new tokens. Raises `Unauthorized` only when the network ended the authorisation."""
    return tokens_for(config, credentials, client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def tokens_for(
    config: OAuthConfig, credentials: ApiCredentials, client: ClientCredentials, form: dict[str, str]
) -> Tokens:
    """Make the token call with the given form and return the tokens of the response."""
    return _parse_tokens(config, _call(config, credentials, client, config.token_path, form))


def revoke_token(config: OAuthConfig, credentials: ApiCredentials, client: ClientCredentials, token: str) -> None:
    """Revoke a token at the network, if the network can do so."""
    if config.revoke_path:
        _call(config, credentials, client, config.revoke_path, {"token": token})


def read_with_token(config: OAuthConfig, credentials: ApiCredentials, token: str, path: str, **params: str) -> Any:
    """Return the JSON of a GET made with a token that is not stored yet."""
    with _mapped_errors(config):
        client = NetworkClient(replace(credentials, token=token), config.endpoints)
        return client.get(credentials.address.rstrip("/") + _versioned(path), params=params).json()


def _call(
    config: OAuthConfig, credentials: ApiCredentials, client: ClientCredentials, path: str, form: dict[str, str]
) -> Any:
    """Make a call about tokens; it has the application's id and secret, and no token in its header."""
    network = NetworkClient(replace(credentials, token=""), config.endpoints)
    del network.headers["Authorization"]
    if config.uses_basic_auth:
        plain = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
        encoded = base64.b64encode(plain.encode()).decode()
        logs.register_secret(encoded)
        network.headers["Authorization"] = f"Basic {encoded}"
        form = {"client_id": client.id, **form}
    else:
        form = {"client_id": client.id, "client_secret": client.secret, **form}
    with _mapped_errors(config):
        response = network.post(f"{credentials.address.rstrip('/')}{_versioned(path)}", data=form)
        return response.json()


def _parse_tokens(config: OAuthConfig, body: Any) -> Tokens:
    access = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(access, str) or not access.strip():
        raise Transient(f"{config.label} no entregó una autorización que se pueda usar.", code="unreadable")
    refresh, seconds, scopes = body.get("refresh_token"), body.get("expires_in"), body.get("scope")
    return Tokens(
        access,
        refresh if isinstance(refresh, str) else "",
        float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None,
        tuple(str(scopes).replace(",", " ").split()) if scopes else (),
    )


def _versioned(path: str) -> str:
    return path.format(version=settings.GRAPH_VERSION)


@contextmanager
def _mapped_errors(config: OAuthConfig) -> Iterator[None]:
    """Raise the HTTP errors of a token call as a `NetworkError`; a lost connection never ends an authorisation."""
    try:
        yield
    except ConnectFailed as error:
        reason = f"No pudimos conectar con {config.label}."
        raise Transient(reason, code="no_connection", retry_after=RETRY_SECONDS) from error
    except HttpError as error:
        raise _network_error(config, error) from error
    except HttpClientError as error:
        raise Unknown(f"Se cortó la conexión con {config.label} antes de su respuesta.", code="lost") from error


def _network_error(config: OAuthConfig, error: HttpError) -> Transient | Unauthorized | Permanent:
    """Return the meaning of an error response to a token call, by the network's own error code."""
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status == HTTPStatus.TOO_MANY_REQUESTS:
        asked = retry_after_seconds(error.headers)
        wait = RETRY_SECONDS if asked is None else asked
        return Transient(f"{config.label} no atiende ahora ({error.status}).", code="busy", retry_after=wait)
    code = _error_code(error.body)
    if code in APPLICATION_ERRORS:
        reason = f"{config.label} no reconoce la aplicación de la entidad: revisa su identificador y su secreto."
        return Permanent(reason, code="application")
    if code in config.ended_codes or error.status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(f"{config.label} terminó la autorización de esta cuenta: hay que conectarla otra vez.")
    return Permanent(f"{config.label} no aceptó la autorización ({error.status}).", code="refused")


def _error_code(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else str(error or "")
