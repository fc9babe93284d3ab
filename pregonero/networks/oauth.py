"""OAuth 2 as the networks have it: the consent page, the code for tokens, tokens renewed, and given back.

What a network asks is data in its folder (`oauth.py`: a `Consent` or an `AppPassword`). Nothing of what it answers is
repeated in a message: an answer may echo a secret.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from pregonero import logs
from pregonero.http_client import ConnectFailed, HttpClientError, ResponseLost
from pregonero.networks.auth_config import Client, Consent, Tokens
from pregonero.networks.base import ApiCredentials, Permanent, Transient, Unauthorized, Unknown
from pregonero.networks.client import HttpError, NetworkClient

SERVER_ERROR, TOO_MANY, NOT_YET = 500, 429, 30.0
INTERNAL_ERROR = frozenset({"invalid_client", "unauthorized_client", "redirect_uri_mismatch", "101"})
"""Refusals that are about the application: the account's authorisation may be as good as ever."""


def challenge_of(verifier: str) -> str:
    """Return the half of PKCE that may be seen (S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_address(way: Consent, base: str, client: Client, *, redirect: str, state: str, verifier: str) -> str:
    """Return the page of the network where the person gives the authorisation."""
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": redirect,
        "scope": way.separator.join(scope.name for scope in way.scopes),
        "state": state,
        **way.asks,
    }
    if way.pkce:
        asked |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    return f"{base.rstrip('/')}{_versioned(way.consent)}?{urlencode(asked, quote_via=quote)}"


def exchange(way: Consent, at: ApiCredentials, client: Client, *, code: str, redirect: str, verifier: str) -> Tokens:
    """Change the code that the person brought back for tokens: once."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    if way.pkce:
        form["code_verifier"] = verifier
    return tokens_for(way, at, client, form)


def renew(way: Consent, at: ApiCredentials, client: Client, refresh: str) -> Tokens:
    """Change a refresh token for new tokens. `Unauthorized` only when the network says that it is over."""
    return tokens_for(way, at, client, {"grant_type": "refresh_token", "refresh_token": refresh})


def tokens_for(way: Consent, at: ApiCredentials, client: Client, form: dict[str, str]) -> Tokens:
    """Make the token call with a form, whatever it is that the network changes for tokens."""
    return _tokens(way, _ask(way, at, client, way.token, form))


def revoke(way: Consent, at: ApiCredentials, client: Client, token: str) -> None:
    """Give a token back: the network takes it no more."""
    if way.revoke:
        _ask(way, at, client, way.revoke, {"token": token})


def read(way: Consent, at: ApiCredentials, token: str, path: str, **params: str) -> Any:
    """Read something with a token that is not the account's yet."""
    with mapped_errors(way):
        return (
            NetworkClient(replace(at, token=token), way.calls)
            .get(at.address.rstrip("/") + _versioned(path), params=params)
            .json()
        )


def _ask(way: Consent, at: ApiCredentials, client: Client, path: str, form: dict[str, str]) -> Any:
    """Make a call about tokens; it carries the application's name and secret, and no token in its header."""
    line = NetworkClient(replace(at, token=""), way.calls)
    del line.headers["Authorization"]
    if way.basic:
        plain = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
        together = base64.b64encode(plain.encode()).decode()
        logs.register_secret(together)
        line.headers["Authorization"] = f"Basic {together}"
        form = {"client_id": client.id, **form}
    else:
        form = {"client_id": client.id, "client_secret": client.secret, **form}
    with mapped_errors(way):
        answer = line.post(f"{at.address.rstrip('/')}{_versioned(path)}", data=form)
        return answer.json() if answer.content.strip() else {}


def _tokens(way: Consent, body: Any) -> Tokens:
    access = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(access, str) or not access.strip():
        raise Transient(f"{way.label} no entregó una autorización que se pueda usar.", code="unreadable")
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
def mapped_errors(way: Consent) -> Iterator[None]:
    """Raise what happens inside as a `NetworkError`: a blip is `Transient`, and never taken for an end."""
    try:
        yield
    except ConnectFailed as error:
        raise Transient(f"No pudimos conectar con {way.label}.", code="no_connection", retry_after=NOT_YET) from error
    except HttpError as refusal:
        raise _meaning(way, refusal) from refusal
    except (ResponseLost, HttpClientError) as error:
        raise Unknown(f"Se cortó la conexión con {way.label} antes de su respuesta.", code="lost") from error


def _meaning(way: Consent, refusal: HttpError) -> Transient | Unauthorized | Permanent:
    """Return what a refusal of a token call means, by the network's own word for it."""
    after = refusal.headers.get("retry-after", "")
    if refusal.status >= SERVER_ERROR or refusal.status == TOO_MANY:
        wait = float(after) if after.isdigit() else NOT_YET
        return Transient(f"{way.label} no atiende ahora ({refusal.status}).", code="busy", retry_after=wait)
    said = _word(refusal.body)
    if said in INTERNAL_ERROR:
        reason = f"{way.label} no reconoce la aplicación de la entidad: revisa su identificador y su secreto."
        return Permanent(reason, code="application")
    if said in way.over or refusal.status == 401:  # noqa: PLR2004
        return Unauthorized(f"{way.label} terminó la autorización de esta cuenta: hay que conectarla otra vez.")
    return Permanent(f"{way.label} no aceptó la autorización ({refusal.status}).", code="refused")


def _word(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else str(error or "")
