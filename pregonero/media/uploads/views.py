"""The addresses of the tus 1.0 protocol: start an upload, ask how far it came, go on, and discard it.

Extensions: creation, checksum, expiration and termination.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

from pregonero.errors import NotAllowed, NotFound, Refused
from pregonero.media.store import CHUNK
from pregonero.media.upload_models import ResumableUpload
from pregonero.media.uploads import actions, queries
from pregonero.media.uploads.actions import Digest
from pregonero.media.uploads.errors import BadRequest
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may

VERSION, ALGORITHMS = "1.0.0", ("sha1", "sha256")
CREATED, NO_CONTENT, METHOD_NOT_ALLOWED, PRECONDITION_FAILED, BAD_MEDIA = 201, 204, 405, 412, 415
PART_TYPE = "application/offset+octet-stream"
STATUS: dict[type[Refused], int] = {NotAllowed: 403, NotFound: 404}
MOST_DIGITS = 15  # of a length

P = ParamSpec("P")


def speaks_tus(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[MemberRequest, P], HttpResponse]:
    """Refuse requests of another version of the protocol, and answer a refusal with its status and its sentence."""

    @wraps(view)
    def wrapped(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Refused as refusal:
            status = getattr(refusal, "status", STATUS.get(type(refusal), 400))
            response = HttpResponse(refusal.message, status=status, content_type="text/plain; charset=utf-8")
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


def _other_version(request: MemberRequest) -> HttpResponse | None:
    """Return the answer to a client of another version, which says which one is spoken here."""
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return HttpResponse(status=PRECONDITION_FAILED, headers={"Tus-Version": VERSION})


@require_http_methods(["OPTIONS", "POST"])
@speaks_tus
def uploads(request: MemberRequest) -> HttpResponse:
    """Say what this server understands, or start an upload of a declared length."""
    check_may(request.member, "piece.make", now=timezone.now())
    if request.method == "OPTIONS":
        return HttpResponse(
            status=NO_CONTENT,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": "creation,checksum,expiration,termination",
                "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
                "Tus-Max-Size": str(actions.MAX_SIZE),
            },
        )
    if (other := _other_version(request)) is not None:
        return other
    size = _number(request, "Upload-Length")
    name = _metadata(request).get("filename", "")
    upload = actions.start_upload(size=size, name=name, by=request.member, now=timezone.now())
    headers = {"Location": reverse("media:upload", args=[upload.code])}
    return HttpResponse(status=CREATED, headers=headers | _expiry(upload))


@require_http_methods(["HEAD", "PATCH", "DELETE", "POST"])
@speaks_tus
def upload(request: MemberRequest, code: str) -> HttpResponse:
    """Say how far an upload came, go on with it, or discard it. A POST names the method in a header."""
    member, now = request.member, timezone.now()
    check_may(member, "sections.see", now=now)  # an upload of somebody else is not found, whatever the role
    found = queries.get_upload(member=member, code=code, now=now)
    if (other := _other_version(request)) is not None:
        return other
    method = (
        request.headers.get("X-HTTP-Method-Override", request.method) if request.method == "POST" else request.method
    )
    if method == "HEAD":
        headers = {"Upload-Offset": str(found.received), "Upload-Length": str(found.size)}
        return HttpResponse(headers=headers | _expiry(found))
    if method == "DELETE":
        actions.discard_upload(upload=found, by=member, now=now)
        return HttpResponse(status=NO_CONTENT)
    if method != "PATCH":
        return HttpResponse(status=METHOD_NOT_ALLOWED)
    if request.content_type != PART_TYPE:
        return HttpResponse(status=BAD_MEDIA)
    offset, checksum = _number(request, "Upload-Offset"), _checksum(request)
    found = actions.append_part(
        upload=found, offset=offset, chunks=_chunks(request), checksum=checksum, by=member, now=now
    )
    return HttpResponse(status=NO_CONTENT, headers={"Upload-Offset": str(found.received)} | _expiry(found))


def _chunks(request: MemberRequest) -> Iterator[bytes]:
    """Yield the body as it arrives; a cut connection ends it, and what came before counts."""
    while True:
        try:
            chunk = request.read(CHUNK)
        except UnreadablePostError:
            return
        if not chunk:
            return
        yield chunk


def _expiry(upload: ResumableUpload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at.timestamp())}


def _number(request: MemberRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise BadRequest(f"Falta {header}, o no es un número.")
    return int(text)


def _metadata(request: MemberRequest) -> dict[str, str]:
    """Return the values of `Upload-Metadata`: pairs of a key and base64, separated by commas."""
    pairs = (pair.split() for pair in request.headers.get("Upload-Metadata", "").split(",") if pair.strip())
    return {key: _decode(encoded[0] if encoded else "").decode(errors="replace") for key, *encoded in pairs}


def _checksum(request: MemberRequest) -> Digest | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest(f"De las sumas se entienden {' y '.join(ALGORITHMS)}.")
    return Digest(algorithm, _decode(encoded))


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("Un dato de la subida no está en base64.") from error
