"""The official website's notices (webhook): no session, no form; a signature over the very bytes that came."""

from datetime import UTC, datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pregonero.errors import Refused, WrongState
from pregonero.networks import vault
from pregonero.newsroom import actions, queries
from pregonero.newsroom.actions import Answer
from pregonero.newsroom.models import Source
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.webhook_payload import BODY_LIMIT, read_notice
from pregonero.newsroom.reading.webhook_signature import HEADER, delivery_key, signed_at
from pregonero.newsroom.rules import NotOfficial

STATUS: dict[type[Refused], int] = {Malformed: 400, NotOfficial: 403, WrongState: 409}
CREATED, OK, UNSIGNED, TOO_LARGE, CONFLICT = 201, 200, 401, 413, 409


@csrf_exempt
@login_not_required
@require_POST
def take_notice(request: HttpRequest, pk: int) -> JsonResponse:
    """Take a signed notice and answer with the news' state; see docs/formats/aviso-de-la-sede.md."""
    now = timezone.now()
    if int(request.headers.get("Content-Length") or 0) > BODY_LIMIT:
        return _no(TOO_LARGE, "El aviso pesa más de 64 KB.")
    source = queries.webhook_source(pk=pk)
    moment = _signed_at(request, source, now)
    if source is None or moment is None:
        return _no(UNSIGNED, "La firma falta, no coincide o es de otra hora.")
    try:
        answer = actions.receive_webhook(
            source=source, item=read_notice(request.body), delivery=delivery_key(moment, request.body),
            sent_at=datetime.fromtimestamp(moment, tz=UTC), now=now,
        )  # fmt: skip
    except Refused as no:
        return _no(STATUS.get(type(no), CONFLICT), no.message)
    return _told(answer)


def _signed_at(request: HttpRequest, source: Source | None, now: datetime) -> int | None:
    if source is None:
        return None
    secret = vault.decrypt(bytes(source.encrypted_secret), context=source.encryption_context)
    return signed_at(secret, request.headers.get(HEADER, ""), request.body, now=now.timestamp())


def _told(answer: Answer) -> JsonResponse:
    state = answer.news.get_state_display()
    told = {
        "noticia": answer.news.pk,
        "estado": state,
        "resultado": answer.result,
        "mensaje": f"La noticia está {state}.",
    }
    return JsonResponse(told, status=CREATED if answer.result == "nueva" else OK)


def _no(status: int, message: str) -> JsonResponse:
    return JsonResponse({"mensaje": message}, status=status)
