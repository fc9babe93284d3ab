"""Try the connection to the server of the manual: sign in and look at its first folder, without bringing anything."""

from dataclasses import dataclass

from pregonero.newsroom.brand import names
from pregonero.newsroom.brand.mirror import list_first_folder
from pregonero.newsroom.brand.queries import login_of
from pregonero.newsroom.brand.transports.base import ServerError, ServerKeyUnknown
from pregonero.newsroom.brand_models import BrandServer
from pregonero.ssrf import Unreadable

TRIAL_SECONDS = 20.0
SHOWN = 8  # names


@dataclass(frozen=True)
class Trial:
    """How a trial went: the sentence that people read, the first names, or the fingerprint to compare."""

    passed: bool
    sentence: str
    names: tuple[str, ...] = ()
    fingerprint: str = ""


def try_server(server: BrandServer) -> Trial:
    """Sign in at the server and return what it answers."""
    try:
        entries = list_first_folder(login_of(server), seconds=TRIAL_SECONDS)
    except ServerKeyUnknown as unknown:
        return Trial(passed=False, sentence=unknown.message, fingerprint=str(unknown.data["fingerprint"]))
    except (ServerError, Unreadable) as problem:
        return Trial(passed=False, sentence=problem.message)
    if not entries:
        return Trial(passed=False, sentence="El servidor responde, y su carpeta está vacía. Revisa la carpeta.")
    shown = tuple(names.shown(entry.name) for entry in entries[:SHOWN])
    return Trial(passed=True, sentence=f"El servidor responde: su carpeta tiene {len(entries)} elementos.", names=shown)
