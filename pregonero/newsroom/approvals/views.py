"""Pages and acts of the approval of a piece (P-4, P-5)."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused, WrongState
from pregonero.newsroom.approvals import queries
from pregonero.newsroom.approvals.actions import decisions, guests
from pregonero.newsroom.approvals.forms import ApproveForm, GuestForm, SeenForm, SendBackForm, SendForm, UrgentForm
from pregonero.newsroom.approvals.links import phone_path, version_id_of
from pregonero.newsroom.approvals.panel import panel_of
from pregonero.newsroom.piece_models import Piece, PieceVersion
from pregonero.newsroom.pieces.queries import get_piece, get_version, get_version_of, last_version
from pregonero.newsroom.recipients import to_people
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.on_behalf.forms import ActForm
from pregonero.people.on_behalf.queries import outside_people
from pregonero.people.queries import networks_people
from pregonero.people.rules import check_may

NEW_LINK = "new_guest_link"  # in the session: the address that is shown once


@never_cache
@require_GET
def approval(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the last version of a piece with what was decided, and what this person may decide."""
    check_may(request.member, "piece.see", now=timezone.now())
    return _page(request, get_piece(member=request.member, pk=pk))


def _page(request: MemberRequest, piece: Piece, **forms: Form) -> HttpResponse:
    member, now = request.member, timezone.now()
    panel = panel_of(member=member, piece=piece, now=now)
    if panel is None:
        raise WrongState("La pieza todavía no tiene un archivo.")
    seen = {"version": panel.version.pk}
    new_link = request.session.pop(NEW_LINK, None) if not forms else None
    context = {
        "panel": panel,
        "back_form": SendBackForm(initial=seen),
        "send_form": SendForm(),
        "urgent_form": UrgentForm(initial=seen),
        "guest_form": GuestForm(),
        "new_link": new_link,
        "phone_path": request.build_absolute_uri(phone_path(panel.version, now=now)) if panel.approves else "",
        "now": now,
        **forms,
    }
    return render(request, "newsroom/approvals/page.html", context, status=UNPROCESSABLE if forms else None)


@never_cache
@require_GET
def phone_approval(request: MemberRequest, token: str) -> HttpResponse:
    """Show alone the version that a signed link opens, big, with the two taps that approve it."""
    member, now = request.member, timezone.now()
    check_may(member, "piece.see", now=now)
    version = get_version(member=member, pk=version_id_of(token, now=now))
    piece = get_piece(member=member, pk=version.piece_id)
    panel = panel_of(member=member, piece=piece, now=now)
    context = {
        "panel": panel,
        "version": version,
        "is_last": panel is not None and panel.version == version,
        "now": now,
    }
    return render(request, "newsroom/approvals/phone.html", context)


@require_POST
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    """Approve the version that the person saw."""
    member, form = request.member, ApproveForm(request.POST)
    check_may(member, "piece.approve", now=timezone.now())
    version = _version_of(form, member, pk)
    data = form.cleaned_data
    decisions.approve_version(version=version, digest=data["digest"], note=data["note"], by=member, now=timezone.now())
    messages.success(request, f"Aprobaste la {version}. Falta enviarla a quienes publican.")
    return _back(pk)


@require_POST
def send_back(request: MemberRequest, pk: int) -> HttpResponse:
    """Send a version back to its authors."""
    member, form = request.member, SendBackForm(request.POST)
    check_may(member, "piece.approve", now=timezone.now())
    piece = get_piece(member=member, pk=pk)
    if not form.is_valid():
        return _page(request, piece, back_form=form)
    version = get_version_of(member=member, piece_pk=pk, pk=form.cleaned_data["version"])
    decisions.send_back(version=version, note=form.cleaned_data["note"], by=member, now=timezone.now())
    messages.success(request, "La devolviste: ya le avisamos a quien la hizo.")
    return _back(pk)


@require_POST
def send_piece(request: MemberRequest, pk: int) -> HttpResponse:
    """Send the approved version to those responsible for the networks."""
    member, form, now = request.member, SendForm(request.POST), timezone.now()
    check_may(member, "piece.send", now=now)
    piece = get_piece(member=member, pk=pk)
    approved = queries.get_approval_of(piece)
    if not form.is_valid():
        return _page(request, piece, send_form=form)
    decisions.send_piece(approval=approved, note=form.cleaned_data["note"], by=member, now=now)
    told = networks_people(piece.entity, today=timezone.localdate(now))
    messages.success(request, f"Enviada: les avisamos {to_people(told)}.")
    return _back(pk)


