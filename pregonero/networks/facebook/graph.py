"""Meta's Graph API, for Facebook and Instagram: a client over the SDK, its versions, and the meanings of its errors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import Any

from django.conf import settings

from pregonero.http_client import ResponseLost, retry_after_seconds
from pregonero.networks.base import OUTSIDE_WINDOW, ApiCredentials, Permanent, Transient, Unauthorized, Unknown
from pregonero.networks.client import Endpoint, HttpError, NetworkClient
from pregonero.networks.error_mapping import ErrorMeaning
from pregonero.networks.multipart import File

# Read on 2026-11-24 at https://developers.facebook.com/docs/graph-api/changelog/versions
VERSION_ENDS = {  # the last day on which each version answers; each one lasts two years at least
    "v21.0": date(2027, 1, 31),
    "v26.0": date(2028, 7, 31),
}

SHORT_CALL_SECONDS = 5.0
UPLOAD_HOSTS = ".facebook.com"
USAGE_HEADERS = ("x-business-use-case-usage", "x-ad-account-usage")
# {"<id>": [{"type": "pages", "estimated_time_to_regain_access": 12, …}]}: only that number, in minutes, is used.
REGAIN = re.compile(r'"estimated_time_to_regain_access"\s*:\s*(\d+)')
MINUTE, HOUR = 60.0, 3600.0
GONE = "100/33"  # code and subcode of an object that does not exist or may not be seen
ANSWERED_PRIVATELY = "answered_privately"  # our own code: the comment has its one private answer
# Codes and subcodes of private messages, for which both networks have their own numbers and we one name.
OWN_CODES = {
    "10/2018278": OUTSIDE_WINDOW,
    "10/2534022": OUTSIDE_WINDOW,
    "10900": ANSWERED_PRIVATELY,
    "100/2534025": ANSWERED_PRIVATELY,
}


def with_short_timeout(credentials: ApiCredentials) -> ApiCredentials:
    """Return the credentials with a short time limit, for an optional read right after publishing."""
    return replace(credentials, seconds=min(credentials.seconds, SHORT_CALL_SECONDS))


@dataclass(frozen=True)
class Page:
    """One page of a list, and the cursor of the next one; empty when it is the last."""

    items: list[dict[str, Any]]
    after: str = ""


class Graph:
    """The Graph API for one account. The token goes in a header, never in an address."""

    def __init__(self, credentials: ApiCredentials, endpoints: tuple[Endpoint, ...]) -> None:
        from facebook_business.api import FacebookAdsApi  # noqa: PLC0415 - slow to import; only workers call Meta
        from facebook_business.session import FacebookSession  # noqa: PLC0415

        # If the SDK had the token, it would write it into every address.
        session = FacebookSession()
        self._client = session.requests = NetworkClient(credentials, endpoints, sibling_hosts=UPLOAD_HOSTS)
        self._token = credentials.token
        session.GRAPH = credentials.address
        self._api = FacebookAdsApi(session, api_version=settings.GRAPH_VERSION)

    def get(self, id: str, fields: str) -> dict[str, Any]:
        """Read fields of a node."""
        return self._call("GET", (id,), {"fields": fields})

    def edge(self, id: str, edge: str) -> dict[str, Any]:
        """Read an edge of a node that answers one object, not a list."""
        return self._call("GET", (id, edge), {})

    def list(self, id: str, edge: str, **params: Any) -> list[dict[str, Any]]:
        """Read the first page of an edge of a node."""
        items: list[dict[str, Any]] = self._call("GET", (id, edge), params).get("data") or []
        return items

    def page(self, id: str, edge: str, **params: Any) -> Page:
        """Read one page of an edge of a node."""
        answer = self._call("GET", (id, edge), params)
        paging = answer.get("paging") or {}
        return Page(answer.get("data") or [], str(paging["cursors"]["after"]) if "next" in paging else "")

    def pages(self, id: str, edge: str, *, most: int, **params: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of an edge of a node, reading at most `most` pages, each when its first item is needed."""
        for _ in range(most):
            page = self.page(id, edge, **params)
            yield from page.items
            if not page.after:
                return
            params["after"] = page.after

    def post(self, *path: str, files: dict[str, File] | None = None, **params: Any) -> dict[str, Any]:
        """Create an object on an edge of a node, or change a node."""
        return self._call("POST", path, params, files)

    def upload(self, address: str, file: File) -> dict[str, Any]:
        """Send a file, from its `start` byte, to an upload address that Meta gave; the SDK has no call for it."""
        headers = {
            "Authorization": f"OAuth {self._token}",
            "Content-Type": file.mime,
            "offset": str(file.start),
            "file_size": str(file.start + file.length),
            "Content-Length": str(file.length),
        }
        answer: dict[str, Any] = self._client.post(address, body=file, headers=headers).json()
        return answer

    def delete(self, id: str) -> dict[str, Any]:
        """Delete a node; return the answer, `{"success": true}`."""
        return self._call("DELETE", (id,), {})

    def _call(
        self, method: str, path: tuple[str, ...], params: dict[str, Any], files: dict[str, File] | None = None
    ) -> dict[str, Any]:
        from facebook_business.exceptions import FacebookRequestError  # noqa: PLC0415

        try:
            answer = self._api.call(method, path, params=params, files=files).json()
        except FacebookRequestError as error:
            if method != "GET" and error.http_status() == HTTPStatus.NO_CONTENT:
                return {}
            # Meta reports some errors with status 200. The SDK's message holds the whole request: it is not passed on.
            raise HttpError(error.http_status(), error.http_headers(), error.body()) from None
        if answer == "" and method != "GET":
            return {}  # accepted without a body
        if not isinstance(answer, dict):
            # The SDK accepts any text as an answer, such as the error page of a proxy.
            raise ResponseLost("the Graph API did not answer with a JSON object")
        return answer


