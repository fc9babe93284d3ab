"""The reviews that citizens ask for: the list, the page where another person decides one, and their term."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.moderation import comment_queue, queries, review_queries
from pregonero.moderation.actions.reviews import decide_review, may_decide_review, set_review_term
from pregonero.moderation.models import ReviewRequest
from pregonero.moderation.review_forms import ReviewForm, ReviewTermForm
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_http_methods(["GET", "POST"])
def reviews(request: MemberRequest) -> HttpResponse:
    """List the reviews that wait and those that were decided; set the term within which they are answered."""
    member, now = request.member, timezone.now()
    check_may(member, "community_rules.publish" if request.method == "POST" else "moderation.see", now=now)
    form = ReviewTermForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        set_review_term(by=member, now=now, **form.cleaned_data)
        messages.success(request, "Plazo guardado: rige para las revisiones que pidan desde ahora.")
        return redirect("moderation:reviews")
    form.initial["working_days"] = review_queries.working_days(member.entity)
    context = {
        "waiting": review_queries.open_reviews(member.entity)[: review_queries.SHOWN],
        "decided": review_queries.decided_reviews(member.entity),
        "term": review_queries.review_term(member.entity),
        "working_days": form.initial["working_days"],
        "form": form,
        "may_set": may(member, "community_rules.publish", now=now),
        "entity": member.entity,
        "today": timezone.localdate(now),
        "now": now,
    }
    return render(request, "moderation/reviews.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def review(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a review with what was decided about its comment; decide it."""
    member, now = request.member, timezone.now()
    asked = review_queries.get_review(member=member, pk=pk)
    check_may(member, "moderation.decide" if request.method == "POST" else "moderation.see", now=now)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            decided = decide_review(review=asked, by=member, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Revisión decidida: {decided.get_outcome_display()}.")
            return redirect("moderation:reviews")
    return _page(request, asked, form)


def _page(request: MemberRequest, asked: ReviewRequest, form: ReviewForm) -> HttpResponse:
    member, now, message = request.member, timezone.now(), asked.message
    context = {
        "review": asked,
        "code": comment_queue.code_of(message),
        "decisions": queries.decisions_about(message),
        "is_own": review_queries.has_restricted(member, message.pk),
        "form": form if form.errors or may_decide_review(member, asked, now=now) else None,
        "today": timezone.localdate(now),
        "now": now,
    }
    return render(request, "moderation/review.html", context, status=UNPROCESSABLE if form.errors else None)
