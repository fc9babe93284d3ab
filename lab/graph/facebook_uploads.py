"""Videos of a page by pieces, and reels by their three phases: each knows how far it got, even after a cut."""

from __future__ import annotations

import hashlib
from typing import Any

from lab.graph import errors, facebook_media
from lab.graph.facebook_media import publish_film, refused
from lab.graph.params import asked, flag, refuse_beyond
from lab.ledger import Media, Upload
from lab.ledger.media import NotMedia, probe
from lab.messages import Answer, Call, Refusal
from lab.state import LabState

PIECE = 1024 * 1024  # bytes: Facebook says how long each piece is to be
SESSION_LIFE = 86_400.0
REEL_SECONDS = (3.0, 90.0)
PROCESSING = (0.1, 0.4)  # seconds
VERSION = "v26.0"
STATES = ("DRAFT", "PUBLISHED")


def stage(call: Call) -> str:
    """A video says so of itself with `published`, a reel with the state in which it is left."""
    if call.path.endswith("/video_reels"):
        return "commit" if call.field("video_state") == "PUBLISHED" else "prepare"
    whole = call.field("upload_phase") in ("", "finish")
    return "commit" if whole and flag(call, "published", True) else "prepare"


async def create_video(lab: LabState, call: Call) -> Answer:
    """A page's video, whole or one phase of it."""
    phase = call.field("upload_phase")
    if not phase:
        return await facebook_media.create_video(lab, call)
    known = {"start": start_video, "transfer": transfer_video, "finish": finish_video}
    if phase not in known:
        raise errors.not_spoken(f"{call.address} upload_phase={phase}")
    return known[phase](lab, call)


def start_video(lab: LabState, call: Call) -> Answer:
    refuse_beyond(call, "upload_phase", "file_size")
    size = call.field("file_size")
    if not size.isdigit() or size == "0":
        raise errors.parameter("Param file_size must be a positive number")
    upload = _open(lab, call, int(size), {"kind": "video"})
    return Answer({"video_id": upload.id, "upload_session_id": f"9{upload.id}"} | _wanted(lab, upload))


def transfer_video(lab: LabState, call: Call) -> Answer:
    refuse_beyond(call, "upload_phase", "upload_session_id", "start_offset", "video_file_chunk")
    upload = _session(lab, call)
    place = _wanted(lab, upload)
    if call.field("start_offset") != place["start_offset"]:
        raise _troubled(1363037, place)
    most = int(place["end_offset"]) - int(place["start_offset"])
    lab.uploads.append(upload, call.files.get("video_file_chunk", b"")[:most])
    return Answer(_wanted(lab, upload))


def finish_video(lab: LabState, call: Call) -> Answer:
    refuse_beyond(call, "upload_phase", "upload_session_id", "title", "description", "published")
    upload = _session(lab, call)
    if lab.uploads.received(upload) < upload.total:
        raise errors.error(
            400, 6000, "There was a problem uploading your video file. Please try again.", subcode=1363019
        )
    media = _become_media(lab, call, upload)
    if flag(call, "published", True):
        publish_film(lab, call, media)
    return Answer({"success": True})


async def get_upload(lab: LabState, call: Call) -> Answer:
    upload = lab.uploads.get("facebook", call.params["id"])
    if upload is None:
        raise errors.not_found(call.params["id"], call.method)
    known = {"id": upload.id, "status": status_of(lab, upload), "published": False, "permalink_url": None}
    return Answer(asked(call, "Video", known | {"post_id": None}, ("id",)))


async def reels(lab: LabState, call: Call) -> Answer:
    """The first and the last phase of a reel; the one between them is sent to an address of its own."""
    phase = call.field("upload_phase")
    if phase == "start":
        refuse_beyond(call, "upload_phase")
        upload = _open(lab, call, -1, {"kind": "reel"})
        address = f"{call.origin}/graph/video-upload/{VERSION}/{upload.id}"
        return Answer({"video_id": upload.id, "upload_url": address})
    if phase != "finish":
        raise errors.not_spoken(f"{call.address} upload_phase={phase}")
    return _close_reel(lab, call)


