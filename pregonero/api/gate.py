"""What every request passes: its token, the limit of requests, its format, and for a write the key that names it."""

import hashlib
import math
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pregonero.api import actions
from pregonero.api.models import IdempotencyKey
from pregonero.api.problems import ApiRefused, problem_of
from pregonero.errors import Refused
from pregonero.people.models import ApiToken, Member
from pregonero.people.security import queries
from pregonero.people.security.actions.tokens import count_request, digest_of

REQUESTS_PER_MINUTE = 120  # of one token
JSON = "application/json"
SCHEME = "bearer "
KEY = re.compile(r"[\x21-\x7e]{1,255}")
FIRST_REFUSED = 400

Run = Callable[..., HttpResponse]


class ApiRequest(HttpRequest):
    """The type of a request that passed the gate."""

    member: Member
    token: ApiToken
    key: str  # "" for a request that only reads


class NoToken(ApiRefused):
    """The request has no token that is in force."""

    code, status = "no_token", 401


class TooManyRequests(ApiRefused):
    """The token made too many requests in a minute."""

    code, status = "too_many_requests", 429

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Ese token hizo más de {REQUESTS_PER_MINUTE} peticiones en un minuto: espera {seconds} s.")
        self.retry_after = seconds


class NotJson(ApiRefused):
    """The body of the request is of another format."""

    code, status = "not_json", 415


class NoKey(ApiRefused):
    """A write without the key that makes a repeated one harmless."""

    code, status = "no_key", 400


def gate(run: Run) -> Run:
    """Return an operation behind the gate. A session is worth nothing here: only the token says who asks."""

    @wraps(run)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        now, api_request = timezone.now(), cast(ApiRequest, request)
        try:
            _identify(api_request, now)
            if request.method == "GET":
                return run(request, **arguments)
            return _once(api_request, lambda: run(request, **arguments), now)
        except Refused as refusal:
            return problem_of(refusal)

    return guarded


def _identify(request: ApiRequest, now: datetime) -> None:
    """Put in the request who asks and through which token. Raises `NoToken` or `TooManyRequests`."""
    header = request.headers.get("Authorization", "")
    if header[: len(SCHEME)].lower() != SCHEME:
        raise NoToken("Falta el token: va en la cabecera «Authorization: Bearer …».")
    token = queries.token_with(digest_of(header[len(SCHEME) :].strip()))
    if token is None:
        raise NoToken("Ese token no existe: haz uno en «Mi seguridad».")
    _check_in_force(token, now)
    count = count_request(token=token, address=get_client_ip(request) or "", now=now)
    if count.requests > REQUESTS_PER_MINUTE:
        raise TooManyRequests(max(1, math.ceil((count.ends_at - now).total_seconds())))
    token.member.through = token.ref
    request.token, request.member, request.key = token, token.member, ""


def _check_in_force(token: ApiToken, now: datetime) -> None:
    """Raise `NoToken` unless the token, and the person behind it, may still enter."""
    member, today = token.member, timezone.localdate(now)
    if token.revoked_at is not None:
        raise NoToken("Ese token se quitó: haz otro en «Mi seguridad».")
    if token.expires_at <= now:
        raise NoToken(
            f"Ese token venció el {timezone.localtime(token.expires_at):%d/%m/%Y}: haz otro en «Mi seguridad»."
        )
    if not member.user.is_active or not member.is_current(today) or member.is_outside:
        raise NoToken("La persona de ese token ya no entra a Pregonero en nombre de la entidad.")
    if queries.must_have_second_factor(member.user, today=today) and not queries.is_enrolled(member.user):
        raise NoToken("La persona de ese token tiene que activar primero su segundo paso.")


def _once(request: ApiRequest, run: Callable[[], HttpResponse], now: datetime) -> HttpResponse:
    """Do a write once for its key, and answer the same to the same request while the key is kept."""
    if request.content_type != JSON:
        raise NotJson(f"El cuerpo va en JSON: «Content-Type: {JSON}».")
    request.key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(request.key):
        raise NoKey("Falta la cabecera «Idempotency-Key»: una clave tuya, distinta para cada cosa que pidas.")
    row = actions.claim_key(token=request.token, key=request.key, digest=_digest(request), now=now)
    if row.status is not None:
        return HttpResponse(row.answer, status=row.status, content_type=f"{JSON}; charset=utf-8")
    response = run()
    _settle(row, response)
    return response


def _settle(row: IdempotencyKey, response: HttpResponse) -> None:
    """Keep the answer of what was done. A refusal did nothing, so its key is free; an exception leaves it in use."""
    if response.status_code >= FIRST_REFUSED:
        actions.release_key(row=row)
    else:
        actions.keep_answer(row=row, status=response.status_code, answer=response.content.decode())


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).hexdigest()
