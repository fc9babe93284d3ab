"""Views that serve files: to the members of the entity, and to networks with a signed address."""

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from pregonero.errors import NotFound
from pregonero.media import queries
from pregonero.media.errors import UnusableFile
from pregonero.media.range_response import file_response
from pregonero.media.signed_addresses import digest_of_token
from pregonero.media.store import path_of
from pregonero.media.thumbnails import thumbnail_path
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may

MISSING = "La copia de este archivo no está en la carpeta de medios."


@require_GET
def file(request: MemberRequest, pk: int) -> FileResponse:
    """Serve a file to a member of its entity."""
    check_may(request.member, "news.see", now=timezone.now())
    medium = queries.get_medium(member=request.member, pk=pk)
    path = path_of(medium)
    if not path.is_file():
        raise NotFound(MISSING)
    return FileResponse(
        path.open("rb"), content_type=medium.mime, headers={"Cache-Control": "private, max-age=86400, immutable"}
    )


@require_GET
def thumbnail(request: MemberRequest, pk: int, width: int) -> FileResponse:
    """Serve the small version of a file with one of its widths to a member of its entity."""
    check_may(request.member, "news.see", now=timezone.now())
    medium = queries.get_medium(member=request.member, pk=pk)
    try:
        path = thumbnail_path(medium, width)
    except (LookupError, FileNotFoundError, UnusableFile) as error:
        raise NotFound(MISSING) from error
    return FileResponse(
        path.open("rb"), content_type="image/webp", headers={"Cache-Control": "private, max-age=31536000, immutable"}
    )


@require_safe
@login_not_required
def signed_file(request: MemberRequest, token: str) -> HttpResponseBase:
    """Serve the file of a signed address, or the range that is requested, until the signature expires."""
    try:
        medium = queries.medium_by_digest(digest_of_token(token))
    except signing.BadSignature as error:
        raise NotFound from error
    try:
        return file_response(path_of(medium), medium.mime, request.headers.get("Range", ""))
    except FileNotFoundError as error:
        raise NotFound(MISSING) from error
