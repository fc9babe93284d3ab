"""YouTube used by a person: its Studio, where the video is uploaded, and reading a video back."""

import re
from datetime import date

from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import Intent, RemotePost, is_hosted_at
from pregonero.networks.youtube.client import Http, videos
from pregonero.networks.youtube.network import ERRORS, WATCH_ADDRESSES

VIDEO_ADDRESS = re.compile(r"(?:[?&]v=|youtu\.be/|/shorts/|/live/|/video/)([\w-]{5,20})")


class YouTubeManual:
    """Manual posting on a channel."""

    intent = Intent(
        address="https://studio.youtube.com/channel/{id}/videos/upload",
        profile="https://www.youtube.com/channel/{id}",
        fills=False,
        steps="Entra con la cuenta del canal, sube el video, pega título y descripción, y publícalo como público.",
        read_on=date(2026, 11, 26),
        source="https://support.google.com/youtube/answer/57407",
    )

    def site(self, credentials: ApiCredentials) -> str:
        """Return the address of the public site."""
        address = credentials.address.rstrip("/")
        return WATCH_ADDRESSES.get(address, address)

    def post_id(self, credentials: ApiCredentials, address: str) -> str:
        """Return the id of the video at an address, or an empty string."""
        match = VIDEO_ADDRESS.search(address)
        return match[1] if match and is_hosted_at(address, credentials, "youtube.com", "youtu.be") else ""

    def read(self, credentials: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read a public video of the channel and compare its description."""
        with mapped_errors(ERRORS, public=False):
            answer = videos(credentials).list(part="snippet,status", id=id).execute(http=Http(credentials))
        video = (answer.get("items") or [{}])[0]
        snippet, status = video.get("snippet") or {}, video.get("status") or {}
        if snippet.get("channelId") != credentials.remote_id or status.get("privacyStatus") != "public":
            return None
        description = str(snippet.get("description") or "")
        is_same = " ".join(description.split()) == " ".join(text.split())
        url = f"{self.site(credentials)}/watch?v={id}"
        return RemotePost(id, url, description, str(snippet.get("publishedAt") or ""), is_same)