@require_POST
def receive(request: MemberRequest, pk: int) -> HttpResponse:
    """Acknowledge the piece that was sent to this person."""
    check_may(request.member, "piece.see", now=timezone.now())
    approved = queries.get_approval_of(get_piece(member=request.member, pk=pk))
    sending = queries.sending_of(approved)
    if sending is None:
        raise WrongState("La pieza todavía no se ha enviado.")
    sending.approval = approved
    decisions.receive_piece(sending=sending, by=request.member, now=timezone.now())
    return _back(pk)


@require_POST
def ask_urgent(request: MemberRequest, pk: int) -> HttpResponse:
    """Sign first an urgent approval."""
    member, form = request.member, UrgentForm(request.POST)
    check_may(member, "piece.urgent", now=timezone.now())
    piece = get_piece(member=member, pk=pk)
    if not form.is_valid():
        return _page(request, piece, urgent_form=form)
    version = get_version_of(member=member, piece_pk=pk, pk=form.cleaned_data["version"])
    decisions.ask_urgent(version=version, reason=form.cleaned_data["reason"], by=member, now=timezone.now())
    messages.success(request, "Firmaste. Falta la firma de otra persona: ya le avisamos.")
    return _back(pk)


@require_POST
def sign_urgent(request: MemberRequest, pk: int) -> HttpResponse:
    """Sign second an urgent approval."""
    member, form = request.member, SeenForm(request.POST)
    check_may(member, "piece.urgent", now=timezone.now())
    version = _version_of(form, member, pk)
    decisions.sign_urgent(version=version, digest=form.cleaned_data["digest"], by=member, now=timezone.now())
    messages.success(request, "Con tu firma queda aprobada por la vía urgente.")
    return _back(pk)


@require_http_methods(["GET", "POST"])
def record_approval(request: MemberRequest, pk: int) -> HttpResponse:
    """Record that the neighbouring procedure approved the last version, with its proof."""
    member, now = request.member, timezone.now()
    check_may(member, "acts.record", now=now)
    piece = get_piece(member=member, pk=pk)
    version = last_version(piece)
    if version is None:
        raise WrongState("La pieza todavía no tiene un archivo.")
    version.piece = piece
    initial = {"what": f"Aprobó la {version} de «{piece.title}».", "day": timezone.localdate(now)}
    form = ActForm(request.POST or None, request.FILES or None, people=outside_people(piece.entity), initial=initial)
    if form.is_valid():
        try:
            decisions.record_approval(version=version, act=form.act_about(piece.ref), by=member, now=now)
        except WrongState:
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Quedó aprobada en el procedimiento vecino, con su prueba.")
            return _back(pk)
    context = {"form": form, "piece": piece, "version": version}
    return render(request, "newsroom/approvals/act.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def invite_guest(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a link for whoever speaks in the piece; its address is shown once."""
    member, form = request.member, GuestForm(request.POST)
    check_may(member, "piece.invite", now=timezone.now())
    piece = get_piece(member=member, pk=pk)
    version = last_version(piece)
    if version is None or not form.is_valid():
        return _page(request, piece, guest_form=form)
    link, code = guests.invite_guest(version=version, name=form.cleaned_data["name"], by=member, now=timezone.now())
    path = reverse("public:guest_piece", args=[piece.entity.slug, code])
    request.session[NEW_LINK] = {"name": link.name, "address": request.build_absolute_uri(path)}
    return HttpResponseRedirect(f"{reverse('newsroom:approval', args=[pk])}#invitados")


@require_POST
def close_guest_link(request: MemberRequest, pk: int) -> HttpResponse:
    """Close a guest link before it expires."""
    link = queries.get_guest_link(member=request.member, pk=pk)
    guests.close_guest_link(link=link, by=request.member, now=timezone.now())
    messages.success(request, f"El enlace de {link.name} ya no abre la pieza.")
    return _back(link.version.piece_id)


def _version_of(form: SeenForm, member: Member, pk: int) -> PieceVersion:
    form.check()
    return get_version_of(member=member, piece_pk=pk, pk=form.cleaned_data["version"])


def _back(pk: int) -> HttpResponse:
    return redirect(reverse("newsroom:approval", args=[pk]))
