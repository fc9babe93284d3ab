"""A video as a network takes it: H.264 and AAC in an MP4 whose index comes first."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

from pregonero.networks.media_conversion import SOUND_BITS, ConversionPlan
from pregonero.newsroom.media_sandbox.errors import CannotUse
from pregonero.newsroom.media_sandbox.inspect import container_of, opened, turn_of

TURNS = {90: ("cclock",), 180: ("cclock", "cclock"), 270: ("clock",)}
SOUND_HZ = 48_000
OPTIONS = {"crf": "21", "preset": "fast", "profile": "high"}
DEFAULT_FPS = 30


def make(job: dict[str, Any], say: Callable[[int], None]) -> dict[str, Any]:
    """Write the video of a recipe, saying how far it got."""
    path, recipe = Path(job["path"]), ConversionPlan.of(job["recipe"])
    container = container_of(path)
    if container is None:
        raise CannotUse("El video no es MP4, MOV ni WebM.")
    try:
        with path.open("rb") as file, opened(file, container[0]) as film:
            _transcode(film, Path(job["output"]), recipe, say)
    except av.FFmpegError as error:
        raise CannotUse(f"El video no se pudo convertir: {error.strerror or 'está dañado'}.") from error
    return {}


def _transcode(film: Any, output: Path, recipe: ConversionPlan, say: Callable[[int], None]) -> None:
    picture, sound = film.streams.video[0], next(iter(film.streams.audio), None)
    rate = Fraction(recipe.fps).limit_denominator(1001) if recipe.fps else picture.average_rate or DEFAULT_FPS
    with av.open(str(output), "w", format="mp4", options={"movflags": "+faststart"}) as made:
        pictures = made.add_stream("libx264", rate=rate, options=_options(recipe))
        pictures.width, pictures.height, pictures.pix_fmt = recipe.width, recipe.height, "yuv420p"
        sounds = made.add_stream("aac", rate=SOUND_HZ, layout="stereo") if sound is not None else None
        if sounds is not None:
            sounds.bit_rate = SOUND_BITS
        graph: _Graph | None = None
        told = 0
        for packet in film.demux([each for each in (picture, sound) if each is not None]):
            for frame in packet.decode():
                if sounds is not None and packet.stream is sound:
                    made.mux(sounds.encode(frame))
                    continue
                graph = graph or _Graph(frame, picture, recipe, rate)
                made.mux([each for shown in graph.through(frame) for each in pictures.encode(shown)])
                told = _tell(frame, film, told, say)
        if graph is None:
            raise CannotUse("El video no trae ninguna imagen.")
        made.mux([each for shown in graph.through(None) for each in pictures.encode(shown)])
        made.mux(pictures.encode(None))
        if sounds is not None:
            made.mux(sounds.encode(None))


def _options(recipe: ConversionPlan) -> dict[str, str]:
    if not recipe.bit_rate:
        return OPTIONS
    return OPTIONS | {"maxrate": str(recipe.bit_rate), "bufsize": str(recipe.bit_rate)}


def _tell(frame: Any, film: Any, told: int, say: Callable[[int], None]) -> int:
    lasts = float(film.duration or 0) / 1_000_000
    percent = min(99, int(100 * float(frame.time or 0) / lasts)) if lasts else 0
    if percent > told:
        say(percent)
    return max(percent, told)


class _Graph:
    """Turns upright, crops, resizes and paces each picture."""

    def __init__(self, first: Any, stream: Any, recipe: ConversionPlan, rate: Any) -> None:
        self.graph = Graph()
        left, top, right, bottom = (round(side) for side in recipe.box)
        links = [self.graph.add_buffer(template=stream)]
        links += [self.graph.add("transpose", turn) for turn in TURNS.get(turn_of(first), ())]
        links += [
            self.graph.add("crop", f"{right - left}:{bottom - top}:{left}:{top}:exact=1"),
            self.graph.add("scale", f"{recipe.width}:{recipe.height}"),
            self.graph.add("setsar", "1"),
            self.graph.add("fps", f"fps={rate}"),
            self.graph.add("format", "pix_fmts=yuv420p"),
            self.graph.add("buffersink"),
        ]
        self.graph.link_nodes(*links).configure()

    def through(self, frame: Any) -> list[Any]:
        """Return the pictures that come out once one more went in; nothing more, once none will."""
        self.graph.push(frame)
        found = []
        while True:
            try:
                found.append(self.graph.pull())
            except (av.error.BlockingIOError, av.error.EOFError):
                return found
