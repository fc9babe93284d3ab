"""What Mastodon takes, as data: each value with the day it was read and where.

Each server may set its own: `prepare` asks it, and these are the values of one that sets nothing.
"""

from datetime import date

from pregonero.networks.base import Capabilities, Limit, OperationKind, Resolution
from pregonero.networks.post_validation import Kinds

READ_ON = date(2026, 11, 24)
POSTING = "https://docs.joinmastodon.org/user/posting/"
INSTANCE = "https://docs.joinmastodon.org/entities/Instance/"
STATUSES = "https://docs.joinmastodon.org/methods/statuses/"
MEDIA = "https://docs.joinmastodon.org/methods/media/"
RATE_LIMITS = "https://docs.joinmastodon.org/api/rate-limits/"
INTERNAL_ERROR = "decisión propia: docs/networks/mastodon.md"


def _limit(value: int, source: str) -> Limit:
    return Limit(value, READ_ON, source)


CAPABILITIES = Capabilities(
    name="mastodon",
    label="Mastodon",
    badge="M",
    operations={
        OperationKind.POST: Resolution.RECONCILE,
        OperationKind.REPLY: Resolution.RECONCILE,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": _limit(500, POSTING),
        "link_weight": _limit(23, POSTING),
        "alt": _limit(1_500, MEDIA),
        "pictures": _limit(4, POSTING),
        "videos": _limit(1, POSTING),
        "with_video": _limit(0, POSTING),
        "picture_bytes": _limit(16_777_216, INSTANCE),
        "video_bytes": _limit(103_809_024, INSTANCE),
        "media_life_seconds": _limit(86_400, INTERNAL_ERROR),
        "key_seconds": _limit(3_600, STATUSES),  # a request with the same key within this time is the same one
        "posts_per_5_minutes": _limit(300, RATE_LIMITS),
        "media_per_30_minutes": _limit(30, RATE_LIMITS),
        "reconcile_page_posts": _limit(40, INTERNAL_ERROR),
        "reconcile_pages": _limit(5, INTERNAL_ERROR),
        "server_limits_seconds": _limit(3_600, INTERNAL_ERROR),  # how long what a server said of its limits is believed
        "clock_slack_seconds": _limit(30, INTERNAL_ERROR),
    },
    prepares_ahead_seconds=6 * 3600,
    takes_replies=True,
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV", "video/webm": "WEBM"},
)

# Seconds until a cut request that the server may still be taking has shown itself, while its key still holds.
SETTLE_WAITS = (5.0,)
# Seconds between the looks once the key no longer holds; after the last, what was not seen was not taken.
LOOK_WAITS = (5.0, 15.0, 40.0)
