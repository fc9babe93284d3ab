"""X as a person uses it: the web intent with the text written, and one reading of the post."""

import re
from datetime import date

from pregonero.networks.base import Access
from pregonero.networks.hand import Intent, Seen, at_one_of
from pregonero.networks.outcomes import judged
from pregonero.networks.wire import Line, Refusal
from pregonero.networks.x.calls import CALLS
from pregonero.networks.x.codes import CODES
from pregonero.networks.x.fingerprint import canonical, text_as_sent
from pregonero.networks.x.limits import API_PREFIX

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

    def site(self, access: Access) -> str:
        """Return where people read, which for the network is not where its API answers."""
        return access.address.replace(f"://{API_PREFIX}", "://", 1)

    def post_id(self, access: Access, address: str) -> str:
        """Return the number of the post."""
        found = POST.search(address)
        return found[1] if found and at_one_of(address, access, "x.com", "twitter.com") else ""

    def read(self, access: Access, id: str, text: str) -> Seen | None:
        """Read the post, when it is the account's."""
        with judged(CODES, public=False):
            try:
                answer = Line(access, CALLS).get(f"{access.address}/2/tweets/{id}", params={"tweet.fields": FIELDS})
            except Refusal as refusal:
                if refusal.status == GONE:
                    return None
                raise
            found = answer.json().get("data") or {}
        if str(found.get("author_id")) != access.remote_id:
            return None
        said = text_as_sent(found)
        address = f"{self.site(access)}/{access.handle}/status/{id}"
        return Seen(id, address, said, str(found.get("created_at") or ""), canonical(said) == canonical(text))


BY_HAND = XByHand()
