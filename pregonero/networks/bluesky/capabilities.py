"""What Bluesky takes, as data: each value with the day it was read and where."""

from datetime import date

from pregonero.networks.base import Capabilities, Limit, OperationKind, Resolution
from pregonero.networks.post_validation import Kinds

READ_ON = date(2026, 11, 24)
POST = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json"
IMAGES = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/images.json"
VIDEO = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/video.json"
LENGTHS = "https://docs.bsky.app/docs/tutorials/video"
FACET = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json"
RATE_LIMITS = "https://docs.bsky.app/docs/advanced-guides/rate-limits"
INTERNAL_ERROR = "decisión propia: docs/networks/bluesky.md"


def _limit(value: int, source: str) -> Limit:
    return Limit(value, READ_ON, source)


CAPABILITIES = Capabilities(
    name="bluesky",
    label="Bluesky",
    badge="BS",
    operations={
        OperationKind.POST: Resolution.REPEAT,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": _limit(300, POST),  # graphemes: what a person takes for one character
        "text_bytes": _limit(3_000, POST),
        "tag": _limit(64, FACET),
        "tag_bytes": _limit(640, FACET),
        "alt": _limit(2_000, INTERNAL_ERROR),
        "pictures": _limit(4, IMAGES),
        "videos": _limit(1, VIDEO),
        "with_video": _limit(0, VIDEO),
        "video_bytes": _limit(100_000_000, VIDEO),
        "video_max_ms": _limit(180_000, LENGTHS),
        "captions_bytes": _limit(20_000, VIDEO),
        "picture_bytes": _limit(1_000_000, IMAGES),
        "card_title": _limit(300, INTERNAL_ERROR),
        "blob_life_seconds": _limit(45 * 60, INTERNAL_ERROR),
        "session_seconds": _limit(3_600, INTERNAL_ERROR),
        "writes_per_hour": _limit(2_500, RATE_LIMITS),  # 5,000 points, of which a write costs two
        "sessions_per_day": _limit(100, RATE_LIMITS),
    },
    prepares_ahead_seconds=30 * 60,
    takes_replies=True,
)

KINDS = Kinds(pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/webp": "WEBP"}, videos={"video/mp4": "MP4"})
