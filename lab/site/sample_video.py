"""A short video made by code: the chart's bars growing, with a soft tone. H.264 and AAC, index first."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image

from lab.site.sample_images import draw

SIZE = (1280, 720)
FRAMES_PER_SECOND = 25
SECONDS = 6
GROWTH_SECONDS = 3.0
SAMPLES_PER_SECOND = 44_100
SAMPLES_PER_FRAME = 1024


def make(picture: dict[str, Any], path: Path) -> None:
    """Write the video to a file: putting its index first needs one that can be read again."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as film:
        video = film.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"crf": "28", "preset": "veryfast"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = film.add_stream("aac", rate=SAMPLES_PER_SECOND, layout="mono")
        for image in _images(picture):
            film.mux(video.encode(av.VideoFrame.from_image(image)))  # type: ignore[no-untyped-call]
        film.mux(video.encode(None))
        for sound in _sounds():
            film.mux(audio.encode(sound))
        film.mux(audio.encode(None))


def _images(picture: dict[str, Any]) -> list[Image.Image]:
    grow = int(GROWTH_SECONDS * FRAMES_PER_SECOND)
    growing = [draw(picture, SIZE, 0.3 + 0.7 * (index / grow) ** 0.5) for index in range(1, grow + 1)]
    return growing + [growing[-1]] * (SECONDS * FRAMES_PER_SECOND - grow)


def _sounds() -> list[av.AudioFrame]:
    frames = []
    for start in range(0, SECONDS * SAMPLES_PER_SECOND, SAMPLES_PER_FRAME):
        wave = (
            0.05 * math.sin(2 * math.pi * 220 * at / SAMPLES_PER_SECOND)
            for at in range(start, start + SAMPLES_PER_FRAME)
        )
        frame = av.AudioFrame(format="flt", layout="mono", samples=SAMPLES_PER_FRAME)
        frame.planes[0].update(array("f", wave).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = SAMPLES_PER_SECOND, start, Fraction(1, SAMPLES_PER_SECOND)
        frames.append(frame)
    return frames
