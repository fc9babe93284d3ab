"""Instagram as a person uses it: its own page, and the post found among the latest of the account."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.instagram.capabilities import CAPABILITIES
from pregonero.networks.instagram.endpoints import ENDPOINTS
from pregonero.networks.instagram.errors import ERRORS
from pregonero.networks.manual_posting import Intent, RemotePost, at_one_of

POST = re.compile(r"/(?:p|reel|tv)/([\w-]{3,40})")


class InstagramByHand:
    """The entity's account on Instagram."""

    intent = Intent(
        address="https://www.instagram.com/{handle}/",
        profile="https://www.instagram.com/{handle}/",
        fills=False,
        steps="Entra con la cuenta, pulsa «Crear», sube la imagen o el video, pega el texto y compártelo.",
        read_on=date(2026, 11, 26),
        source="https://help.instagram.com/442418472487929",
    )

    def site(self, access: ApiCredentials) -> str:
        """Return where people read: the intents name it."""
        return access.address.rstrip("/")

    def post_id(self, access: ApiCredentials, address: str) -> str:
        """Return the short code that the address carries."""
        found = POST.search(address)
        return found[1] if found and at_one_of(address, access, "instagram.com") else ""

    def read(self, access: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Find the post among the latest: Instagram gives none by its short code."""
        fields, limit = "id,permalink,caption,timestamp", CAPABILITIES.limits["search_recent"].value
        with mapped_errors(ERRORS, public=False):
            latest = Graph(access, ENDPOINTS).list(access.remote_id, "media", fields=fields, limit=limit)
        for found in latest:
            code = POST.search(str(found.get("permalink") or ""))
            if code and code[1] == id:
                said = str(found.get("caption") or "")
                same = " ".join(said.split()) == " ".join(text.split())
                return RemotePost(
                    str(found["id"]), str(found["permalink"]), said, str(found.get("timestamp") or ""), same
                )
        return None


MANUAL = InstagramByHand()
