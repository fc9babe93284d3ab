"""Tiny pictures, videos and captions, made by code."""

import io
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image

CAPTIONS = b"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nLas exportaciones crecieron.\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: Any) -> bytes:
    """Return a picture with something in it: one colour alone weighs nothing."""
    output = io.BytesIO()
    seen = Image.linear_gradient("L").resize(size).convert("RGB")
    if mode != "RGB":
        seen = seen.convert(mode)
    if mode == "RGBA":
        seen.putalpha(Image.linear_gradient("L").resize(size))
    seen.save(output, kind, **more)
    return output.getvalue()


def film(
    path: Path,
    *,
    size: tuple[int, int] = (64, 48),
    seconds: float = 1,
    fps: int = 5,
    codec: str = "mpeg4",
    sound: bool = False,
    pixels: str = "yuv420p",
    sound_seconds: float | None = None,
    sound_codec: str = "aac",
    layout: str = "mono",
    tags: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    file: Any = None,
    colours: tuple[int, int, int] | None = None,
    grey: float | None = None,
) -> Path:
    """Write a video; its index comes last, as cameras write it. `file` replaces the file at the path.

    `colours` are its primaries, transfer and matrix, as FFmpeg numbers them; `grey`, the value of every point, from 0
    (black) to 1 (white).
    """
    container = {"m4v": "mp4", "mkv": "matroska"}.get(path.suffix[1:], path.suffix[1:])
    hertz = 44_100 if sound_codec == "aac" else 48_000
    with av.open(file or str(path), "w", format=container, options=options or {}) as made:
        made.metadata.update(tags or {})
        pictures = made.add_stream(codec, rate=fps)
        pictures.width, pictures.height, pictures.pix_fmt = *size, pixels
        if colours is not None:
            context = pictures.codec_context
            context.color_primaries, context.color_trc, context.colorspace = colours
            context.color_range = 1
        sounds = made.add_stream(sound_codec, rate=hertz, layout=layout) if sound else None
        for at in range(int(seconds * fps)):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (at * 20 % 255, 60, 120)))
            if grey is not None:
                frame = _grey(size, pixels, grey)
            made.mux(pictures.encode(frame))
        made.mux(pictures.encode(None))
        if sounds is not None:
            length = seconds if sound_seconds is None else sound_seconds
            for start in range(0, int(length * hertz), 1024):
                made.mux(sounds.encode(_silence(start, hertz, layout)))
            made.mux(sounds.encode(None))
    return path


def _grey(size: tuple[int, int], pixels: str, grey: float) -> av.VideoFrame:
    """Return a frame of one grey, in a format of 8 or 10 bits with the colour at half the size."""
    code, depth = ("H", 4) if pixels.endswith("10le") else ("B", 1)
    frame = av.VideoFrame(*size, pixels)
    for plane, value in zip(frame.planes, (16 + 219 * grey, 128, 128), strict=True):
        plane.update(array(code, [round(value * depth)]) * (plane.buffer_size // array(code).itemsize))
    return frame


def _silence(start: int, hertz: int, layout: str) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout=layout, samples=1024)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = hertz, start, Fraction(1, hertz)
    return frame
