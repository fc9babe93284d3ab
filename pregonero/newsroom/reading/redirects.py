"""Whether a redirect leads to the same page, written otherwise, or to another one (D-4)."""

import re
from urllib.parse import urlsplit

from pregonero.newsroom.reading.urls import link_key

INDEX_FILE = re.compile(r"/(?:index|default|inicio)\.[a-z]{2,5}$")
ELSEWHERE = re.compile(r"error|404|login|sign-?in|ingres|return|redirect|next=")  # in parameters that were added
SESSION = re.compile(r";jsessionid=[^/]*")


def redirect_problem(address: str, ended_at: str) -> str:
    """Return the Spanish sentence for a link that ended at another page of its site, or "" if it is the same page.

    The same page may have another scheme, "www.", capital letters, last slash, index file, session or new parameters.
    The front page, a sign-in and an error page are other pages, also when they answer 200.
    """
    first, last = _parts(address), _parts(ended_at)
    added = " ".join(last[2] - first[2])
    if first[:2] == last[:2] and first[2] <= last[2] and not ELSEWHERE.search(added):
        return ""
    return (
        f"El enlace ya no abre la noticia: lleva a otra página del sitio, «{_shown(ended_at)}». "
        "Ábrelo y pon la dirección en la que está la noticia."
    )


def _parts(address: str) -> tuple[str, str, set[str]]:
    """Return the host, the path and the parameters of the key of a link, in the form in which they are compared."""
    parts = urlsplit(f"//{link_key(address)}".lower())
    path = INDEX_FILE.sub("", SESSION.sub("", parts.path)).rstrip("/")
    return parts.netloc.partition(":")[0], path, set(parts.query.split("&")) - {""}


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}{'?' + parts.query if parts.query else ''}"[:80]
