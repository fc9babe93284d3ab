"""Changes to the thread that a person is writing for one account. Nothing is saved: the editor shows the result."""

from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_POST

from pregonero.errors import NotFound
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.publishing.editor import AccountPart, Editor, editor_of
from pregonero.publishing.forms import parts_name
from pregonero.publishing.threads import DraftThread, is_fixed
from pregonero.publishing.views.editor import show_editor


@require_POST
def split_thread(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Split the texts of an account that are too long for its network."""
    return _show_changed(request, pk, account, DraftThread.split)


@require_POST
def add_part(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Add an empty part to the thread of an account."""
    return _show_changed(request, pk, account, DraftThread.with_new_part)


@require_POST
def remove_part(request: MemberRequest, pk: int, account: int, number: int) -> HttpResponse:
    """Remove a part from the thread of an account."""
    return _show_changed(request, pk, account, lambda thread: thread.without_part(number))


@require_POST
def move_part_up(request: MemberRequest, pk: int, account: int, number: int) -> HttpResponse:
    """Swap a part with the one above it."""
    return _show_changed(request, pk, account, lambda thread: thread.with_part_moved(number, -1))


@require_POST
def move_part_down(request: MemberRequest, pk: int, account: int, number: int) -> HttpResponse:
    """Swap a part with the one below it."""
    return _show_changed(request, pk, account, lambda thread: thread.with_part_moved(number, 1))


def _show_changed(
    request: MemberRequest, pk: int, account: int, change: Callable[[DraftThread], list[str]]
) -> HttpResponse:
    now = timezone.now()
    check_may(request.member, "publication.compose", now=now)
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    part = next((part for part in page.parts if part.adaptation.account_id == account), None)
    if part is None or not part.capabilities.takes_replies:
        raise NotFound
    texts = change(_draft_thread(page, part))
    data = _with_texts(request.POST, part.form.prefix or "", texts)
    return show_editor(request, editor_of(member=request.member, pk=pk, now=now, data=data), now)


def _draft_thread(page: Editor, part: AccountPart) -> DraftThread:
    fixed = sum(
        is_fixed(delivery)
        for delivery in deliveries_of(page.publication.ref)
        if delivery.account_id == part.adaptation.account_id
    )
    return DraftThread((part.form.written, *part.form.parts), fixed, part.connector)


def _with_texts(sent: QueryDict, prefix: str, texts: list[str]) -> QueryDict:
    data = sent.copy()
    data[f"{prefix}-text"] = texts[0]
    data.setlist(parts_name(prefix), list(texts[1:]))
    return data
