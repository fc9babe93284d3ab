"""The comments that wait for a decision, and those that are held or hidden."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pregonero.moderation import queries
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may


@require_GET
def queue(request: MemberRequest) -> HttpResponse:
    """List the comments of a state: those to decide, the held ones, the hidden ones."""
    now = timezone.now()
    check_may(request.member, "moderation.see", now=now)
    context = {"version": queries.rules_in_force(request.member.entity), "now": now}
    return render(request, "moderation/queue.html", context)
