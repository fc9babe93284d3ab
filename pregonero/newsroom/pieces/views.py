"""Pages of pieces: the list, one piece with its versions and notes, and two versions side by side (D-1, P-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.newsroom.forms import ReasonForm
from pregonero.newsroom.piece_models import Piece, PieceNote, PieceState, PieceVersion
from pregonero.newsroom.pieces import actions, queries
from pregonero.newsroom.pieces.forms import NoteForm
from pregonero.newsroom.pieces.places import words_of
from pregonero.newsroom.pieces.rules import may_resolve
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.rules import check_may, may

PAGE_SIZE = 50
SPOTS_ACROSS = 40  # how many marks of notes fit side by side on a picture
# The tabs: the name in the address, the states, and the name on the screen.
TABS = (
    ("en-curso", (PieceState.PREPARING, PieceState.REVIEW, PieceState.CHANGES), "En curso"),
    ("aprobadas", (PieceState.APPROVED, PieceState.SENT), "Aprobadas"),
    ("retiradas", (PieceState.WITHDRAWN,), "Retiradas"),
    ("todas", tuple(PieceState), "Todas"),
)


@dataclass(frozen=True)
class NoteRow:
    """A note as the page shows it: its number in the list, where it is, and its spot in pixels of the picture."""

    note: PieceNote
    position: int
    place: str
    left: float | None
    top: float | None
    may_resolve: bool


@require_GET
def pieces(request: MemberRequest) -> HttpResponse:
    """Show the pieces of one tab, the last created first."""
    member, now = request.member, timezone.now()
    check_may(member, "piece.see", now=now)
    slug, states, label = next((tab for tab in TABS if tab[0] == request.GET.get("estado")), TABS[0])
    counts = queries.piece_counts(member.entity)
    page = Paginator(queries.pieces_of(member.entity, states), PAGE_SIZE).get_page(request.GET.get("pagina"))
    context = {
        "tabs": [(name, text, sum(counts[state] for state in kept), name == slug) for name, kept, text in TABS],
        "label": label,
        "page": page,
        "rows": queries.rows_of(list(page.object_list)),
        "may_make": may(member, "piece.make", now=now),
        "now": now,
    }
    return render(request, "newsroom/pieces.html", context)


@require_GET
def piece_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a piece with one of its versions, the last one unless another is asked for, and the notes on it."""
    check_may(request.member, "piece.see", now=timezone.now())
    return _piece_page(request, queries.get_piece(member=request.member, pk=pk))


def _piece_page(request: MemberRequest, piece: Piece, note_form: NoteForm | None = None) -> HttpResponse:
    member, now = request.member, timezone.now()
    versions = queries.versions_of(piece)
    version = _asked(versions, request.GET.get("version"))
    is_last = bool(versions) and version == versions[0]
    may_note = is_last and piece.state != PieceState.WITHDRAWN and may(member, "piece.note", now=now)
    context = {
        "piece": piece,
        "versions": versions,
        "version": version,
        "is_last": is_last,
        "rows": _rows(version, member, now, is_last=is_last) if version else [],
        "radius": version.medium.width / SPOTS_ACROSS if version else 0,
        "note_form": (note_form or NoteForm(is_audiovisual=piece.is_audiovisual)) if may_note else None,
        "may_make": piece.state != PieceState.WITHDRAWN and may(member, "piece.make", now=now),
        "now": now,
    }
    return render(request, "newsroom/piece.html", context, status=UNPROCESSABLE if note_form else None)


def _asked(versions: Sequence[PieceVersion], number: str | None) -> PieceVersion | None:
    """Return the version with a number; without one, the last; None for a piece without versions."""
    if not number:
        return versions[0] if versions else None
    found = next((version for version in versions if str(version.number) == number), None)
    if found is None:
        raise NotFound("Esta pieza no tiene esa versión.")
    return found


def _rows(version: PieceVersion, member: Member, now: datetime, *, is_last: bool) -> list[NoteRow]:
    width, height = version.medium.width, version.medium.height
    return [
        NoteRow(
            note,
            position,
            words_of(note),
            None if note.x is None else note.x * width / 1000,
            None if note.y is None else note.y * height / 1000,
            is_last and note.resolved_at is None and may_resolve(member, note, now=now),
        )
        for position, note in enumerate(queries.notes_of(version), start=1)
    ]


@require_POST
def write_note(request: MemberRequest, pk: int) -> HttpResponse:
    """Write a note on the last version of a piece."""
    member, now = request.member, timezone.now()
    piece = queries.get_piece(member=member, pk=pk)
    check_may(member, "piece.note", now=now)
    form, version = NoteForm(request.POST, is_audiovisual=piece.is_audiovisual), queries.last_version(piece)
    if version is None:
        raise NotFound("Esta pieza todavía no tiene versiones.")
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.write_note(
                version=version,
                text=data["text"],
                place=form.place(),
                must_change=data["must_change"],
                by=member,
                now=now,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Nota guardada.")
            return redirect(f"{piece.get_absolute_url()}#notas")
    return _piece_page(request, piece, form)


@require_POST
def resolve_note(request: MemberRequest, pk: int) -> HttpResponse:
    """Say that a note was attended."""
    note = queries.get_note(member=request.member, pk=pk)
    note = actions.resolve_note(note=note, by=request.member, now=timezone.now())
    messages.success(request, "Nota resuelta.")
    return redirect(f"{note.version.piece.get_absolute_url()}#notas")


@require_GET
def compare(request: MemberRequest, pk: int) -> HttpResponse:
    """Show two versions of a piece side by side; without numbers, the last two."""
    check_may(request.member, "piece.see", now=timezone.now())
    piece = queries.get_piece(member=request.member, pk=pk)
    versions = queries.versions_of(piece)
    if not versions:
        raise NotFound("Esta pieza todavía no tiene versiones.")
    second = _asked(versions, request.GET.get("b"))
    earlier = [version for version in versions if second is None or version.number < second.number]
    first = _asked(versions, request.GET.get("a")) if request.GET.get("a") else (earlier or versions)[0]
    sides = [(version, queries.notes_of(version)) for version in (first, second) if version]
    choices = [("a", "Primera", first), ("b", "Segunda", second)]
    context = {"piece": piece, "versions": versions, "sides": sides, "choices": choices}
    return render(request, "newsroom/piece_comparison.html", context)


@require_http_methods(["GET", "POST"])
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why a piece is withdrawn, and withdraw it."""
    member, now = request.member, timezone.now()
    piece = queries.get_piece(member=member, pk=pk)
    check_may(member, "piece.make", now=now)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.withdraw_piece(piece=piece, reason=form.cleaned_data["reason"], by=member, now=now)
        messages.success(request, "Pieza retirada.")
        return redirect(piece)
    context = {"piece": piece, "form": form}
    return render(request, "newsroom/piece_withdrawal.html", context, status=UNPROCESSABLE if form.errors else None)
