"""The public address of each application's notices: no session and no form, but a signature of the raw body (Q-1)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pregonero.inbox import queries
from pregonero.inbox.actions.webhooks import store_notice
from pregonero.networks.registry import webhook_receiver
from pregonero.ui.body_limits import checks_own_body

BODY_LIMIT = 1_000_000  # bytes: Meta groups up to a thousand changes in one notice
OK, FORBIDDEN, NOT_FOUND, TOO_LARGE = 200, 403, 404, 413


@checks_own_body
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a network that checks the address, or store its notice and read it in a job.

    What is not signed gets the same answer whether the application exists or not.
    """
    found = queries.application_secret(pk=pk)
    receiver = webhook_receiver(found.application.network) if found else None
    if found is None or receiver is None:
        return HttpResponse(status=FORBIDDEN)
    if request.method == "GET":
        answer = receiver.challenge(request.GET.dict(), found.secret)
        return HttpResponse(answer.body, content_type=answer.content_type) if answer else HttpResponse(status=FORBIDDEN)
    if is_too_large(request):
        return HttpResponse(status=TOO_LARGE)
    if not receiver.is_signed(request.headers, request.body, found.secret):
        return HttpResponse(status=FORBIDDEN)
    store_notice(application=found.application, body=request.body, now=timezone.now())
    return HttpResponse(status=OK)


def is_too_large(request: HttpRequest) -> bool:
    """Return whether a body is larger than any notice, before it is read."""
    length = request.headers.get("Content-Length") or "0"
    return not length.isdecimal() or int(length) > BODY_LIMIT
