"""The address to which the official website sends its notices: no session and no form, but a signature of the body."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pregonero import vault
from pregonero.errors import Refused, WrongState
from pregonero.newsroom import actions, queries
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.rules import NotOfficial
from pregonero.newsroom.sources.base import NotSigned
from pregonero.newsroom.sources.registry import push_kind
from pregonero.ui.body_limits import checks_own_body

BODY_LIMIT = 64 * 1024  # bytes
OK, CREATED, CONFLICT, TOO_LARGE = 200, 201, 409, 413
STATUSES: dict[type[Refused], int] = {NotSigned: 401, Malformed: 400, NotOfficial: 403, WrongState: CONFLICT}


@checks_own_body
@csrf_exempt
@login_not_required
@require_POST
def receive_notice(request: HttpRequest, pk: int) -> JsonResponse:
    """Receive a signed notice and answer the state of the news; the format is docs/formats/aviso-de-la-sede.md."""
    now = timezone.now()
    if int(request.headers.get("Content-Length") or 0) > BODY_LIMIT:
        return _refusal(TOO_LARGE, "El aviso pesa más de 64 KB.")
    source = queries.source_with_secret(pk=pk)
    try:
        if source is None:
            raise NotSigned
        secret = vault.decrypt(bytes(source.encrypted_secret), context=source.encryption_context)
        notice = push_kind(source.kind).receive(request.headers, request.body, secret, now)
        result = actions.receive_notice(source=source, notice=notice, now=now)
    except Refused as refusal:
        return _refusal(STATUSES.get(type(refusal), CONFLICT), refusal.message)
    state = result.news.get_state_display()
    answer = {
        "noticia": result.news.pk,
        "estado": state,
        "resultado": result.result,
        "mensaje": f"La noticia está {state}.",
    }
    return JsonResponse(answer, status=CREATED if result.result == "nueva" else OK)


def _refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({"mensaje": message}, status=status)
