"""Mastodon used by a person: the share page of the account's server, and reading a post back."""

import re
from datetime import date
from http import HTTPStatus

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, is_hosted_at
from pregonero.networks.mastodon.client import Api
from pregonero.networks.mastodon.network import ERRORS
from pregonero.networks.mastodon.text import is_same_text, text_of

POST_ADDRESS = re.compile(r"/@[^/]+/(\d{1,30})(?:\D|$)")


class MastodonManual:
    """Manual posting on Mastodon."""

    intent = Intent(
        address="{site}/share?text={text}",
        profile="{site}/@{handle}",
        fills=True,
        steps="Entra con la cuenta de la entidad, revisa el texto, agrega la imagen si lleva y publica.",
        read_on=date(2026, 11, 26),
        source="https://docs.joinmastodon.org/dev/routes/",
    )

    def site(self, credentials: ApiCredentials) -> str:
        """Return the address of the account's server, where people also read."""
        return credentials.address.rstrip("/")

    def post_id(self, credentials: ApiCredentials, address: str) -> str:
        """Return the number of the post at an address of the account's server, or an empty string."""
        match = POST_ADDRESS.search(address)
        return match[1] if match and is_hosted_at(address, credentials) else ""

    def read(self, credentials: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read a post of the account and compare its text."""
        with mapped_errors(ERRORS, public=False):
            try:
                status = Api(credentials).get(f"/v1/statuses/{id}")
            except HttpError as refusal:
                if refusal.status == HTTPStatus.NOT_FOUND:
                    return None
                raise
        if str((status.get("account") or {}).get("id")) != credentials.remote_id:
            return None
        content, created_at = str(status["content"]), str(status.get("created_at") or "")
        is_same = is_same_text(text, content)
        return RemotePost(str(status["id"]), str(status["url"]), text_of(content), created_at, is_same)
