"""Pages of the manual of visual identity: what the server has, its connection, and each file (D-3)."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.newsroom.brand import actions, queries, rules
from pregonero.newsroom.brand.forms import KeyForm, ServerForm, ValidityForm, server_form
from pregonero.newsroom.brand.responses import version_response
from pregonero.newsroom.brand.trial import Trial, try_server
from pregonero.newsroom.brand_models import BrandFile
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def brand(request: MemberRequest) -> HttpResponse:
    """Show the manual, its templates, what changed, and every file."""
    member, now = request.member, timezone.now()
    check_may(member, "brand.see", now=now)
    server, files = queries.server_of(member.entity), queries.files_of(member.entity)
    context = {
        "server": server,
        "manuals": queries.manuals_among(files),
        "templates": queries.templates_among(files, today=timezone.localdate(now)),
        "mirrors": queries.latest_mirrors(server) if server else [],
        "files": files,
        "today": timezone.localdate(now),
        "total": queries.count_files(member.entity),
        "may_connect": may(member, "brand.connect", now=now),
        "now": now,
    }
    return render(request, "newsroom/brand.html", context)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def brand_server(request: MemberRequest) -> HttpResponse:
    """Show the connection to the server, and store it."""
    member, now = request.member, timezone.now()
    check_may(member, "brand.connect", now=now)
    server = queries.server_of(member.entity)
    form = server_form(server, request.POST or None)
    if form.is_valid():
        try:
            actions.save_server(plan=form.plan(), by=member, now=now)
        except Refused as refusal:
            form.add_error("password", refusal.message)
        else:
            messages.success(request, "Conexión guardada. Pruébala para ver si responde.")
            return redirect("newsroom:brand_server")
    return _server_page(request, form=form if form.errors else None)


@require_POST
def try_brand_server(request: MemberRequest) -> HttpResponse:
    """Sign in at the server, and show what it answers; nothing is brought."""
    member, now = request.member, timezone.now()
    check_may(member, "brand.connect", now=now)
    server = queries.get_server(member=member)
    return _server_page(request, trial=try_server(server))


def _server_page(request: MemberRequest, *, form: ServerForm | None = None, trial: Trial | None = None) -> HttpResponse:
    server = queries.server_of(request.member.entity)
    context = {
        "server": server,
        "form": form or server_form(server),
        "trial": trial,
        "key_form": KeyForm(initial={"fingerprint": trial.fingerprint}) if trial and trial.fingerprint else None,
        "now": timezone.now(),
    }
    return render(request, "newsroom/brand_server.html", context, status=UNPROCESSABLE if form else None)


@require_POST
def confirm_brand_key(request: MemberRequest) -> HttpResponse:
    """Store the fingerprint of the server, which the person compared."""
    member, now, form = request.member, timezone.now(), KeyForm(request.POST)
    check_may(member, "brand.connect", now=now)
    server = queries.get_server(member=member)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    actions.confirm_key(fingerprint=form.cleaned_data["fingerprint"], server=server, by=member, now=now)
    messages.success(request, "Llave confirmada: el manual se lee en unos segundos.")
    return redirect("newsroom:brand_server")


@require_http_methods(["GET", "POST"])
def disconnect_brand_server(request: MemberRequest) -> HttpResponse:
    """Ask whether to stop reading the server, and stop."""
    member, now = request.member, timezone.now()
    check_may(member, "brand.connect", now=now)
    server = queries.get_server(member=member)
    if request.method == "POST":
        actions.disconnect_server(by=member, now=now)
        messages.success(request, "El servidor ya no se lee. Lo que trajo sigue aquí.")
        return redirect("newsroom:brand")
    return render(request, "newsroom/brand_disconnect.html", {"server": server})


@require_POST
def read_brand_server(request: MemberRequest) -> HttpResponse:
    """Have the server read at once."""
    actions.read_now(by=request.member, now=timezone.now())
    messages.success(request, "El manual se lee en unos segundos: vuelve a abrir esta página.")
    return redirect("newsroom:brand")


@require_GET
def brand_file(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a file: how it looks, its versions, and until when it is valid."""
    check_may(request.member, "brand.see", now=timezone.now())
    return _file_page(request, queries.get_file(member=request.member, pk=pk))


def _file_page(request: MemberRequest, file: BrandFile, form: ValidityForm | None = None) -> HttpResponse:
    member, now = request.member, timezone.now()
    validity = queries.validity_of(file)
    said = {"valid_from": validity.valid_from, "valid_until": validity.valid_until} if validity else {}
    context = {
        "file": file,
        "versions": queries.versions_of(file),
        "validity": validity,
        "refusal": rules.why_not_usable(file, validity, today=timezone.localdate(now)),
        "form": (form or ValidityForm(initial=said)) if may(member, "brand.validity", now=now) else None,
        "now": now,
    }
    return render(request, "newsroom/brand_file.html", context, status=UNPROCESSABLE if form else None)


@require_POST
def set_brand_validity(request: MemberRequest, pk: int) -> HttpResponse:
    """Say from when and until when a template is valid."""
    member, now, form = request.member, timezone.now(), ValidityForm(request.POST)
    check_may(member, "brand.validity", now=now)
    file = queries.get_file(member=member, pk=pk)
    if form.is_valid():
        try:
            actions.set_validity(file=file, by=member, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("valid_until", refusal.message)
        else:
            messages.success(request, f"Vigencia de «{file}» guardada.")
            return redirect(file)
    return _file_page(request, file, form)


@require_GET
def brand_version(request: MemberRequest, pk: int) -> FileResponse:
    """Open a version that is a PDF, or download any other. An expired template is refused (Law 2345 of 2023)."""
    member, now = request.member, timezone.now()
    check_may(member, "brand.see", now=now)
    version = queries.get_version(member=member, pk=pk)
    validity = queries.validity_of(version.file)
    rules.check_usable(version.file, validity, today=timezone.localdate(now))
    try:
        return version_response(version, is_download="descarga" in request.GET)
    except FileNotFoundError as error:
        raise NotFound("La copia de este archivo no está en la carpeta de medios.") from error
