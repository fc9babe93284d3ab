"""Facebook used by a person: the page where the text is pasted, and reading a post back."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials, Permanent
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph, is_gone
from pregonero.networks.facebook.network import ENDPOINTS, ERRORS
from pregonero.networks.manual_posting import Intent, RemotePost, is_hosted_at

POST_ADDRESS = re.compile(r"/(?:posts|videos|reel)/(?:[^/?]+/)?(\w{5,100})|[?&](?:story_fbid|fbid|v)=(\w{5,100})")
FIELDS = "message,permalink_url,created_time,is_published"


class FacebookManual:
    """Manual posting on a page."""

    intent = Intent(
        address="https://www.facebook.com/{id}",
        profile="https://www.facebook.com/{id}",
        fills=False,
        steps="Entra como la página, pega el texto en «¿Qué estás pensando?», agrega lo que lleve y publica.",
        read_on=date(2026, 11, 26),
        source="https://www.facebook.com/help/1036755649685073",
        message_address=(
            "https://business.facebook.com/latest/inbox/all?asset_id={id}&selected_item_id={recipient}"
            "&thread_type=FB_MESSAGE"
        ),
    )

    def site(self, credentials: ApiCredentials) -> str:
        """Return the API's address; the intents of Facebook do not use it."""
        return credentials.address.rstrip("/")

    def post_id(self, credentials: ApiCredentials, address: str) -> str:
        """Return the id of the post at an address, or an empty string; a short name is returned unchanged."""
        match = POST_ADDRESS.search(address)
        if not match or not is_hosted_at(address, credentials, "facebook.com", "fb.com"):
            return ""
        id = match[1] or match[2]
        return f"{credentials.remote_id}_{id}" if id.isdecimal() and "/posts/" in address else id

    def read(self, credentials: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read a public post of the page. Raises `Permanent` if its address does not carry a number."""
        if not id.startswith(f"{credentials.remote_id}_"):
            # The Graph API cannot read a post by its short name, and does not tell a video's page.
            raise Permanent("Facebook no deja leer esta clase de dirección.", code="unreadable_address")
        with mapped_errors(ERRORS, public=False):
            try:
                remote = Graph(credentials, ENDPOINTS).get(id, FIELDS)
            except HttpError as refusal:
                if is_gone(refusal):
                    return None
                raise
        if not remote.get("is_published"):
            return None
        remote_text = str(remote.get("message") or "")
        is_same = " ".join(remote_text.split()) == " ".join(text.split())
        address, published_at = str(remote.get("permalink_url") or ""), str(remote.get("created_time") or "")
        return RemotePost(id, address, remote_text, published_at, is_same)
