"""What YouTube takes, as data: each value with the day it was read and where."""

from datetime import date

from pregonero.networks.base import Capabilities, Limit, OperationKind, Resolution
from pregonero.networks.post_validation import Kinds

READ_ON = date(2026, 11, 24)
VIDEOS = "https://developers.google.com/youtube/v3/docs/videos"
INSERT = "https://developers.google.com/youtube/v3/docs/videos/insert"
UPLOADS = "https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol"
QUOTAS = "https://developers.google.com/youtube/v3/determine_quota_cost"
THUMBNAILS = "https://developers.google.com/youtube/v3/docs/thumbnails/set"
CAPTIONS = "https://developers.google.com/youtube/v3/docs/captions/insert"
INTERNAL_ERROR = "decisión propia: docs/networks/youtube.md"


def _limit(value: int, source: str) -> Limit:
    return Limit(value, READ_ON, source)


CAPABILITIES = Capabilities(
    name="youtube",
    label="YouTube",
    badge="YT",
    operations={
        OperationKind.POST: Resolution.REPEAT,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "title": _limit(100, VIDEOS),
        "text": _limit(5_000, VIDEOS),  # bytes of the description
        "pictures": _limit(0, VIDEOS),
        "videos": _limit(1, VIDEOS),
        "video_bytes": _limit(256_000_000_000, INSERT),
        "video_max_ms": _limit(12 * 3_600_000, INSERT),
        "chunk_bytes": _limit(8 * 1024 * 1024, UPLOADS),
        "session_life_seconds": _limit(7 * 86_400, UPLOADS),
        "thumbnail_bytes": _limit(50_000_000, THUMBNAILS),
        "captions_bytes": _limit(100_000_000, CAPTIONS),
        "uploads_per_day": _limit(100, QUOTAS),
        "units_per_day": _limit(10_000, QUOTAS),
        "upload_patience_seconds": _limit(40, INTERNAL_ERROR),
    },
    needs="video",
    takes_title=True,
    takes_pictures=False,
    prepares_ahead_seconds=24 * 3600,
    sdk=("googleapiclient.discovery",),
)

KINDS = Kinds(
    pictures={}, videos={"video/mp4": "MP4", "video/quicktime": "MOV", "video/webm": "WEBM", "video/x-msvideo": "AVI"}
)

CATEGORY = "25"  # News & Politics
LANGUAGE = "es"

# The API's hosts, and where the public watches; under another address, the laboratory's, both are the same.
WATCH_ADDRESSES = {
    "https://www.googleapis.com": "https://www.youtube.com",
    "https://youtube.googleapis.com": "https://www.youtube.com",
}
UPLOAD_HOSTS = ".googleapis.com"
