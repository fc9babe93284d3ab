"""A check that the public address of a medium serves its file, made before a network is asked to fetch it.

A network that cannot fetch the file reports it late and counts the attempt. This check costs nothing, and its error
says what to review.
"""

from pregonero.deadlines import boottime
from pregonero.http_client import HttpClientError, open_response
from pregonero.networks.base import MediaUnreachable, Medium

TIMEOUT_SECONDS = 10.0  # this system's own files begin to arrive at once, or something is wrong
RETRY_SECONDS = 60.0
OK = 200


def check_media_url(medium: Medium, *, network: str, seconds: float) -> None:
    """Raise `MediaUnreachable` unless the medium's address serves, to this machine, that very file."""
    problem = _problem_of(medium, min(seconds, TIMEOUT_SECONDS))
    if problem:
        raise MediaUnreachable(
            f"{network} no podría bajar el archivo: la dirección pública de este sistema {problem}. "
            "La Oficina de Sistemas debe revisarla; se intenta otra vez cada minuto.",
            code="own_address",
            retry_after=RETRY_SECONDS,
        )


def _problem_of(medium: Medium, seconds: float) -> str:
    """Return what is wrong with the response, as the end of a Spanish sentence; empty when nothing is."""
    try:
        with open_response("GET", medium.address, deadline=boottime() + seconds) as response:
            status, headers = response.status, response.headers  # the body is not read
    except HttpClientError:
        return "no respondió"
    if status != OK:
        return f"respondió {status}"
    mime = headers.get("Content-Type", "").partition(";")[0].strip()
    if mime != medium.mime:
        return f"entrega «{mime or 'algo sin tipo'}» y no el archivo"
    return "" if headers.get("Content-Length") == str(medium.size) else "no entrega el archivo entero"