def meanings_for(label: str) -> dict[str, ErrorMeaning]:
    """Return the error codes common to the whole Graph API, with sentences that name one network."""
    reconnect = ErrorMeaning(
        Unauthorized, f"{label} ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."
    )
    limit = ErrorMeaning(Transient, f"{label} pide esperar: se alcanzó su límite de llamadas.", 5 * MINUTE)
    busy = ErrorMeaning(Unknown, f"{label} respondió con un error suyo, de paso.", MINUTE)
    forbidden = ErrorMeaning(
        Permanent,
        f"La aplicación no tiene permiso para esto en {label}: hay que conectar otra vez la cuenta y dar todos los "
        "permisos que se piden.",
    )
    return _message_meanings(label) | {
        "1": busy,
        "2": busy,
        "4": limit,
        "10": forbidden,
        "17": limit,
        "32": limit,
        "100": ErrorMeaning(Permanent, f"{label} no aceptó el contenido de la publicación."),
        GONE: ErrorMeaning(Permanent, f"{label} ya no tiene lo que se había preparado, o no deja verlo."),
        "101": _bad_keys(label),
        "102": reconnect,
        "104": reconnect,
        "190": reconnect,
        "200": forbidden,
        "324": ErrorMeaning(Permanent, f"{label} no pudo leer la imagen."),
        "341": limit,
        "352": ErrorMeaning(Permanent, f"{label} no recibe ese formato de video."),
        "6000": ErrorMeaning(Transient, f"{label} no pudo recibir el video; se intenta otra vez.", MINUTE),
        "368": ErrorMeaning(
            Permanent, f"{label} bloqueó temporalmente la acción por sus políticas: alguien debe revisarlo."
        ),
        "230": forbidden,
        "506": ErrorMeaning(Permanent, f"{label} no acepta dos veces seguidas el mismo texto."),
        "613": limit,
        "80001": limit,
        "80002": limit,
    }


def _message_meanings(label: str) -> dict[str, ErrorMeaning]:
    """Return the error codes of private messages."""
    return {
        "551": ErrorMeaning(Permanent, f"En {label} esta persona no recibe mensajes de la cuenta."),
        "100/2018001": ErrorMeaning(Permanent, f"{label} no encuentra a esta persona: no se le puede escribir."),
        "100/2534014": ErrorMeaning(Permanent, f"{label} no encuentra a esta persona: no se le puede escribir."),
        "10903": ErrorMeaning(Permanent, f"{label} no deja responder en privado ese comentario: hazlo en público."),
        OUTSIDE_WINDOW: ErrorMeaning(
            Permanent, f"Pasó el plazo que {label} da para responder: alguien debe hacerlo en {label}."
        ),
        ANSWERED_PRIVATELY: ErrorMeaning(
            Permanent, f"{label} no deja responder en privado ese comentario: solo se puede una vez, en siete días."
        ),
    }


def _bad_keys(label: str) -> ErrorMeaning:
    return ErrorMeaning(
        Permanent,
        f"{label} no reconoce las llaves de la aplicación: la Oficina de Sistemas debe revisar el identificador y el "
        "secreto con que se conectó la cuenta.",
    )


def error_keys(refusal: HttpError) -> tuple[str, ...]:
    """Return our own code if there is one, the error's code with its subcode, and the code alone."""
    error = error_of(refusal)
    code, subcode = error.get("code"), error.get("error_subcode")
    keys = (f"{code}/{subcode}", str(code)) if subcode else (str(code),)
    return (OWN_CODES[keys[0]], *keys) if keys[0] in OWN_CODES else keys


def is_gone(refusal: HttpError) -> bool:
    """Return whether the error says that the object does not exist."""
    return error_keys(refusal)[0] == GONE


def retry_after(refusal: HttpError) -> float | None:
    """Return the seconds to wait, from `retry-after` or from Meta's usage headers, which count in minutes."""
    after = retry_after_seconds(refusal.headers)
    if after is not None:
        return after
    minutes = max(_regain_minutes(refusal.headers), default=0)
    return minutes * MINUTE if minutes else None


def error_of(refusal: HttpError) -> dict[str, Any]:
    """Return the `error` object of the response's body, or an empty one."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    error = body.get("error")
    return error if isinstance(error, dict) else {}


def _regain_minutes(headers: Mapping[str, str]) -> Iterator[float]:
    for name in USAGE_HEADERS:
        for minutes in REGAIN.findall(headers.get(name, "")):
            yield float(minutes)
