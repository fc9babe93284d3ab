"""YouTube as a person uses it: its Studio, and one reading of the video."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, at_one_of
from pregonero.networks.youtube.capabilities import WATCH_ADDRESSES
from pregonero.networks.youtube.client import Http, videos
from pregonero.networks.youtube.errors import ERRORS

VIDEO = re.compile(r"(?:[?&]v=|youtu\.be/|/shorts/|/live/|/video/)([\w-]{5,20})")


class YouTubeByHand:
    """The entity's channel."""

    intent = Intent(
        address="https://studio.youtube.com/channel/{id}/videos/upload",
        profile="https://www.youtube.com/channel/{id}",
        fills=False,
        steps="Entra con la cuenta del canal, sube el video, pega título y descripción, y publícalo como público.",
        read_on=date(2026, 11, 26),
        source="https://support.google.com/youtube/answer/57407",
    )

    def site(self, access: ApiCredentials) -> str:
        """Return where people watch."""
        address = access.address.rstrip("/")
        return WATCH_ADDRESSES.get(address, address)

    def post_id(self, access: ApiCredentials, address: str) -> str:
        """Return the id of the video."""
        found = VIDEO.search(address)
        return found[1] if found and at_one_of(address, access, "youtube.com", "youtu.be") else ""

    def read(self, access: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read the video, when it is the channel's and public."""
        with mapped_errors(ERRORS, public=False):
            answer = videos(access).list(part="snippet,status", id=id).execute(http=Http(access))
        found = (answer.get("items") or [{}])[0]
        snippet, status = found.get("snippet") or {}, found.get("status") or {}
        if snippet.get("channelId") != access.remote_id or status.get("privacyStatus") != "public":
            return None
        said = str(snippet.get("description") or "")
        same = " ".join(said.split()) == " ".join(text.split())
        url = f"{self.site(access)}/watch?v={id}"
        return RemotePost(id, url, said, str(snippet.get("publishedAt") or ""), same)


MANUAL = YouTubeByHand()
