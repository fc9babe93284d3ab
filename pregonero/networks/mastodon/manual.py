"""Mastodon as a person uses it: the share page of the account's own server, and one reading of the post."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, at_one_of
from pregonero.networks.mastodon.api import Api
from pregonero.networks.mastodon.errors import ERRORS
from pregonero.networks.mastodon.text_length import same_text, text_of

POST = re.compile(r"/@[^/]+/(\d{1,30})(?:\D|$)")
GONE = 404


class MastodonByHand:
    """The entity's account at its server."""

    intent = Intent(
        address="{site}/share?text={text}",
        profile="{site}/@{handle}",
        fills=True,
        steps="Entra con la cuenta de la entidad, revisa el texto, agrega la imagen si lleva y publica.",
        read_on=date(2026, 11, 26),
        source="https://docs.joinmastodon.org/dev/routes/",
    )

    def site(self, access: ApiCredentials) -> str:
        """Return where people read: the intents name it."""
        return access.address.rstrip("/")

    def post_id(self, access: ApiCredentials, address: str) -> str:
        """Return the number of the post at the account's server."""
        found = POST.search(address)
        return found[1] if found and at_one_of(address, access) else ""

    def read(self, access: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read the post, when it is the account's."""
        with mapped_errors(ERRORS, public=False):
            try:
                found = Api(access).get(f"/v1/statuses/{id}")
            except HttpError as refusal:
                if refusal.status == GONE:
                    return None
                raise
        if str((found.get("account") or {}).get("id")) != access.remote_id:
            return None
        said = str(found["content"])
        at = str(found.get("created_at") or "")
        return RemotePost(str(found["id"]), str(found["url"]), text_of(said), at, same_text(text, said))


MANUAL = MastodonByHand()
