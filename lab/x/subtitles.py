"""Subtitles for X's videos: a file uploaded like any other, and told to which video it belongs."""

from __future__ import annotations

import re

from lab.ledger import Media
from lab.ledger.media import Probe
from lab.messages import Answer, Call
from lab.state import LabState
from lab.x import problems

CATEGORY = KIND = "subtitles"
CATEGORIES = ("AmplifyVideo", "TweetVideo")
TIME = re.compile(rb"(?:\d+:)?\d\d:\d\d[.,]\d{3} --> (?:\d+:)?\d\d:\d\d[.,]\d{3}")


def take(lab: LabState, call: Call, id: str, data: bytes) -> Media:
    if not TIME.search(data):
        raise problems.invalid("media", "", "media type unrecognized: not SubRip nor WebVTT")
    mime = "text/vtt" if data.startswith(b"WEBVTT") else "text/srt"
    found = Probe(KIND, mime, 0, 0)
    return lab.media.put(id=id, network="x", account=call.who.id, data=data, found=found, now=lab.clock.now())


async def create(lab: LabState, call: Call) -> Answer:
    about = call.fields.get("subtitles") or {}
    video = _own(lab, call, str(call.fields.get("id") or ""), "video")
    track = _own(lab, call, str(about.get("id") or ""), KIND)
    if call.fields.get("media_category") not in CATEGORIES or not about.get("language_code"):
        raise problems.invalid("media_category", str(call.fields.get("media_category")), "media_category is not valid")
    named = {"id": track.id, "language_code": about["language_code"], "display_name": about.get("display_name", "")}
    video.extra["subtitles"] = [*video.extra.get("subtitles", []), named]
    lab.media.remember(video)
    answer = {"id": video.id, "media_category": call.fields["media_category"], "associated_subtitles": named}
    return Answer({"data": answer})


def _own(lab: LabState, call: Call, id: str, kind: str) -> Media:
    media = lab.media.get("x", id)
    if media is None or media.account != call.who.id or media.kind != kind:
        raise problems.invalid("id", id, "Your media IDs are invalid.")
    return media
