"""What Instagram fetches by itself from the address it is given, and what it refuses of it."""

from __future__ import annotations

import asyncio

from lab.graph import errors
from lab.graph.params import NotFetched, fetch
from lab.ledger import Container, Media
from lab.ledger.media import NotMedia, Probe, probe
from lab.messages import Call, Refusal
from lab.state import LabState

MAX_PICTURE_BYTES = 8_000_000
MAX_VIDEO_BYTES = 300_000_000
NARROWEST, WIDEST = 0.8, 1.91
REEL_SECONDS = (3.0, 900.0)
PICTURE_PROCESSING, VIDEO_PROCESSING = (0.05, 0.15), (0.1, 0.5)  # seconds


async def take_picture(lab: LabState, call: Call, container: Container) -> None:
    address = call.field("image_url")
    if not address:
        raise errors.parameter("The parameter image_url is required.")
    try:
        data = await fetch(lab, address)
        found = probe(data)
    except NotFetched as cause:
        message = "The media could not be fetched from this URI."
        raise errors.error(400, 9004, message, subcode=2207052) from cause
    except NotMedia as cause:
        raise _wrong_format() from cause
    _check_picture(found, len(data))
    media = _store(lab, container, found, data, call.field("alt_text"))
    container.media = [media.id]
    container.ready_at = container.created_at + _processing(lab, media, PICTURE_PROCESSING)


def _check_picture(found: Probe, size: int) -> None:
    if found.mime != "image/jpeg":
        raise _wrong_format()
    if size > MAX_PICTURE_BYTES:
        raise errors.error(400, 36000, "The image is too large to download.", subcode=2207004)
    if not NARROWEST - 0.005 <= found.width / found.height <= WIDEST + 0.005:
        raise errors.error(400, 36003, "The aspect ratio is not supported.", subcode=2207009)


def _wrong_format() -> Refusal:
    return errors.error(400, 36001, "The image format is not supported.", subcode=2207005)


def send_for_video(lab: LabState, call: Call, container: Container) -> None:
    """A video is fetched after the answer: the container says IN_PROGRESS meanwhile, then FINISHED or ERROR."""
    address = call.field("video_url")
    if not address:
        raise errors.parameter("The parameter video_url is required.")
    errand = asyncio.get_running_loop().create_task(_take_video(lab, container, address, call.field("alt_text")))
    lab.errands.add(errand)
    errand.add_done_callback(lab.errands.discard)


async def _take_video(lab: LabState, container: Container, address: str, alt: str) -> None:
    try:
        data = await fetch(lab, address)
        found = probe(data)
        _check_video(found, len(data))
    except (NotFetched, NotMedia) as cause:
        container.error = f"Media upload has failed: {cause}"
    else:
        media = _store(lab, container, found, data, alt)
        container.media, container.ready_at = [media.id], lab.clock.now() + _processing(lab, media, VIDEO_PROCESSING)
    lab.containers.save(container)


def _processing(lab: LabState, media: Media, between: tuple[float, float]) -> float:
    return lab.latency.seconds(lab.accounts.get("instagram", media.account), media.sha256, *between)


def _check_video(found: Probe, size: int) -> None:
    shortest, longest = REEL_SECONDS
    if found.kind != "video" or found.video_codec not in ("h264", "hevc") or size > MAX_VIDEO_BYTES:
        raise NotMedia("2207026 unsupported video format")
    if found.audio_codec not in ("", "aac") or not shortest <= found.seconds <= longest:
        raise NotMedia("2207026 unsupported audio or duration")


def _store(lab: LabState, container: Container, found: Probe, data: bytes, alt: str) -> Media:
    return lab.media.put(
        id=f"1789{lab.book.next_number():013d}", network="instagram", account=container.account, data=data,
        found=found, now=lab.clock.now(), alt=alt,
    )  # fmt: skip
