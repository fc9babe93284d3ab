"""The page of an entity's name and arms, and the arms themselves, which anybody may see."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pregonero.entities.forms import EntityForm
from pregonero.errors import UNPROCESSABLE, NotFound
from pregonero.media.actions import save_upload
from pregonero.media.errors import UnusableFile
from pregonero.media.queries import entity_medium
from pregonero.media.store import path_of, store_arms
from pregonero.people.actions import EntityProfile, edit_entity
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import entity_with_arms
from pregonero.people.rules import check_may

# Their address changes with them. A day, so that arms that were taken away are soon seen nowhere.
CACHE = "public, max-age=86400"


@require_http_methods(["GET", "POST"])
def edit(request: MemberRequest) -> HttpResponse:
    """Show the entity's name, short name, initials and arms, and change them."""
    member = request.member
    check_may(member, "entity.manage", now=timezone.now())
    form = EntityForm(request, entity=member.entity)
    if form.is_valid() and (profile := _profile(form, member)) is not None:
        edit_entity(entity=member.entity, profile=profile, by=member, now=timezone.now())
        messages.success(request, "Cambios guardados.")
        return redirect("entities:edit")
    context = {"form": form, "entity": member.entity}
    return render(request, "entities/edit.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_safe
@login_not_required
def arms(request: HttpRequest, sha256: str) -> FileResponse:
    """Serve the arms of an entity. Another file of the media folder is not found, even by its digest."""
    medium = entity_medium(entity=entity_with_arms(sha256=sha256), sha256=sha256)
    path = path_of(medium)
    if not path.is_file():
        raise NotFound
    return FileResponse(path.open("rb"), content_type=medium.mime, headers={"Cache-Control": CACHE})


def _profile(form: EntityForm, by: Member) -> EntityProfile | None:
    """Return what the form asks for, with its new arms stored; None if they cannot be used, which the form says."""
    data = form.cleaned_data
    digest = "" if data.get("without_arms") else by.entity.arms_sha256
    if form.upload is not None:
        try:
            stored = store_arms(form.upload.chunks(), form.upload.name or "")
        except UnusableFile as refusal:
            form.add_error("arms", refusal.message)
            return None
        digest = save_upload(stored=stored, by=by, now=timezone.now()).sha256
    return EntityProfile(
        name=data["name"],
        short_name=data["short_name"],
        initials=data["initials"],
        arms_sha256=digest,
        arms_alt=data["arms_alt"],
    )
