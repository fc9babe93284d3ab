"""Bluesky as a person uses it: its compose intent, and one reading of the record."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.bluesky.errors import ERRORS, MISSING
from pregonero.networks.bluesky.xrpc import Xrpc
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, at_one_of

POST = re.compile(r"/profile/([^/]+)/post/(\w{5,40})")
COLLECTION = "app.bsky.feed.post"


class BlueskyByHand:
    """The entity's account on Bluesky."""

    intent = Intent(
        address="https://bsky.app/intent/compose?text={text}",
        profile="https://bsky.app/profile/{id}",
        fills=True,
        steps="Entra con la cuenta de la entidad, revisa el texto, agrega la imagen si lleva y publica.",
        read_on=date(2026, 11, 26),
        source="https://docs.bsky.app/docs/advanced-guides/intent-links",
    )

    def site(self, access: ApiCredentials) -> str:
        """Return where people read: the intents name it."""
        return access.address.rstrip("/")

    def post_id(self, access: ApiCredentials, address: str) -> str:
        """Return the key of the record, when the address says that it is the account's."""
        found = POST.search(address)
        ours = found and found[1] in (access.remote_id, access.handle)
        return found[2] if found and ours and at_one_of(address, access, "bsky.app") else ""

    def read(self, access: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read the record in the account's own repository."""
        with mapped_errors(ERRORS, public=False):
            try:
                found = Xrpc(access, secret=False).get(
                    "com.atproto.repo.getRecord", repo=access.remote_id, collection=COLLECTION, rkey=id
                )
            except HttpError as refusal:
                if ERRORS.meaning(refusal)[0] == MISSING:
                    return None
                raise
        said = str(found["value"].get("text") or "")
        url = f"https://bsky.app/profile/{access.remote_id}/post/{id}"
        return RemotePost(id, url, said, str(found["value"].get("createdAt") or ""), said.split() == text.split())


MANUAL = BlueskyByHand()
