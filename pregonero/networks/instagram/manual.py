"""Instagram used by a person: the page where the post is made, and finding a post among the account's latest."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.instagram.network import CAPABILITIES, ENDPOINTS, ERRORS
from pregonero.networks.manual_posting import Intent, RemotePost, is_hosted_at

POST_ADDRESS = re.compile(r"/(?:p|reel|tv)/([\w-]{3,40})")


class InstagramManual:
    """Manual posting on Instagram."""

    intent = Intent(
        address="https://www.instagram.com/{handle}/",
        profile="https://www.instagram.com/{handle}/",
        fills=False,
        steps="Entra con la cuenta, pulsa «Crear», sube la imagen o el video, pega el texto y compártelo.",
        read_on=date(2026, 11, 26),
        source="https://help.instagram.com/442418472487929",
        message_address="https://www.instagram.com/direct/inbox/",
    )

    def site(self, credentials: ApiCredentials) -> str:
        """Return the API's address; the intents of Instagram do not use it."""
        return credentials.address.rstrip("/")

    def post_id(self, credentials: ApiCredentials, address: str) -> str:
        """Return the short code in an address, or an empty string."""
        match = POST_ADDRESS.search(address)
        return match[1] if match and is_hosted_at(address, credentials, "instagram.com") else ""

    def read(self, credentials: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Find the post with a short code among the account's latest: the API cannot read one by its code."""
        fields, limit = "id,permalink,caption,timestamp", CAPABILITIES.limits["search_recent"].value
        with mapped_errors(ERRORS, public=False):
            latest = Graph(credentials, ENDPOINTS).list(credentials.remote_id, "media", fields=fields, limit=limit)
        for remote in latest:
            code = POST_ADDRESS.search(str(remote.get("permalink") or ""))
            if code and code[1] == id:
                remote_text = str(remote.get("caption") or "")
                is_same = " ".join(remote_text.split()) == " ".join(text.split())
                published_at = str(remote.get("timestamp") or "")
                return RemotePost(str(remote["id"]), str(remote["permalink"]), remote_text, published_at, is_same)
        return None
