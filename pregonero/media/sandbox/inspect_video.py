"""The measures of a video, from reading all its packets: length, codecs, colour format, and whether it has metadata."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from pregonero.media.errors import FileTooLarge, MalformedFile
from pregonero.media.formats import AVI, MOV, MP4, FileFormat
from pregonero.media.sandbox.checks import check_no_markup, check_size
from pregonero.media.sandbox.colour import colour_of
from pregonero.media.sandbox.video_metadata import has_metadata

MAX_SECONDS = 4 * 60 * 60.0
SEARCHED_BYTES = 256 * 1024  # at each end of a video; browsers do not look for markup further in
BOX_HEADER, LARGE_BOX_HEADER = 8, 16  # bytes, of an MP4 box
MIN_COMPLETE = 0.97  # of the declared length of each stream
SIDEWAYS = (90, 270)  # degrees
MAX_FPS_ERROR = 1.5  # a declared frame rate so many times the measured one is not a frame rate
HE_AAC_TYPES = {5, 29}  # object types of AAC: SBR, PS
AAC_EXTENSION, AAC_EXTENSION_PRESENT = b"\x56\xe5", 0x80  # the mark of SBR in the header of AAC LC
MICROSECONDS = 1_000_000  # FFmpeg gives the length of a file in them


def inspect_video(path: Path, container: FileFormat) -> dict[str, Any]:
    """Decode the first image of a video, read its packets to the end, and return its measures."""
    is_index_first = moov_first(path) if container in {MP4, MOV} else None
    if container is AVI:
        _check_riff_size(path)
    try:
        with path.open("rb") as file, open_video(file, container) as video:
            measures = _measure(video, path.stat().st_size)
            traces = has_metadata(video, path, container)
    except (av.FFmpegError, StopIteration, ValueError, OverflowError) as error:
        raise MalformedFile("El video está dañado o llegó incompleto.") from error
    if measures["seconds"] > MAX_SECONDS:
        raise FileTooLarge("El video dura más de 4 horas.")
    with path.open("rb") as file:
        start = file.read(SEARCHED_BYTES)
        file.seek(max(0, path.stat().st_size - SEARCHED_BYTES))
        check_no_markup(start + file.read(SEARCHED_BYTES))
    measures["traits"]["moov_first"] = is_index_first
    return {
        "kind": "video",
        "mime": container.mime,
        "extension": container.extension,
        "has_metadata": traces,
        **measures,
    }


def _check_riff_size(path: Path) -> None:
    with path.open("rb") as file:
        declared = int.from_bytes(file.read(8)[4:], "little")
    if declared + 8 > path.stat().st_size:
        raise MalformedFile("El video llegó incompleto: se cortó antes de su final.")


def open_video(file: Any, container: FileFormat) -> Any:
    """Open a video without permission to read any other file or address: FFmpeg would open those of a playlist."""
    return av.open(file, mode="r", format=container.decoder, options={"protocol_whitelist": ""})


def _measure(video: Any, size: int) -> dict[str, Any]:
    if not video.streams.video:
        raise MalformedFile("El archivo no trae video.")
    stream = video.streams.video[0]
    codec = stream.codec_context
    check_size(codec.width, codec.height)
    codec.thread_count = 1
    frame = next(video.decode(stream))
    spans = spans_of(video)
    seconds = _seconds(video, spans)
    _check_complete(video, spans)
    width, height = (frame.height, frame.width) if rotation_of(frame) in SIDEWAYS else (frame.width, frame.height)
    return {
        "width": width,
        "height": height,
        "seconds": seconds,
        "traits": {
            "frames": int(stream.frames or spans[stream.index].packets),
            "codec": str(codec.name),
            "pixel_format": str(frame.format.name),
            "colour": colour_of(frame),
            "fps": round(float(frame_rate(stream, spans[stream.index])), 3),
            "bit_rate": int(size * 8 / seconds) if seconds else 0,
            **_audio_traits(video),
        },
    }


def _audio_traits(video: Any) -> dict[str, Any]:
    audio = video.streams.audio[0].codec_context if video.streams.audio else None
    return {
        "audio": str(audio.name) if audio else "",
        "audio_profile": _sound_profile(audio) if audio else "",
        "audio_hz": int(audio.sample_rate) if audio else 0,
        "audio_channels": int(audio.channels) if audio else 0,
    }


def _sound_profile(audio: Any) -> str:
    """Return the profile of the sound. AAC may announce in its header that half of it is coded apart (HE-AAC)."""
    header = bytes(audio.extradata or b"") if audio.name == "aac" else b""
    extension = header.partition(AAC_EXTENSION)[2]
    if header[:1] and (header[0] >> 3 in HE_AAC_TYPES or (extension and extension[0] & AAC_EXTENSION_PRESENT)):
        return "HE-AAC"
    return str(audio.profile or "")


@dataclass
class Span:
    """The packets of one stream: the start of the first and the end of the last, in seconds, and how many there are."""

    first: float
    last: float
    packets: int = 0

    @property
    def fps(self) -> float:
        """Return the packets per second."""
        return self.packets / (self.last - self.first) if self.last > self.first else 0.0


def spans_of(video: Any) -> dict[int, Span]:
    """Read all the packets of the images and of the sound; return what each stream spans, by its index."""
    spans: dict[int, Span] = {}
    video.seek(0)
    for packet in video.demux([*video.streams.video, *video.streams.audio]):
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None:
            continue
        start, end = float(time * packet.time_base), float((time + (packet.duration or 0)) * packet.time_base)
        span = spans.setdefault(packet.stream.index, Span(start, end))
        span.first, span.last, span.packets = min(span.first, start), max(span.last, end), span.packets + 1
    if video.streams.video[0].index not in spans:
        raise MalformedFile("El video no trae ninguna imagen.")
    return spans


def _start(spans: dict[int, Span]) -> float:
    return max(0.0, min(span.first for span in spans.values()))


def _declared_seconds(video: Any) -> float:
    return float(video.duration or 0) / MICROSECONDS


def _seconds(video: Any, spans: dict[int, Span]) -> float:
    """Return the length that the file declares, or the measured one: what a browser records declares none."""
    declared = _declared_seconds(video)
    measured = max(span.last for span in spans.values()) - _start(spans)
    return declared if declared > 0 and measured * MIN_COMPLETE <= declared + 1 else round(measured, 3)


def _check_complete(video: Any, spans: dict[int, Span]) -> None:
    """Compare the time of the last packets with the declared length; a cut file ends before it.

    The sound may be longer than the images, or shorter: each stream is compared with its own length.
    """
    declared, start = _declared_seconds(video), _start(spans)
    expected = [(declared, max(span.last for span in spans.values()) - start)]
    for stream in [*video.streams.video, *video.streams.audio]:
        if stream.index in spans and stream.duration:
            own = float(stream.duration * stream.time_base)
            expected.append((min(own, declared), spans[stream.index].last - start))
    if any(last + 1 < length * MIN_COMPLETE for length, last in expected):
        raise MalformedFile("El video llegó incompleto: faltan imágenes o sonido del final.")


def frame_rate(stream: Any, span: Span) -> Any:
    """Return the declared frame rate, or the measured one when the declared one is only the unit of the clock."""
    declared = stream.average_rate
    if declared and (not span.fps or declared <= span.fps * MAX_FPS_ERROR):
        return declared
    return Fraction(span.fps).limit_denominator(1001)


def rotation_of(frame: Any) -> int:
    """Return the rotation that a player applies to the frame, in degrees. Telephones record it instead of rotating."""
    return int(getattr(frame, "rotation", 0) or 0) % 360


def moov_first(path: Path) -> bool:
    """Return whether the index (moov) of an MP4 comes before its data (mdat)."""
    order = [kind for kind in _boxes(path) if kind in {b"moov", b"mdat"}]
    return order[:1] == [b"moov"]


def _boxes(path: Path) -> Iterator[bytes]:
    """Yield the type of each top-level box of an MP4. Raises `MalformedFile` if one goes beyond the end."""
    end, offset = path.stat().st_size, 0
    with path.open("rb") as file:
        while offset + BOX_HEADER <= end:
            file.seek(offset)
            header = file.read(LARGE_BOX_HEADER)
            size, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if size == 1:
                size = int.from_bytes(header[8:16], "big")
            if offset + size > end:
                raise MalformedFile("El video llegó incompleto: se cortó antes de su final.")
            yield kind
            if size < BOX_HEADER:
                return
            offset += size
