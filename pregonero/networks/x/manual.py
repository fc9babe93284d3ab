"""X as a person uses it: the web intent with the text written, and one reading of the post."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import HttpError, NetworkClient
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, at_one_of
from pregonero.networks.x.capabilities import API_PREFIX
from pregonero.networks.x.endpoints import ENDPOINTS
from pregonero.networks.x.errors import ERRORS
from pregonero.networks.x.post_matching import canonical, text_as_sent

POST = re.compile(r"/status(?:es)?/(\d{1,20})(?:\D|$)")
FIELDS = "created_at,entities,author_id"
GONE = 404


class XByHand:
    """The account's own page on X."""

    intent = Intent(
        address="{site}/intent/post?text={text}",
        profile="{site}/{handle}",
        fills=True,
        steps="Entra con la cuenta de la entidad, revisa el texto, agrega la imagen si lleva y pulsa «Postear».",
        read_on=date(2026, 11, 26),
        source="https://developer.x.com/en/docs/x-for-websites/tweet-button/guides/web-intent",
    )

    def site(self, access: ApiCredentials) -> str:
        """Return where people read, which for the network is not where its API answers."""
        return access.address.replace(f"://{API_PREFIX}", "://", 1)

    def post_id(self, access: ApiCredentials, address: str) -> str:
        """Return the number of the post."""
        found = POST.search(address)
        return found[1] if found and at_one_of(address, access, "x.com", "twitter.com") else ""

    def read(self, access: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read the post, when it is the account's."""
        with mapped_errors(ERRORS, public=False):
            try:
                answer = NetworkClient(access, ENDPOINTS).get(
                    f"{access.address}/2/tweets/{id}", params={"tweet.fields": FIELDS}
                )
            except HttpError as refusal:
                if refusal.status == GONE:
                    return None
                raise
            found = answer.json().get("data") or {}
        if str(found.get("author_id")) != access.remote_id:
            return None
        said = text_as_sent(found)
        address = f"{self.site(access)}/{access.handle}/status/{id}"
        return RemotePost(id, address, said, str(found.get("created_at") or ""), canonical(said) == canonical(text))


MANUAL = XByHand()
