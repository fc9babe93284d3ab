"""The address of each subscription to a hub: its checks, and its notices, signed over the raw body (Q-1)."""

import hmac

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pregonero.inbox import hub_queries
from pregonero.inbox.actions.hub import AFTER_DENIAL, save_subscription_problem, verify_subscription
from pregonero.inbox.actions.webhooks import store_notice
from pregonero.inbox.hub_queries import OpenSubscription
from pregonero.inbox.views.webhooks import FORBIDDEN, NOT_FOUND, OK, TOO_LARGE, is_too_large
from pregonero.networks.websub import callback_token, is_signed
from pregonero.ui.body_limits import checks_own_body


@checks_own_body
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Answer a check of the hub, or store its notice and read it in a job. A wrong address is not found."""
    opened = hub_queries.open_subscription(pk=pk)
    if opened is None or not hmac.compare_digest(callback_token(opened.secret), token):
        return HttpResponse(status=NOT_FOUND)
    if request.method == "GET":
        return _answer_check(request, opened)
    if is_too_large(request):
        return HttpResponse(status=TOO_LARGE)
    if not is_signed(request.headers, request.body, opened.secret):
        return HttpResponse(status=FORBIDDEN)
    store_notice(application=opened.application, body=request.body, now=timezone.now())
    return HttpResponse(status=OK)


def _answer_check(request: HttpRequest, opened: OpenSubscription) -> HttpResponse:
    """Accept the subscription that we asked for, and no other topic; note a denial."""
    mode, now = request.GET.get("hub.mode", ""), timezone.now()
    if request.GET.get("hub.topic") != opened.topic:
        return HttpResponse(status=NOT_FOUND)
    if mode == "denied":
        reason = f"El centro de avisos la negó. {request.GET.get('hub.reason', '')}".strip()
        save_subscription_problem(subscription=opened.subscription, reason=reason, wait=AFTER_DENIAL, now=now)
        return HttpResponse(status=OK)
    lease = request.GET.get("hub.lease_seconds", "")
    if mode != "subscribe" or not lease.isdecimal() or len(lease) > 9:  # noqa: PLR2004
        return HttpResponse(status=NOT_FOUND)
    verify_subscription(subscription=opened.subscription, lease_seconds=int(lease), now=now)
    return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain; charset=utf-8")
