"""Conversion of videos to MP4 with H.264 and AAC, with the index (moov) at the start of the file."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

from pregonero.media.conversion import AUDIO_BIT_RATE, Conversion
from pregonero.media.errors import MalformedFile
from pregonero.media.formats import MOV, MP4, VIDEO_NAMES, WEBM, FileFormat
from pregonero.media.sandbox.checks import read_format
from pregonero.media.sandbox.colour import scale_filters, write_colour_tags
from pregonero.media.sandbox.inspect_video import frame_rate, open_video, rotation_of, spans_of

TRANSPOSITIONS = {90: ("cclock",), 180: ("cclock", "cclock"), 270: ("clock",)}
AUDIO_HZ = 48_000
ENCODER_OPTIONS = {"crf": "21", "preset": "fast", "profile": "high"}
MAX_FPS = 120  # a higher frame rate is measured: it may be only the unit of the clock
MUXERS = {WEBM.mime: "webm"}  # where the muxer has another name than the demuxer


def convert(job: dict[str, Any], on_progress: Callable[[int], None]) -> dict[str, Any]:
    """Write the converted video and report the percentage done."""
    path, conversion = Path(job["path"]), Conversion.from_data(job["conversion"])
    container = read_format(path)
    if container is None or container.kind != "video":
        raise MalformedFile(f"El video no es {VIDEO_NAMES}.")
    try:
        with path.open("rb") as file, open_video(file, container) as source:
            _transcode(source, Path(job["output"]), conversion, on_progress)
    except av.FFmpegError as error:
        raise MalformedFile(f"El video no se pudo convertir: {error.strerror or 'está dañado'}.") from error
    return {}


def clean(job: dict[str, Any]) -> dict[str, Any]:
    """Write the same images and sound without recoding them, and nothing else: no place, time, camera or comments."""
    path = Path(job["path"])
    container = read_format(path)
    if container is None or container.kind != "video":
        raise MalformedFile(f"El video no es {VIDEO_NAMES}.")
    try:
        with path.open("rb") as file, open_video(file, container) as source:
            _copy_streams(source, Path(job["output"]), container)
    except (av.FFmpegError, ValueError) as error:
        raise MalformedFile(
            "Al video no se le pudo quitar lo que dice del lugar y la cámara: guárdalo como MP4 y súbelo de nuevo."
        ) from error
    return {}


def _copy_streams(source: Any, output: Path, container: FileFormat) -> None:
    options = {"fflags": "+bitexact"}  # without the name of the library or the time
    if container in {MP4, MOV}:
        options["movflags"] = "+faststart"
    with av.open(str(output), "w", format=MUXERS.get(container.mime, container.decoder), options=options) as target:
        copies = {}
        for stream in [*source.streams.video[:1], *source.streams.audio]:
            copy = target.add_stream_from_template(stream, opaque=True)
            copies[stream.index] = copy
            for name in copy.metadata.keys() - {"language"}:
                del copy.metadata[name]
        for packet in source.demux([*source.streams.video[:1], *source.streams.audio]):
            if packet.size:  # the last packet of each stream is empty
                packet.stream = copies[packet.stream.index]
                target.mux(packet)


def _transcode(source: Any, output: Path, conversion: Conversion, on_progress: Callable[[int], None]) -> None:
    video, audio = source.streams.video[0], next(iter(source.streams.audio), None)
    rate = Fraction(conversion.fps).limit_denominator(1001) if conversion.fps else _frame_rate(source, video)
    with av.open(str(output), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        encoder = target.add_stream("libx264", rate=rate, options=_encoder_options(conversion))
        encoder.width, encoder.height, encoder.pix_fmt = conversion.width, conversion.height, "yuv420p"
        write_colour_tags(encoder.codec_context, video.codec_context)
        audio_encoder = target.add_stream("aac", rate=AUDIO_HZ, layout="stereo") if audio is not None else None
        if audio_encoder is not None:
            audio_encoder.bit_rate = AUDIO_BIT_RATE
        graph: _FilterGraph | None = None
        reported = 0
        for packet in source.demux([stream for stream in (video, audio) if stream is not None]):
            for frame in packet.decode():
                if audio_encoder is not None and packet.stream is audio:
                    target.mux(audio_encoder.encode(frame))
                    continue
                graph = graph or _FilterGraph(frame, video, conversion, rate)
                target.mux([packet for filtered in graph.filter(frame) for packet in encoder.encode(filtered)])
                reported = _report_progress(frame, source, reported, on_progress)
        if graph is None:
            raise MalformedFile("El video no trae ninguna imagen.")
        target.mux([packet for filtered in graph.filter(None) for packet in encoder.encode(filtered)])
        target.mux(encoder.encode(None))
        if audio_encoder is not None:
            target.mux(audio_encoder.encode(None))


def _frame_rate(source: Any, video: Any) -> Any:
    declared = video.average_rate
    if declared and declared <= MAX_FPS:
        return declared
    measured = frame_rate(video, spans_of(source)[video.index])
    source.seek(0)
    return measured


def _encoder_options(conversion: Conversion) -> dict[str, str]:
    if not conversion.bit_rate:
        return ENCODER_OPTIONS
    return ENCODER_OPTIONS | {"maxrate": str(conversion.bit_rate), "bufsize": str(conversion.bit_rate)}


def _report_progress(frame: Any, source: Any, reported: int, on_progress: Callable[[int], None]) -> int:
    """Report the percentage of a frame if it is higher than the last one; return the highest."""
    seconds = float(source.duration or 0) / 1_000_000
    percent = min(99, int(100 * float(frame.time or 0) / seconds)) if seconds else 0
    if percent > reported:
        on_progress(percent)
    return max(percent, reported)


class _FilterGraph:
    """The FFmpeg filters that rotate, crop and resize each frame and change the frame rate."""

    def __init__(self, first_frame: Any, stream: Any, conversion: Conversion, rate: Any) -> None:
        self.graph = Graph()
        left, top, right, bottom = (round(side) for side in conversion.box)
        filters = [self.graph.add_buffer(template=stream)]
        filters += [self.graph.add("transpose", turn) for turn in TRANSPOSITIONS.get(rotation_of(first_frame), ())]
        filters += [
            self.graph.add("crop", f"{right - left}:{bottom - top}:{left}:{top}:exact=1"),
            *scale_filters(self.graph, first_frame, f"{conversion.width}:{conversion.height}"),
            self.graph.add("setsar", "1"),
            self.graph.add("fps", f"fps={rate}"),
            self.graph.add("format", "pix_fmts=yuv420p"),
            self.graph.add("buffersink"),
        ]
        self.graph.link_nodes(*filters).configure()

    def filter(self, frame: Any) -> list[Any]:
        """Push a frame and return the frames that are ready; push None at the end to return the last ones."""
        self.graph.push(frame)
        ready = []
        while True:
            try:
                ready.append(self.graph.pull())
            except (av.error.BlockingIOError, av.error.EOFError):
                return ready
