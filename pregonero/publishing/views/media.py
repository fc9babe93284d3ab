"""Pictures and videos in the editor, each act after saving the form."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import NotAllowed, NotFound, Refused
from pregonero.media.actions import save_upload
from pregonero.media.errors import UnsupportedFile
from pregonero.media.models import Medium, MediumKind
from pregonero.media.store import MAX_UPLOAD_BYTES, WITHOUT_METADATA, store_upload
from pregonero.networks.registry import connector
from pregonero.newsroom.approvals.actions.decisions import receive_piece
from pregonero.people.middleware import MemberRequest
from pregonero.publishing import actions, media_versions, queries, rules
from pregonero.publishing.actions import Described
from pregonero.publishing.autosave import saved_state
from pregonero.publishing.editor import Editor, editor_of
from pregonero.publishing.editor_problems import form_problems
from pregonero.publishing.media_forms import CropForm, UploadForm, VideoExtrasForm
from pregonero.publishing.models import Attachment, Publication
from pregonero.publishing.pieces import get_offered
from pregonero.publishing.sources import source_of
from pregonero.publishing.views.editor import UNPROCESSABLE, editor_context, save_forms, save_or_refuse

Edit = Callable[[Publication], str]
"""Changes a publication and returns the message to show."""


@require_POST
def upload_medium(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Add uploaded files to an account's text, or to every account that accepts them if the person chose it.

    A refused file does not stop the others; the page names it and says why.
    """

    def edit(publication: Publication) -> str:
        form = UploadForm(account, request.POST, request.FILES)
        files = _files_of(request, form)
        added, refusals = [], []
        for file in files:
            try:
                added.append(_add(request, publication, account, form, file))
            except NotAllowed:
                raise
            except Refused as refusal:
                refusals.append(f"«{file.name}»: {refusal.message}" if len(files) > 1 else refusal.message)
        if not added:
            raise Refused(" ".join(refusals))
        for refused in refusals:
            messages.error(request, refused)
        return " ".join(added)

    return _after_saving(request, pk, account, edit)


def _add(
    request: MemberRequest, publication: Publication, account: int, form: UploadForm, file: "UploadedFile[Any]"
) -> str:
    """Store a file and attach it; return what was added, and where."""
    try:
        medium = _store(request, file, "media")
    except UnsupportedFile as refusal:
        accepted = media_versions.accepted_formats(publication)
        raise UnsupportedFile(f"{refusal.message} {accepted}".strip()) from refusal
    accounts = _accounts(publication, account, medium, everywhere=form.cleaned_data["everywhere"])
    described = Described(form.cleaned_data["alt"], form.cleaned_data["because"])
    _attach(request, publication, accounts, medium, described)
    return f"{_added(publication, medium, accounts)}{_done_to(medium)}"


def _added(publication: Publication, medium: Medium, accounts: list[int]) -> str:
    """Return what was added and where: "Imagen agregada en Instagram.", "Video agregado en 3 redes."."""
    what = "Imagen agregada" if medium.kind == MediumKind.PICTURE else "Video agregado"
    if len(accounts) > 1:
        return f"{what} en {len(accounts)} redes."
    named = publication.adaptations.select_related("account").get(account_id=accounts[0])
    return f"{what} en {named.account.get_network_display()}."


def _done_to(medium: Medium) -> str:
    """Return what had to be done to a file before any network could show it, as it does not look the same."""
    steps = [step for step in medium.made_how.get("steps", []) if step != WITHOUT_METADATA]
    return f" Antes hubo que {' y '.join(steps)}." if steps else ""


@require_POST
def add_source_medium(request: MemberRequest, pk: int, account: int, kind: str) -> HttpResponse:
    """Add the picture or video of the source to an account's text."""

    def edit(publication: Publication) -> str:
        source = source_of(publication)
        medium = {"imagen": source.picture, "video": source.video}.get(kind)
        if medium is None:
            raise NotFound(f"{source.noun.definite.capitalize()} no trae ese archivo.")
        _attach(request, publication, [account], medium, Described())
        return _added(publication, medium, [account])

    return _after_saving(request, pk, account, edit)


