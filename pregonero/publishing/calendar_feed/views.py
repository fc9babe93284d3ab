"""The page of a person's address, and the calendar that the address serves without signing in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import NotFound
from pregonero.people.middleware import MemberRequest
from pregonero.publishing.calendar_feed import actions, queries
from pregonero.publishing.calendar_feed.icalendar import calendar_text

NOT_FOUND = 404


@require_GET
def feed_page(request: MemberRequest) -> HttpResponse:
    """Show whether the person has an open address."""
    context = {"feed": queries.open_feed(request.member), "now": timezone.now()}
    return render(request, "publishing/calendar/feed.html", context)


@never_cache
@require_POST
def open_feed(request: MemberRequest) -> HttpResponse:
    """Open a new address and show it, which happens only once; the earlier one stops working."""
    feed, secret = actions.open_calendar_feed(by=request.member, now=timezone.now())
    address = settings.PUBLIC_ADDRESS or request.build_absolute_uri("/")
    context = {
        "feed": feed,
        "address": address.rstrip("/") + reverse("publishing:feed", args=[secret]),
        "now": timezone.now(),
    }
    return render(request, "publishing/calendar/feed.html", context)


@require_POST
def revoke_feed(request: MemberRequest) -> HttpResponse:
    """Revoke the person's address."""
    actions.revoke_calendar_feed(by=request.member, now=timezone.now())
    messages.success(request, "Dirección anulada: el otro calendario ya no recibe la parrilla.")
    return redirect("publishing:feed_page")


@never_cache
@login_not_required
@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the calendar of whose address it is. A revoked or wrong address is not found."""
    now = timezone.now()
    try:
        member = queries.reader_of(actions.digest_of(secret), now=now)
    except NotFound:
        return HttpResponse(status=NOT_FOUND)
    text = calendar_text(
        queries.publications_of_feed(member, now=now),
        name=f"Parrilla de {member.entity.short_name}",
        now=now,
        address_of=lambda each: request.build_absolute_uri(reverse("reports:expediente", args=[each.pk])),
    )
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")
