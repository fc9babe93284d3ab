"""X used by a person: the page that opens with the text written, and reading a post back."""

import re
from datetime import date
from http import HTTPStatus

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import HttpError, NetworkClient
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, is_hosted_at
from pregonero.networks.x.network import API_PREFIX, ENDPOINTS, ERRORS
from pregonero.networks.x.text import canonical, original_text, parent_id

POST_ADDRESS = re.compile(r"/status(?:es)?/(\d{1,20})(?:\D|$)")
FIELDS = {"post.fields": "created_at,entities,conversation_id", "expansions": "author_id,referenced_posts"}


class XManual:
    """Manual posting on X."""

    intent = Intent(
        address="{site}/intent/post?text={text}",
        profile="{site}/{handle}",
        fills=True,
        steps="Entra con la cuenta de la entidad, revisa el texto, agrega la imagen si lleva y pulsa «Postear».",
        read_on=date(2026, 11, 26),
        source="https://developer.x.com/en/docs/x-for-websites/tweet-button/guides/web-intent",
        message_address="{site}/messages/compose?recipient_id={recipient}&text={text}",
        reply_address="{site}/intent/post?in_reply_to={reply_to}&text={text}",
    )

    def site(self, credentials: ApiCredentials) -> str:
        """Return the address of the public site: the API's without its prefix."""
        return credentials.address.replace(f"://{API_PREFIX}", "://", 1)

    def post_id(self, credentials: ApiCredentials, address: str) -> str:
        """Return the number of the post at an address, or an empty string."""
        match = POST_ADDRESS.search(address)
        return match[1] if match and is_hosted_at(address, credentials, "x.com", "twitter.com") else ""

    def read(self, credentials: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read a post of the account and compare its text."""
        with mapped_errors(ERRORS, public=False):
            try:
                response = NetworkClient(credentials, ENDPOINTS).get(
                    f"{credentials.address}/2/tweets/{id}", params=FIELDS
                )
            except HttpError as refusal:
                if refusal.status == HTTPStatus.NOT_FOUND:
                    return None
                raise
            remote = response.json().get("data") or {}
        if str(remote.get("author_id")) != credentials.remote_id:
            return None
        remote_text = original_text(remote)
        address = f"{self.site(credentials)}/{credentials.handle}/status/{id}"
        is_same = canonical(remote_text) == canonical(text)
        return RemotePost(id, address, remote_text, str(remote.get("created_at") or ""), is_same, parent_id(remote))
