"""Who is blocked or muted, since when, and when each list was read (ALL-1)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pregonero.moderation import restriction_queries
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may


@require_GET
def restrictions(request: MemberRequest) -> HttpResponse:
    """Show the findings, how far each list was read, and the accounts where it is evidence."""
    now, entity = timezone.now(), request.member.entity
    check_may(request.member, "moderation.see", now=now)
    context = {
        "findings": restriction_queries.findings_of(entity),
        "readings": restriction_queries.readings_of(entity),
        "by_evidence": restriction_queries.accounts_by_evidence(entity),
        "now": now,
    }
    return render(request, "moderation/restrictions.html", context)
