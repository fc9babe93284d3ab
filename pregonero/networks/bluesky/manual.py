"""Bluesky used by a person: the page that opens with the text written, and reading a record back."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.bluesky.client import Xrpc
from pregonero.networks.bluesky.network import COLLECTION, ERRORS, NOT_FOUND, PUBLIC_ADDRESS
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, is_hosted_at

POST_ADDRESS = re.compile(r"/profile/([^/]+)/post/(\w{5,40})")


class BlueskyManual:
    """Manual posting on Bluesky."""

    intent = Intent(
        address="https://bsky.app/intent/compose?text={text}",
        profile="https://bsky.app/profile/{id}",
        fills=True,
        steps="Entra con la cuenta de la entidad, revisa el texto, agrega la imagen si lleva y publica.",
        read_on=date(2026, 11, 26),
        source="https://docs.bsky.app/docs/advanced-guides/intent-links",
    )

    def site(self, credentials: ApiCredentials) -> str:
        """Return the address of the account's server; the intents of Bluesky do not use it."""
        return credentials.address.rstrip("/")

    def post_id(self, credentials: ApiCredentials, address: str) -> str:
        """Return the key of the record at an address of the account, or an empty string."""
        match = POST_ADDRESS.search(address)
        is_own = match and match[1] in (credentials.remote_id, credentials.handle)
        return match[2] if match and is_own and is_hosted_at(address, credentials, "bsky.app") else ""

    def read(self, credentials: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read a record of the account's repository and compare its text."""
        with mapped_errors(ERRORS, public=False):
            try:
                record = Xrpc(credentials, authenticated=False).get(
                    "com.atproto.repo.getRecord", repo=credentials.remote_id, collection=COLLECTION, rkey=id
                )
            except HttpError as refusal:
                if ERRORS.meaning(refusal)[0] == NOT_FOUND:
                    return None
                raise
        content = record["value"]
        remote_text = str(content.get("text") or "")
        url = f"{PUBLIC_ADDRESS}/profile/{credentials.remote_id}/post/{id}"
        is_same = remote_text.split() == text.split()
        return RemotePost(id, url, remote_text, str(content.get("createdAt") or ""), is_same)