def _close_reel(lab: LabState, call: Call) -> Answer:
    refuse_beyond(call, "upload_phase", "video_id", "video_state", "title", "description")
    state = call.field("video_state")
    upload = lab.uploads.get("facebook", call.field("video_id"))
    if state not in STATES:
        raise errors.not_spoken(f"{call.address} video_state={state}")
    if upload is None or upload.account != call.who.id or upload.about["kind"] != "reel":
        raise errors.not_found(call.field("video_id"), call.method)
    media = lab.media.get("facebook", upload.id)
    if media is None:
        if upload.total < 0 or lab.uploads.received(upload) < upload.total:
            raise errors.parameter("The video has not been uploaded yet")
        media = _become_media(lab, call, upload)
    if state == "PUBLISHED":
        publish_film(lab, call, media)
    return Answer({"success": True, "post_id": upload.id})


async def receive(lab: LabState, call: Call) -> Answer:
    """Take a reel's file, from a byte on; what arrived of a call that broke is kept."""
    upload = lab.uploads.get("facebook", call.params["id"])
    if upload is None or upload.account != call.who.id:
        raise errors.not_found(call.params["id"], call.method)
    offset, size = call.headers.get("offset", ""), call.headers.get("file_size", "")
    received = lab.uploads.received(upload)
    if not offset.isdigit() or not size.isdigit() or int(offset) > received:
        raise _wrong_place(received)
    upload.total = int(size)
    lab.uploads.save(upload)
    lab.uploads.append(upload, call.raw[received - int(offset) :])
    return Answer({"success": True})


def _wrong_place(received: int) -> Refusal:
    debug = {"retriable": False, "type": "OffsetInvalidError", "message": f"Offset must be {received}"}
    return Refusal(Answer({"debug_info": debug}, 400))


def status_of(lab: LabState, upload: Upload) -> dict[str, Any]:
    """How far an upload is that has not been closed."""
    received = lab.uploads.received(upload)
    whole = 0 <= upload.total <= received
    return {
        "video_status": "upload_complete" if whole else "uploading",
        "uploading_phase": {"status": "complete" if whole else "in_progress", "bytes_transferred": received,
                            "source_file_size": max(upload.total, 0)},
        "processing_phase": {"status": "not_started"}, "publishing_phase": {"status": "not_started"},
    }  # fmt: skip


def _troubled(subcode: int, place: dict[str, str] | None = None) -> Refusal:
    message = "There was a problem uploading your video file. Please try again with another file."
    return errors.error(400, 6000, message, subcode=subcode, data=place)


def _open(lab: LabState, call: Call, total: int, about: dict[str, Any]) -> Upload:
    number = str(122_000_000_000_000 + lab.book.next_number())
    return lab.uploads.save(Upload(number, "facebook", call.who.id, total, "video/mp4", lab.clock.now(), about))


def _session(lab: LabState, call: Call) -> Upload:
    upload = lab.uploads.get("facebook", call.field("upload_session_id")[1:])
    if upload is None or upload.account != call.who.id or lab.clock.now() - upload.created_at > SESSION_LIFE:
        raise errors.error(
            400, 6000, "There was a problem uploading your video file. Please try again.", subcode=1363030
        )
    return upload


def _wanted(lab: LabState, upload: Upload) -> dict[str, str]:
    """The piece that Facebook wants next; the same place twice when it has them all."""
    received = lab.uploads.received(upload) if not upload.result else upload.total
    return {"start_offset": str(received), "end_offset": str(min(received + PIECE, upload.total))}


def _become_media(lab: LabState, call: Call, upload: Upload) -> Media:
    """Turn a whole upload into a video of the page, once."""
    known = lab.media.get("facebook", upload.id)
    if known is not None:
        return known
    data = lab.uploads.content(upload)
    found = _probed(upload, data)
    digest = hashlib.sha256(data).hexdigest()
    media = lab.media.put(
        id=upload.id, network="facebook", account=call.who.id, data=data, found=found, now=lab.clock.now(),
        processing=lab.latency.seconds(call.account, digest, *PROCESSING),
    )  # fmt: skip
    media.extra = {"description": call.field("description"), "title": call.field("title"), **upload.about}
    lab.media.remember(media)
    upload.result = media.id
    lab.uploads.save(upload)
    lab.uploads.discard(upload)
    return media


def _probed(upload: Upload, data: bytes) -> Any:
    try:
        found = probe(data)
    except NotMedia:
        raise refused("video") from None
    shortest, longest = REEL_SECONDS
    if found.kind != "video":
        raise refused("video")
    if upload.about["kind"] == "reel" and not shortest <= found.seconds <= longest:
        raise errors.parameter("A reel lasts from 3 to 90 seconds")
    return found
