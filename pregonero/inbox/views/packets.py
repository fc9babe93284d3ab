"""The packet of a petition: downloading it, seeing its capture, and having it made again (Q-5)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import NotFound, WrongState
from pregonero.inbox import petition_queries, queries
from pregonero.inbox.actions.packets import ask_for_packet
from pregonero.inbox.models import PetitionPacket
from pregonero.inbox.packets.contents import file_in
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may

TYPES = {"captura.pdf": "application/pdf", "peticion.json": "application/json", "captura-1.png": "image/png"}


def _packet(request: MemberRequest, pk: int) -> PetitionPacket:
    petition = queries.get_petition(member=request.member, pk=pk)
    check_may(request.member, "inbox.see", now=timezone.now())
    packet = petition_queries.latest_packet(petition)
    if packet is None:
        raise WrongState("El paquete se está haciendo: vuelve en un minuto.")
    if packet.content is None:
        raise WrongState("El paquete se borró con los datos de la persona.")
    return packet


@require_GET
def download(request: MemberRequest, pk: int) -> HttpResponse:
    """Download the latest packet as a ZIP."""
    content = bytes(_packet(request, pk).content or b"")
    headers = {"Content-Disposition": f'attachment; filename="peticion-{pk}.zip"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@require_GET
def file(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """Return one file of the latest packet."""
    content = file_in(bytes(_packet(request, pk).content or b""), name) if name in TYPES else None
    if content is None:
        raise NotFound
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=TYPES[name], headers=headers)


@require_POST
def make_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Have the packet made again, with what the conversation says now."""
    petition = queries.get_petition(member=request.member, pk=pk)
    ask_for_packet(petition=petition, by=request.member, now=timezone.now())
    messages.success(request, "El paquete se hace otra vez: estará en un minuto.")
    return redirect(petition)
