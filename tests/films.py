"""Tiny pictures, videos and captions, made by code."""

import io
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
) -> Path:
    """Write a video; its index comes last, as cameras write it."""
    with av.open(str(path), "w", format=path.suffix[1:].replace("m4v", "mp4")) as made:
        pictures = made.add_stream(codec, rate=fps)
        pictures.width, pictures.height, pictures.pix_fmt = *size, "yuv420p"
        sounds = made.add_stream("aac", rate=44_100, layout="mono") if sound else None
        for at in range(int(seconds * fps)):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (at * 20 % 255, 60, 120)))
            made.mux(pictures.encode(frame))
        made.mux(pictures.encode(None))
        if sounds is not None:
            for start in range(0, int(seconds * 44_100), 1024):
                made.mux(sounds.encode(_silence(start)))
            made.mux(sounds.encode(None))
    return path


def _silence(start: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = 44_100, start, Fraction(1, 44_100)
    return frame
