"""Our own address of a medium, fetched by us before a network is told of it.

A network that finds nothing there says so late, in its own words, and has counted the try; here it costs nothing, and
whoever runs the installation is told what to look at.
"""

from pregonero.networks.base import MediaUnreachable, Medium
from pregonero.networks.client import HttpClientError, head_of

SECONDS = 10.0  # a file of our own begins to come at once, or something is wrong
AGAIN = 60.0
OK = 200


def check_serves(medium: Medium, *, network: str, seconds: float) -> None:
    """Raise `Unserved` unless the medium's address answers, from here, with that very file."""
    why = _why_not(medium, min(seconds, SECONDS))
    if why:
        raise MediaUnreachable(
            f"{network} no podría bajar el archivo: la dirección pública de este sistema {why}. "
            "La Oficina de Sistemas debe revisarla; se intenta otra vez cada minuto.",
            code="own_address",
            retry_after=AGAIN,
        )


def _why_not(medium: Medium, seconds: float) -> str:
    try:
        status, headers = head_of(medium.address, seconds=seconds)
    except HttpClientError:
        return "no respondió"
    if status != OK:
        return f"respondió {status}"
    kind = headers.get("Content-Type", "").partition(";")[0].strip()
    if kind != medium.mime:
        return f"entrega «{kind or 'algo sin tipo'}» y no el archivo"
    return "" if headers.get("Content-Length") == str(medium.size) else "no entrega el archivo entero"
