"""What Instagram takes, as data: each value with the day it was read and where."""

from datetime import date

from pregonero.networks.base import Capabilities, Limit, OperationKind, Resolution
from pregonero.networks.post_validation import Kinds

READ_ON = date(2026, 11, 24)
MEDIA = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"
PUBLISHING = "https://developers.facebook.com/docs/instagram-platform/content-publishing"
CONTAINER = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container"
SECOND_HAND = "de segunda mano: la página de la API todavía no lo dice"
INTERNAL_ERROR = "decisión propia: docs/networks/instagram.md"


def _limit(value: int, source: str) -> Limit:
    return Limit(value, READ_ON, source)


CAPABILITIES = Capabilities(
    name="instagram",
    label="Instagram",
    badge="IG",
    operations={
        OperationKind.POST: Resolution.ASK,
    },
    limits={
        "text": _limit(2_200, MEDIA),
        "hashtags": _limit(5, SECOND_HAND),  # the reference still says 30
        "mentions": _limit(20, MEDIA),
        "alt": _limit(1_000, MEDIA),
        "media": _limit(10, PUBLISHING),  # of a carousel, which holds at least two
        "picture_bytes": _limit(8_000_000, MEDIA),
        "picture_min_ratio": _limit(800, MEDIA),
        "picture_max_ratio": _limit(1_910, MEDIA),
        "picture_srgb": _limit(1, MEDIA),
        # Not refused: Instagram itself enlarges or reduces what is outside of these.
        "picture_scaled_from_width": _limit(320, MEDIA),
        "picture_scaled_to_width": _limit(1_440, MEDIA),
        "video_bytes": _limit(300_000_000, MEDIA),
        "video_min_ms": _limit(3_000, MEDIA),
        "video_max_ms": _limit(900_000, MEDIA),
        "video_max_width": _limit(1_920, MEDIA),
        "video_min_fps": _limit(23, MEDIA),
        "video_max_fps": _limit(60, MEDIA),
        "video_max_bit_rate": _limit(25_000_000, MEDIA),
        "video_max_audio_hz": _limit(48_000, MEDIA),
        "video_moov_first": _limit(1, MEDIA),
        "container_life_seconds": _limit(86_400, CONTAINER),
        "posts_per_day": _limit(50, PUBLISHING),  # another page says 100: the account's own is read each time
        "search_recent": _limit(25, INTERNAL_ERROR),
        "search_pages": _limit(8, INTERNAL_ERROR),  # twice what goes out in a day
    },
    needs="picture",
    takes_link=False,
    fetches_media=True,
    prepares_ahead_seconds=3 * 3600,
    sdk=("facebook_business.api",),
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV"},
    codecs={"h264": "H.264", "hevc": "HEVC"},
    sounds={"aac": "AAC"},
)

# Seconds between the questions whether Instagram has the media; then the waiting is left to whoever called.
POLL_WAITS = (0.2, 0.5, 1.0)
POLL_AGAIN = 5.0
# Seconds until a container that is not published after a cut certainly was not.
SETTLE_WAITS = (5.0,)
# Seconds between the looks for a published container's post, when the account's list does not show it yet.
LOOK_WAITS = (5.0, 15.0, 40.0)
