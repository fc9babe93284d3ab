"""What the refusals of Meta's Graph mean to a delivery: for pages here, and the common part for Instagram."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pregonero.networks.base import Permanent, Transient, Unauthorized, Unknown
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable

USAGE_HEADERS = ("x-business-use-case-usage", "x-ad-account-usage")
# {"<id>": [{"type": "pages", "estimated_time_to_regain_access": 12, …}]}: only that number, in minutes, is of use.
REGAIN = re.compile(r'"estimated_time_to_regain_access"\s*:\s*(\d+)')
MINUTE, HOUR = 60.0, 3600.0
GONE = "100/33"


def common_table(label: str) -> dict[str, ErrorMeaning]:
    """Return the codes that mean the same in all of the Graph, told of one network."""
    reconnect = ErrorMeaning(
        Unauthorized, f"{label} ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."
    )
    limit = ErrorMeaning(Transient, f"{label} pide esperar: se alcanzó su límite de llamadas.", 5 * MINUTE)
    busy = ErrorMeaning(Unknown, f"{label} respondió con un error suyo, de paso.", MINUTE)
    forbidden = ErrorMeaning(Permanent, f"La aplicación no tiene permiso para esto en {label}.")
    return {
        "1": busy,
        "2": busy,
        "4": limit,
        "10": forbidden,
        "17": limit,
        "32": limit,
        "100": ErrorMeaning(Permanent, f"{label} no aceptó el contenido de la publicación."),
        GONE: ErrorMeaning(Permanent, f"{label} ya no tiene lo que se había preparado, o no deja verlo."),
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
        "506": ErrorMeaning(Permanent, f"{label} no acepta dos veces seguidas el mismo texto."),
        "613": limit,
        "80001": limit,
        "80002": limit,
    }


def keys(refusal: HttpError) -> tuple[str, ...]:
    """Return the refusal's code with its subcode, and then alone."""
    error = told(refusal)
    code, subcode = error.get("code"), error.get("error_subcode")
    return (f"{code}/{subcode}", str(code)) if subcode else (str(code),)


def is_gone(refusal: HttpError) -> bool:
    """Return whether the thing asked for is not there (any more)."""
    return keys(refusal)[0] == GONE


def wait(refusal: HttpError) -> float | None:
    """Return the seconds until the Graph opens again, as its usage headers tell them in minutes."""
    after = refusal.headers.get("retry-after", "")
    minutes = max(_minutes(refusal.headers), default=0)
    if after.isdigit():
        return float(after)
    return minutes * MINUTE if minutes else None


def told(refusal: HttpError) -> dict[str, Any]:
    """Return what Meta says of a refusal."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    error = body.get("error")
    return error if isinstance(error, dict) else {}


def _minutes(headers: Mapping[str, str]) -> Iterator[float]:
    for name in USAGE_HEADERS:
        for told in REGAIN.findall(headers.get(name, "")):
            yield float(told)


ERRORS = ErrorTable("Facebook", common_table("Facebook"), keys, wait)
