"""What a person does in the editor with pictures and videos; what they had written is saved first."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import Conflict, NotFound, Refused
from pregonero.media.actions import save_upload
from pregonero.media.models import Medium, MediumKind
from pregonero.media.store import MAX_UPLOAD_BYTES, store_upload
from pregonero.networks.registry import connector
from pregonero.people.middleware import MemberRequest
from pregonero.publishing import actions, media_versions, queries, rules
from pregonero.publishing.actions import Described
from pregonero.publishing.editor import editor_of
from pregonero.publishing.forms import BesideForm, FixForm, UploadForm
from pregonero.publishing.models import Attachment, Publication
from pregonero.publishing.views.editor import UNPROCESSABLE, save_written, show_both, show_editor

Act = Callable[[Publication], str]


@require_POST
def upload(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Add a file of the person's to an account's text, and to others' when they say so."""

    def act(publication: Publication) -> str:
        form = UploadForm(account, request.POST, request.FILES)
        file = _file_of(request, form, "file")
        medium = _kept(request, file, "media")
        said = form.cleaned_data
        accounts = _accounts(publication, account, medium, everywhere=said["everywhere"])
        described = Described(said["alt"], said["because"])
        _attach(request, publication, accounts, medium, described)
        return "Archivo agregado." if len(accounts) == 1 else f"Archivo agregado en {len(accounts)} redes."

    return _after_saving(request, pk, account, act)


@require_POST
def from_news(request: MemberRequest, pk: int, account: int, kind: str) -> HttpResponse:
    """Add the news' own picture or video to an account's text."""

    def act(publication: Publication) -> str:
        news = publication.news
        medium = {"imagen": news.picture, "video": news.video}.get(kind) if news is not None else None
        if medium is None:
            raise NotFound("La noticia no trae ese archivo.")
        _attach(request, publication, [account], medium, Described())
        return "Archivo agregado."

    return _after_saving(request, pk, account, act)


@require_POST
def change(request: MemberRequest, pk: int, attachment: int, act: str) -> HttpResponse:
    """Take a medium away, put it before or after, fix it, or give it what goes beside it."""
    present = queries.get_attachment(member=request.member, pk=attachment)
    if present.adaptation.publication_id != pk or act not in CHANGES:
        raise NotFound
    do = CHANGES[act]
    return _after_saving(request, pk, present.adaptation.account_id, lambda _: do(request, present))


def _after_saving(request: MemberRequest, pk: int, account: int, act: Act) -> HttpResponse:
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    if not page.is_valid:
        return show_editor(request, page, now, status=UNPROCESSABLE)
    try:
        publication = save_written(request, page, now)
    except Conflict:
        return show_both(request, pk, now, request.POST)
    try:
        messages.success(request, act(publication))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(f"{reverse('publishing:editor', args=[pk])}#red-{account}")


def _attach(
    request: MemberRequest, publication: Publication, accounts: Iterable[int], medium: Medium, described: Described
) -> None:
    actions.attach_medium(
        publication=publication, accounts=accounts, medium=medium, by=request.member, now=timezone.now(),
        described=described,
    )  # fmt: skip


def _accounts(publication: Publication, account: int, medium: Medium, *, everywhere: bool) -> list[int]:
    """Return the account, and the others whose networks take such a medium, when it goes everywhere."""
    others = queries.going_adaptations(publication) if everywhere else []
    taking = [each.account_id for each in others if _takes(each.account.network, medium)]
    return [account, *(each for each in taking if each != account)]


def _takes(network: str, medium: Medium) -> bool:
    caps = connector(network).capabilities
    return caps.takes_pictures if medium.kind == MediumKind.PICTURE else caps.takes_video


def _file_of(request: MemberRequest, form: Any, name: str) -> "UploadedFile[Any]":
    if getattr(request, "upload_too_large", False):
        raise Refused(f"El archivo pesa más de {MAX_UPLOAD_BYTES // 1024**2} MB: no se recibe.")
    file = form.cleaned_data.get(name) if form.is_valid() else None
    if not file:
        raise Refused("Elige primero el archivo.")
    found: UploadedFile[Any] = file
    return found


def _kept(request: MemberRequest, file: "UploadedFile[Any]", expected: str) -> Medium:
    stored = store_upload(file.chunks(), file.name or "", expected=expected)
    return save_upload(stored=stored, by=request.member, now=timezone.now())


def _remove(request: MemberRequest, attachment: Attachment) -> str:
    actions.detach_medium(attachment=attachment, by=request.member, now=timezone.now())
    return "Archivo quitado."


def _move(step: int) -> Callable[[MemberRequest, Attachment], str]:
    def move(request: MemberRequest, attachment: Attachment) -> str:
        position = attachment.position + step
        actions.place_medium(attachment=attachment, position=position, by=request.member, now=timezone.now())
        return "Orden cambiado."

    return move


def _fix(request: MemberRequest, attachment: Attachment) -> str:
    adaptations = queries.adaptations_of(attachment.adaptation.publication)
    adaptation = next(each for each in adaptations if each.pk == attachment.adaptation_id)
    present = next(each for each in adaptation.media if each.pk == attachment.pk)
    issues = media_versions.fixable(present, rules.adaptation_issues(adaptation))
    offer = media_versions.offer_for(present, issues)
    choice = FixForm(attachment.pk, offer.ratios if offer else (), request.POST).choice()
    return media_versions.fix_medium(
        attachment=present, issues=issues, choice=choice, by=request.member, now=timezone.now()
    )  # fmt: skip


def _caption(request: MemberRequest, attachment: Attachment) -> str:
    file = _file_of(request, BesideForm(attachment.pk, request.POST, request.FILES), "captions")
    captions = _kept(request, file, "captions")
    actions.add_captions(attachment=attachment, captions=captions, by=request.member, now=timezone.now())
    return "Subtítulos agregados."


def _uncaption(request: MemberRequest, attachment: Attachment) -> str:
    actions.take_captions_away(attachment=attachment, by=request.member, now=timezone.now())
    return "Subtítulos quitados: sube otros, o escribe por qué va sin ellos."


def _thumbnail(request: MemberRequest, attachment: Attachment) -> str:
    file = _file_of(request, BesideForm(attachment.pk, request.POST, request.FILES), "thumbnail")
    thumbnail = _kept(request, file, "picture")
    actions.add_thumbnail(attachment=attachment, thumbnail=thumbnail, by=request.member, now=timezone.now())
    return "Miniatura agregada."


CHANGES: dict[str, Callable[[MemberRequest, Attachment], str]] = {
    "retiro": _remove,
    "antes": _move(-1),
    "despues": _move(1),
    "arreglo": _fix,
    "subtitulos": _caption,
    "sin-subtitulos": _uncaption,
    "miniatura": _thumbnail,
}


@require_GET
def making(request: MemberRequest, pk: int) -> HttpResponse:
    """Show how far the version of a video is."""
    found = queries.get_making(member=request.member, pk=pk)
    return render(request, "publishing/making.html", {"making": found})
