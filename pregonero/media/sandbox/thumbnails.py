"""Small versions of an image, or of a frame of a video, to be shown on our own pages."""

from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageOps, UnidentifiedImageError

from pregonero.media.errors import MalformedFile
from pregonero.media.sandbox.checks import read_format
from pregonero.media.sandbox.colour import colour_of, picture_in_srgb
from pregonero.media.sandbox.image import in_srgb
from pregonero.media.sandbox.inspect import open_picture
from pregonero.media.sandbox.inspect_video import open_video, rotation_of

QUALITY = 80
LATEST_FRAME_SECONDS = 1.0  # the first frame of a video is often black
SHARE_OF_SHORT_VIDEO = 0.1


def write_thumbnails(job: dict[str, Any]) -> dict[str, Any]:
    """Write a WebP of each width in `job["outputs"]`, which has the path of each one; heights keep the proportion."""
    path = Path(job["path"])
    whole = _picture(path) if job["kind"] == "picture" else _frame(path)
    for width, output in job["outputs"].items():
        size = (int(width), max(1, round(whole.height * int(width) / whole.width)))
        whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).save(output, "WEBP", quality=QUALITY, method=4)
    return {}


def _picture(path: Path) -> Image.Image:
    try:
        with open_picture(path) as picture:
            return in_srgb(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise MalformedFile("La imagen no se pudo leer.") from error


def _frame(path: Path) -> Image.Image:
    """Return a frame of the first second, upright."""
    container = read_format(path)
    if container is None or container.kind != "video":
        raise MalformedFile("El video no se pudo leer.")
    try:
        with path.open("rb") as file, open_video(file, container) as video:
            stream = video.streams.video[0]
            stream.codec_context.thread_count = 1
            seconds = min(LATEST_FRAME_SECONDS, float(video.duration or 0) / 1_000_000 * SHARE_OF_SHORT_VIDEO)
            frame = None
            for frame in video.decode(stream):
                if float(frame.time or 0) >= seconds:
                    break
            if frame is None:
                raise MalformedFile("El video no trae ninguna imagen.")
            seen: Image.Image = frame.to_image()
            if colour_of(frame):
                seen = picture_in_srgb(seen, int(frame.color_primaries), int(frame.color_trc))
            return seen.rotate(rotation_of(frame), expand=True)
    except (av.FFmpegError, IndexError) as error:
        raise MalformedFile("El video no se pudo leer.") from error