@require_POST
def add_earlier_medium(request: MemberRequest, pk: int, account: int, medium: int) -> HttpResponse:
    """Add to an account's text a file that an earlier publication has, with the description that it has there."""

    def edit(publication: Publication) -> str:
        earlier: Any = queries.get_earlier_medium(member=request.member, pk=medium)
        _attach(request, publication, [account], earlier, Described(earlier.description))
        return _added(publication, earlier, [account])

    return _after_saving(request, pk, account, edit)


@require_POST
def add_piece(request: MemberRequest, pk: int, account: int, sending: int) -> HttpResponse:
    """Add to an account's text a piece that was approved and sent, with its description and captions (P-4, P-5)."""

    def edit(publication: Publication) -> str:
        piece = get_offered(publication=publication, member=request.member, pk=sending)
        version = piece.approval.version
        made = _attach(request, publication, [account], version.medium, Described(version.alt))
        if (captions := version.captions) is not None:
            for attachment in made:
                actions.add_captions(attachment=attachment, captions=captions, by=request.member, now=timezone.now())
        receive_piece(sending=piece, by=request.member, now=timezone.now())
        return f"Pieza agregada: {version.piece.title}, {version}."

    return _after_saving(request, pk, account, edit)


Change = Callable[[MemberRequest, Attachment], str]
View = Callable[[MemberRequest, int, int], HttpResponse]


def _attachment_view(change: Change) -> View:
    """Make a POST view that saves the editor's form and then applies `change`, which returns the message to show."""

    @require_POST
    @wraps(change)
    def view(request: MemberRequest, pk: int, attachment: int) -> HttpResponse:
        found = queries.get_attachment(member=request.member, pk=attachment)
        if found.adaptation.publication_id != pk:
            raise NotFound
        return _after_saving(request, pk, found.adaptation.account_id, lambda _: change(request, found))

    return view


@_attachment_view
def remove(request: MemberRequest, attachment: Attachment) -> str:
    """Remove a file from the text that it goes with."""
    actions.detach_medium(attachment=attachment, by=request.member, now=timezone.now())
    return "Archivo quitado."


@_attachment_view
def move_before(request: MemberRequest, attachment: Attachment) -> str:
    """Swap a file with the one before it."""
    return _move(request, attachment, attachment.position - 1)


@_attachment_view
def move_after(request: MemberRequest, attachment: Attachment) -> str:
    """Swap a file with the one after it."""
    return _move(request, attachment, attachment.position + 1)


def _move(request: MemberRequest, attachment: Attachment, position: int) -> str:
    actions.place_medium(attachment=attachment, position=position, by=request.member, now=timezone.now())
    return "Orden cambiado."


@_attachment_view
def fix(request: MemberRequest, attachment: Attachment) -> str:
    """Make the version of a file that its network accepts, and use it instead."""
    adaptations = queries.adaptations_of(attachment.adaptation.publication)
    adaptation = next(item for item in adaptations if item.pk == attachment.adaptation_id)
    present = next(item for item in adaptation.media if item.pk == attachment.pk)
    issues = media_versions.fixable(present, rules.adaptation_issues(adaptation))
    offer = media_versions.offer_for(present, issues)
    choice = CropForm(attachment.pk, offer.ratios if offer else (), request.POST).choice()
    return media_versions.fix_medium(
        attachment=present, issues=issues, choice=choice, by=request.member, now=timezone.now()
    )


@_attachment_view
def add_captions(request: MemberRequest, attachment: Attachment) -> str:
    """Add a captions file to a video."""
    file = _file_of(request, VideoExtrasForm(attachment.pk, request.POST, request.FILES), "captions")
    captions = _store(request, file, "captions")
    actions.add_captions(attachment=attachment, captions=captions, by=request.member, now=timezone.now())
    return "Subtítulos agregados."


@_attachment_view
def remove_captions(request: MemberRequest, attachment: Attachment) -> str:
    """Remove the captions of a video."""
    actions.take_captions_away(attachment=attachment, by=request.member, now=timezone.now())
    return "Subtítulos quitados: sube otros, o escribe por qué va sin ellos."


@_attachment_view
def add_thumbnail(request: MemberRequest, attachment: Attachment) -> str:
    """Add a thumbnail to a video."""
    file = _file_of(request, VideoExtrasForm(attachment.pk, request.POST, request.FILES), "thumbnail")
    thumbnail = _store(request, file, "picture")
    actions.add_thumbnail(attachment=attachment, thumbnail=thumbnail, by=request.member, now=timezone.now())
    return "Miniatura agregada."


