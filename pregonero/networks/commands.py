"""The output of `pregonero inspect`: the measures of a file, a network's issues about it, and its conversion."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from pregonero.errors import Issue
from pregonero.media.captions import cues, decode
from pregonero.media.errors import UnusableFile
from pregonero.media.formats import label_of
from pregonero.media.models import MediumKind
from pregonero.media.store import CHUNK, StoredFile, convert_picture, convert_video, path_of, store_upload
from pregonero.networks.base import Medium, Post, Traits
from pregonero.networks.media_conversion import CannotConvert, ConversionPlan, conversion_plan
from pregonero.networks.post_validation import REEL, decimal
from pregonero.networks.registry import connector, kinds_of

CAPTIONS_ENDINGS = {".srt", ".vtt"}
SAMPLE = "Prueba"  # the text, the title and the alternative text of the post that is checked


def report(*, path: Path, network: str, is_reel: bool, as_json: bool) -> int:
    """Inspect a file, print the result as text or JSON, and return the exit code: 0 if the network accepts the file."""
    data = inspect_file(path, network, is_reel=is_reel)
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else _as_text(data))
    return 0 if data["ok"] else 1


def inspect_file(path: Path, network: str, *, is_reel: bool = False) -> dict[str, Any]:
    """Return what is seen in a file, and, with a network, its issues about the file and what the conversion makes.

    The file is received as an upload, into the media folder of the settings.
    """
    data: dict[str, Any] = {"file": path.name, "ok": False, "refused": None, "seen": None, "received": None}
    data |= {"network": network or None, "accepts": kinds_of(network).names if network else None}
    data |= {"issues": [], "conversion": None}
    is_captions = path.suffix.lower() in CAPTIONS_ENDINGS
    try:
        stored = _receive(path, "captions" if is_captions else "media")
    except UnusableFile as refusal:
        return data | {"refused": refusal.message}
    data["seen"], data["received"] = _measures(stored.original or stored), _measures(stored)
    if is_captions:
        text = decode(path_of(stored).read_bytes())
        return data | {
            "ok": True,
            "cues": [dict(zip(("start", "end", "text"), cue, strict=True)) for cue in cues(text)],
        }
    if not network:
        return data | {"ok": True}
    form = REEL if is_reel else ""
    issues = _issues(network, _medium_of(stored), form)
    conversion = _convert(network, stored, form) if issues else None
    return data | {"ok": not issues, "issues": _as_data(issues), "conversion": conversion}


def _receive(path: Path, expected: str) -> StoredFile:
    with path.open("rb") as file:
        return store_upload(iter(lambda: file.read(CHUNK), b""), path.name, expected=expected)


def _measures(stored: StoredFile) -> dict[str, Any]:
    return {
        "kind": stored.kind,
        "format": label_of(stored.mime),
        "mime": stored.mime,
        "bytes": stored.size,
        "width": stored.width,
        "height": stored.height,
        "seconds": stored.seconds,
        **stored.traits,
        "steps": list(stored.steps),
    }


def _medium_of(stored: StoredFile) -> Medium:
    measures = {
        name: getattr(stored, name) for name in ("kind", "mime", "sha256", "size", "width", "height", "seconds")
    }
    return Medium(path=path_of(stored), alt=SAMPLE, traits=Traits(**stored.traits), **measures)


def _issues(network: str, medium: Medium, form: str) -> list[Issue]:
    post = Post(SAMPLE, title=SAMPLE, media=(medium,), format=form)
    return [issue for issue in connector(network).check(post) if issue.field.startswith("media")]


def _convert(network: str, stored: StoredFile, form: str) -> dict[str, Any]:
    """Make the version that the network accepts; return its steps, its measures and the issues that are left."""
    try:
        plan = conversion_plan(_medium_of(stored), connector(network).capabilities, kinds_of(network), form)
        made = _make(plan, stored)
    except CannotConvert as reason:
        return {"possible": False, "reason": reason.reason, "steps": [], "made": None, "issues": []}
    except UnusableFile as refusal:
        return {"possible": False, "reason": refusal.message, "steps": [], "made": None, "issues": []}
    left = _issues(network, _medium_of(made), form)
    return {
        "possible": True,
        "reason": None,
        "steps": list(plan.steps),
        "made": _measures(made),
        "issues": _as_data(left),
    }


def _make(plan: ConversionPlan, stored: StoredFile) -> StoredFile:
    if stored.kind == MediumKind.VIDEO:
        return convert_video(path_of(stored), plan.conversion, lambda percent: None)
    return convert_picture(path_of(stored), plan.conversion)


def _as_data(issues: Iterable[Issue]) -> list[dict[str, str]]:
    return [{"key": issue.key, "text": issue.text} for issue in issues]


def _as_text(data: dict[str, Any]) -> str:
    label = connector(data["network"]).capabilities.label if data["network"] else ""
    if data["refused"]:
        return f"✗ {data['refused']}" + (f" {label} recibe {data['accepts']}." if label else "")
    seen, received, conversion = data["seen"], data["received"], data["conversion"]
    lines = [f"Es {_sentence(seen)}"]
    if received["steps"]:
        lines.append(f"Se recibe como {_sentence(received)} Antes: {', '.join(received['steps'])}.")
    lines += [f"✗ {issue['text']}" for issue in data["issues"]]
    if conversion and conversion["possible"]:
        lines += [f"Se puede arreglar: {', '.join(conversion['steps'])}.", f"Queda {_sentence(conversion['made'])}"]
    elif conversion:
        lines.append(f"No se puede arreglar: {conversion['reason']}")
    elif label and seen["kind"] != MediumKind.CAPTIONS:
        lines.append(f"✓ {label} lo recibe como está.")
    return "\n".join(lines)


def _sentence(measures: dict[str, Any]) -> str:
    if measures["kind"] == MediumKind.CAPTIONS:
        return f"un archivo de subtítulos, con {measures['frames']}."
    size = f"{measures['format']}, {measures['width']} × {measures['height']}, {decimal(measures['bytes'] / 1e6)} MB"
    length = f", {decimal(measures['seconds'])} s" if measures["kind"] == MediumKind.VIDEO else ""
    return f"{size}{length}."
