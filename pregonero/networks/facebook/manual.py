"""Facebook as a person uses it: the page itself, where the text is pasted, and one reading of the post."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials, Permanent
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.endpoints import ENDPOINTS
from pregonero.networks.facebook.errors import ERRORS, is_gone
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.manual_posting import Intent, RemotePost, at_one_of

POST = re.compile(r"/(?:posts|videos|reel)/(?:[^/?]+/)?(\w{5,100})|[?&](?:story_fbid|fbid|v)=(\w{5,100})")
FIELDS = "message,permalink_url,created_time,is_published"


class FacebookByHand:
    """The entity's page."""

    intent = Intent(
        address="https://www.facebook.com/{id}",
        profile="https://www.facebook.com/{id}",
        fills=False,
        steps="Entra como la página, pega el texto en «¿Qué estás pensando?», agrega lo que lleve y publica.",
        read_on=date(2026, 11, 26),
        source="https://www.facebook.com/help/1036755649685073",
    )

    def site(self, access: ApiCredentials) -> str:
        """Return where people read: the intents name it."""
        return access.address.rstrip("/")

    def post_id(self, access: ApiCredentials, address: str) -> str:
        """Return the post's id; what is not a number cannot be read back, and is kept as it is."""
        found = POST.search(address)
        if not found or not at_one_of(address, access, "facebook.com", "fb.com"):
            return ""
        id = found[1] or found[2]
        return f"{access.remote_id}_{id}" if id.isdecimal() and "/posts/" in address else id

    def read(self, access: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read the post, when it is the page's and public."""
        if not id.startswith(f"{access.remote_id}_"):
            # The Graph gives no post by its short name, and of a video it does not say whose it is.
            raise Permanent("Facebook no deja leer esta clase de dirección.", code="unreadable_address")
        with mapped_errors(ERRORS, public=False):
            try:
                found = Graph(access, ENDPOINTS).get(id, FIELDS)
            except HttpError as refusal:
                if is_gone(refusal):
                    return None
                raise
        if not found.get("is_published"):
            return None
        said = str(found.get("message") or "")
        same = " ".join(said.split()) == " ".join(text.split())
        return RemotePost(id, str(found.get("permalink_url") or ""), said, str(found.get("created_time") or ""), same)


MANUAL = FacebookByHand()
