"""The acts on a thread that is being written: parted, a part added, taken away or moved. Nothing is saved."""

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_POST

from pregonero.errors import NotFound
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.publishing import queries
from pregonero.publishing.editor import editor_of
from pregonero.publishing.forms import parts_name
from pregonero.publishing.threads import ACTS, arranged, is_fixed
from pregonero.publishing.views.editor import show_editor


@require_POST
def parts(request: MemberRequest, pk: int) -> HttpResponse:
    """Arrange the parts of one account as they are written, and show the editor with them."""
    now = timezone.now()
    check_may(request.member, "publication.compose", now=now)
    account_id, act, number = _asked(request.POST.get("acto", ""))
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    part = next((part for part in page.parts if part.adaptation.account_id == account_id), None)
    if part is None or not part.capabilities.takes_replies:
        raise NotFound
    thread = [each for each in queries.deliveries_of(page.publication) if each.account_id == account_id]
    fixed = sum(is_fixed(each) for each in thread)
    texts = arranged([part.form.written, *part.form.parts], act, number, fixed, part.connector)
    data = _with(request.POST, part.form.prefix or "", texts)
    return show_editor(request, editor_of(member=request.member, pk=pk, now=now, data=data), now)


def _asked(act: str) -> tuple[int, str, int]:
    """Return what a button asks for: "12:quitar:3"."""
    account, _, rest = act.partition(":")
    event_type, _, number = rest.partition(":")
    if not account.isdecimal() or event_type not in ACTS or not (number or "0").isdecimal():
        raise NotFound
    return int(account), event_type, int(number or 0)


def _with(sent: QueryDict, prefix: str, texts: list[str]) -> QueryDict:
    data = sent.copy()
    data[f"{prefix}-text"] = texts[0]
    data.setlist(parts_name(prefix), list(texts[1:]))
    return data
