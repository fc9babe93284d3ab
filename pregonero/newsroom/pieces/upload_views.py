"""Pages that receive files: a new piece, or several at once, and another version of a piece (D-1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pregonero.errors import UNPROCESSABLE, NotAllowed, Refused
from pregonero.media.models import Medium
from pregonero.media.uploads.actions import store_whole
from pregonero.newsroom.brand.queries import usable_templates
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.piece_models import Piece
from pregonero.newsroom.pieces import actions, queries
from pregonero.newsroom.pieces.actions import VersionContent
from pregonero.newsroom.pieces.files import check_weight, receive_file
from pregonero.newsroom.pieces.forms import NewVersionForm, PieceForm, VersionForm
from pregonero.newsroom.pieces.sources import SourceNotFound, source_at
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import PIECE_MAKERS
from pregonero.people.rules import check_may


def _makers(member: Member, now: datetime) -> Sequence[Member]:
    """Return who else may have made a piece."""
    makers = members_with(member.entity, PIECE_MAKERS, today=timezone.localdate(now))
    return [maker for maker in makers if maker != member]


@require_http_methods(["GET", "POST"])
def create(request: MemberRequest) -> HttpResponse:
    """Create a piece; several files make several pieces."""
    member, now = request.member, timezone.now()
    check_may(member, "piece.make", now=now)
    form = PieceForm(
        request.POST or None,
        request.FILES or None,
        makers=_makers(member, now),
        initial={"source": request.GET.get("completa", "")[:500]},
    )
    if form.is_valid():
        try:
            check_weight(request)
            created = _create(member, form, now)
        except SourceNotFound as refusal:
            form.add_error("source", refusal.message)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            messages.success(
                request, f"{created[0].reference} creada." if len(created) == 1 else f"{len(created)} piezas creadas."
            )
            return redirect(created[0] if len(created) == 1 else "newsroom:pieces")
    context = {"form": form, "templates": usable_templates(member.entity, today=timezone.localdate(now))}
    return render(request, "newsroom/piece_form.html", context, status=UNPROCESSABLE if form.errors else None)


def _create(member: Member, form: PieceForm, now: datetime) -> list[Piece]:
    """Store the files, and create a piece for each; without files, one without versions."""
    source: News | Need = source_at(member=member, address=form.cleaned_data["source"])
    media = _media(member, form, now)
    contents = _contents(member, form, media, now) or [None]
    return [
        actions.create_piece(
            data=form.data_of(position, len(contents)), source=source, content=content, by=member, now=now
        )
        for position, content in enumerate(contents, start=1)
    ]


def _media(member: Member, form: VersionForm, now: datetime) -> list[Medium]:
    """Store the files that came with the form, and those that went up before it in parts."""
    data = form.cleaned_data
    received = [receive_file(file, expected="media", by=member, now=now) for file in data["file"]]
    return received + [store_whole(code=code, expected="media", by=member, now=now) for code in data["uploads"]]


def _contents(member: Member, form: VersionForm, media: Sequence[Medium], now: datetime) -> list[Any]:
    """Return what the version of each file holds."""
    data = form.cleaned_data
    captions = receive_file(data["captions"], expected="captions", by=member, now=now) if data["captions"] else None
    return [
        VersionContent(
            medium=medium,
            alt=data["alt"].strip(),
            transcript=data["transcript"].strip(),
            captions=captions,
            what_changed=data.get("what_changed", "").strip(),
            authors=form.chosen_authors(),
        )
        for medium in media
    ]


@require_http_methods(["GET", "POST"])
def add_version(request: MemberRequest, pk: int) -> HttpResponse:
    """Add a version to a piece, with another file or with the same one and other texts."""
    member, now = request.member, timezone.now()
    piece = queries.get_piece(member=member, pk=pk)
    check_may(member, "piece.make", now=now)
    last = queries.last_version(piece)
    shown = {"alt": last.alt, "transcript": last.transcript} if last else {}
    form = NewVersionForm(request.POST or None, request.FILES or None, makers=_makers(member, now), initial=shown)
    if form.is_valid():
        try:
            check_weight(request)
            version = _add(member, piece, form, now)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            messages.success(request, f"Versión {version.number} subida: espera aprobación.")
            return redirect(piece)
    context = {"form": form, "piece": piece, "last": last}
    return render(request, "newsroom/piece_version_form.html", context, status=UNPROCESSABLE if form.errors else None)


def _add(member: Member, piece: Piece, form: NewVersionForm, now: datetime) -> Any:
    last, data = queries.last_version(piece), form.cleaned_data
    if len(data["file"]) + len(data["uploads"]) > 1:
        raise Refused("Una versión lleva un solo archivo.")
    media = _media(member, form, now)
    if not media and last is not None:
        media = [last.medium]
    if not media:
        raise Refused("Elige el archivo.")
    (content,) = _contents(member, form, media, now)
    if last is not None and content.captions is None:
        content = VersionContent(**vars(content) | {"captions": last.captions})
    return actions.add_version(piece=piece, content=content, by=member, now=now)
