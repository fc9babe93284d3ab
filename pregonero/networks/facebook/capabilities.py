"""What a Facebook page takes, as data: each value with the day it was read and where."""

from datetime import date

from pregonero.networks.base import Capabilities, Limit, OperationKind, Resolution
from pregonero.networks.post_validation import Kinds

READ_ON = date(2026, 11, 24)
POSTS = "https://developers.facebook.com/docs/pages-api/posts"
PHOTOS = "https://developers.facebook.com/docs/graph-api/reference/page/photos"
VIDEOS = "https://developers.facebook.com/docs/video-api/guides/publishing"
REELS = "https://developers.facebook.com/docs/video-api/guides/reels-publishing"
THUMBNAILS = "https://developers.facebook.com/docs/graph-api/reference/video/thumbnails"
INTERNAL_ERROR = "decisión propia: docs/networks/facebook.md"
SECOND_HAND = "de segunda mano, sin página oficial que lo diga"


def _limit(value: int, source: str) -> Limit:
    return Limit(value, READ_ON, source)


CAPABILITIES = Capabilities(
    name="facebook",
    label="Facebook",
    badge="f",
    operations={
        OperationKind.POST: Resolution.REPEAT,
        OperationKind.COMMENT: Resolution.RECONCILE,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": _limit(63_206, SECOND_HAND),
        "pictures": _limit(10, PHOTOS),
        "videos": _limit(1, POSTS),
        "with_video": _limit(0, POSTS),
        "picture_bytes": _limit(10_000_000, PHOTOS),
        "video_bytes": _limit(4_000_000_000, SECOND_HAND),
        "video_max_ms": _limit(240 * 60_000, SECOND_HAND),
        "reel_min_ms": _limit(3_000, REELS),
        "reel_max_ms": _limit(90_000, REELS),
        "reel_min_width": _limit(540, REELS),
        "reel_min_height": _limit(960, REELS),
        "reel_min_ratio": _limit(562, REELS),  # 9:16, in thousandths
        "reel_max_ratio": _limit(563, REELS),
        "reel_min_fps": _limit(24, REELS),
        "reel_max_fps": _limit(60, REELS),
        "reels_per_day": _limit(30, REELS),
        "thumbnail_bytes": _limit(10_000_000, THUMBNAILS),
        "upload_patience_seconds": _limit(40, INTERNAL_ERROR),
        "comments_read": _limit(100, INTERNAL_ERROR),
    },
    link_beside=True,
    reels_apart=True,
    prepares_ahead_seconds=6 * 3600,
    sdk=("facebook_business.api",),
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV"},
)

CAPTIONS_LOCALE = "es_LA"

# Seconds between the looks that follow a cut comment; after the last, a person decides. The last is late on purpose:
# what Facebook took by then needs nobody.
COMMENT_WAITS = (3.0, 10.0, 30.0, 120.0)