def _after_saving(request: MemberRequest, pk: int, account: int, edit: Edit) -> HttpResponse:
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    if request.htmx:
        return _change_in_place(request, page, account, edit, now)
    refused = save_or_refuse(request, page, now, request.POST)
    if refused is not None:
        return refused
    try:
        messages.success(request, edit(queries.get_publication(member=request.member, pk=pk)))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(f"{reverse('publishing:editor', args=[pk])}#red-{account}")


def _change_in_place(request: MemberRequest, page: Editor, account: int, edit: Edit, now: datetime) -> HttpResponse:
    """Save the form, change the file, and return the parts of the page that changed; an error goes beside the file."""
    pk = page.publication.pk
    if not page.is_valid:
        problem = form_problems(page, page.minute)[0]
        return _refused_in_place(request, account, f"No se hizo nada. {problem.text}")
    try:
        publication = save_forms(request, page, now)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused_in_place(request, account, refusal.message)
    try:
        result = edit(publication)
    except Refused as refusal:
        return _refused_in_place(request, account, refusal.message, saved=publication.revision)
    changed = editor_of(member=request.member, pk=pk, now=now)
    everywhere = f"{UploadForm(account).prefix}-everywhere" in request.POST
    context = editor_context(request, changed, now) | {
        "part": next(part for part in changed.parts if part.adaptation.account_id == account),
        "others": [part for part in changed.parts if everywhere and part.adaptation.account_id != account],
        "result": result,
        "saving": saved_state(changed.publication, now),
    }
    return render(request, "publishing/file_changed.html", context)


def _refused_in_place(request: MemberRequest, account: int, text: str, *, saved: int | None = None) -> HttpResponse:
    """Return the reason, to be shown beside the file, with the revision that the texts were saved as, if they were."""
    context = {"kind": "bad", "text": text, "revision": saved}
    response = render(request, "publishing/file_result.html", context, status=UNPROCESSABLE)
    response["HX-Retarget"], response["HX-Reswap"] = f"#resultado-{account}", "innerHTML"
    return response


def _attach(
    request: MemberRequest, publication: Publication, accounts: Iterable[int], medium: Medium, described: Described
) -> list[Attachment]:
    return actions.attach_medium(
        publication=publication,
        accounts=accounts,
        medium=medium,
        by=request.member,
        now=timezone.now(),
        described=described,
    )


def _accounts(publication: Publication, account: int, medium: Medium, *, everywhere: bool) -> list[int]:
    """Return the account; with `everywhere`, also the publication's other accounts that accept such a medium."""
    others = queries.going_adaptations(publication) if everywhere else []
    accepting = [adaptation.account_id for adaptation in others if _accepts(adaptation.account.network, medium)]
    return [account, *(other for other in accepting if other != account)]


def _accepts(network: str, medium: Medium) -> bool:
    caps = connector(network).capabilities
    return caps.takes_pictures if medium.kind == MediumKind.PICTURE else caps.takes_video


def _files_of(request: MemberRequest, form: UploadForm) -> "list[UploadedFile[Any]]":
    _check_weight(request)
    files: list[UploadedFile[Any]] = form.cleaned_data.get("file", []) if form.is_valid() else []
    if not files:
        raise Refused("Elige primero el archivo.")
    return files


def _check_weight(request: MemberRequest) -> None:
    if getattr(request, "upload_too_large", False):
        raise Refused(f"El archivo pesa más de {MAX_UPLOAD_BYTES // 1024**2} MB: no se recibe.")


def _file_of(request: MemberRequest, form: Any, name: str) -> "UploadedFile[Any]":
    _check_weight(request)
    file = form.cleaned_data.get(name) if form.is_valid() else None
    if not file:
        raise Refused("Elige primero el archivo.")
    uploaded: UploadedFile[Any] = file
    return uploaded


def _store(request: MemberRequest, file: "UploadedFile[Any]", expected: str) -> Medium:
    stored = store_upload(file.chunks(), file.name or "", expected=expected)
    return save_upload(stored=stored, by=request.member, now=timezone.now())


@require_GET
def conversion(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the progress of a video conversion."""
    conversion = queries.get_conversion(member=request.member, pk=pk)
    return render(request, "publishing/conversion.html", {"conversion": conversion})
