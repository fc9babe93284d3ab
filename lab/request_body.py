"""Request bodies: JSON, urlencoded forms, and multipart forms with files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

NAME = re.compile(rb'\bname="?([^";]+)"?')
FILENAME = re.compile(rb'\bfilename="?([^";]*)"?')
BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')


class BadBody(Exception):
    """The body is not what its Content-Type says."""


@dataclass
class Body:
    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    filenames: dict[str, str] = field(default_factory=dict)


def parse(content_type: str, raw: bytes) -> Body:
    """Return the fields and files of a body; a type without fields, such as video/mp4, has none.

    Raises BadBody when the bytes do not match the Content-Type.
    """
    if not raw:
        return Body()
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return Body(_json(raw))
    if kind == "application/x-www-form-urlencoded":
        return Body(dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)))
    if kind == "multipart/form-data":
        return _multipart(content_type, raw)
    if kind == "multipart/related":
        return _related(content_type, raw)
    return Body()


def _related(content_type: str, raw: bytes) -> Body:
    """Read Google's multipart/related upload: the JSON metadata, then the bytes of the file."""
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        raise BadBody("the Content-Type has no boundary")
    parts = [
        part.replace(b"\r\n", b"\n").partition(b"\n\n")[2] for part in raw.split(b"--" + boundary[1].encode())[1:3]
    ]
    if len(parts) != 2:  # noqa: PLR2004
        raise BadBody("multipart/related must have two parts")
    return Body(_json(parts[0]), {"media": parts[1].removesuffix(b"\n")})


def _json(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError as cause:
        raise BadBody("the body is not JSON") from cause
    if not isinstance(value, dict):
        raise BadBody("the body is not a JSON object")
    return value


def _multipart(content_type: str, raw: bytes) -> Body:
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        raise BadBody("the Content-Type has no boundary")
    body = Body()
    for part in raw.split(b"--" + boundary[1].encode())[1:]:
        head, separator, content = part.partition(b"\r\n\r\n")
        name = NAME.search(head)
        if not separator or name is None:
            continue
        key, value = name[1].decode("utf-8", "replace"), content.removesuffix(b"\r\n")
        filename = FILENAME.search(head)
        if filename is not None:
            body.files[key], body.filenames[key] = value, filename[1].decode("utf-8", "replace")
        else:
            body.fields[key] = value.decode("utf-8", "replace")
    return body
