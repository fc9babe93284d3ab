"""What X takes, as data: each value with the day it was read and where. A change here is a task for the coordinator."""

from datetime import date

from pregonero.networks.base import Capabilities, Limit, OperationKind, Resolution
from pregonero.networks.post_validation import Kinds

READ_ON = date(2026, 11, 24)
COUNTING = "https://docs.x.com/fundamentals/counting-characters"
MEDIA = "https://docs.x.com/x-api/media/quickstart/best-practices"
ALT = "https://docs.x.com/x-api/media/create-media-metadata"
RATE_LIMITS = "https://docs.x.com/x-api/fundamentals/rate-limits"
INTERNAL_ERROR = "decisión propia: docs/networks/x.md"


def _limit(value: int, source: str) -> Limit:
    return Limit(value, READ_ON, source)


CAPABILITIES = Capabilities(
    name="x",
    label="X",
    badge="X",
    operations={
        OperationKind.POST: Resolution.RECONCILE,
        OperationKind.REPLY: Resolution.RECONCILE,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": _limit(280, COUNTING),
        "link_weight": _limit(23, COUNTING),
        "alt": _limit(1_000, ALT),
        "pictures": _limit(4, MEDIA),
        "gifs": _limit(1, MEDIA),
        "videos": _limit(1, MEDIA),
        "with_video": _limit(0, MEDIA),
        "picture_bytes": _limit(5_000_000, MEDIA),
        "gif_bytes": _limit(15_000_000, MEDIA),
        "gif_max_width": _limit(1_280, MEDIA),
        "gif_max_height": _limit(1_080, MEDIA),
        "gif_max_frames": _limit(350, MEDIA),
        "video_bytes": _limit(512_000_000, MEDIA),
        "video_min_ms": _limit(500, MEDIA),
        "video_max_ms": _limit(140_000, MEDIA),
        "video_min_width": _limit(32, MEDIA),
        "video_min_height": _limit(32, MEDIA),
        "video_max_width": _limit(1_280, MEDIA),
        "video_max_height": _limit(1_024, MEDIA),
        "video_min_ratio": _limit(333, MEDIA),
        "video_max_ratio": _limit(3_000, MEDIA),
        "video_max_fps": _limit(60, MEDIA),
        "segment_bytes": _limit(2_000_000, MEDIA),
        "media_life_seconds": _limit(86_400, MEDIA),
        "upload_patience_seconds": _limit(40, INTERNAL_ERROR),
        "posts_per_15_minutes": _limit(100, RATE_LIMITS),
        "posts_per_day_and_app": _limit(10_000, RATE_LIMITS),
        "reconcile_pages": _limit(2, INTERNAL_ERROR),
        "reconcile_page_posts": _limit(100, INTERNAL_ERROR),
        "clock_slack_seconds": _limit(30, INTERNAL_ERROR),
    },
    prepares_ahead_seconds=6 * 3600,
    takes_replies=True,
    sdk=("xdk",),
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV"},
    codecs={"h264": "H.264"},
    sounds={"aac": "AAC"},
)

# Seconds between the looks that follow a cut commit; after the last, what was not seen was not taken.
LOOK_WAITS = (5.0, 15.0, 40.0)

# Where the public reads what the API publishes: the API's own host without this beginning.
API_PREFIX = "api."
