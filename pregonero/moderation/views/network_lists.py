"""Pages of the networks' own word lists: Facebook's, compared (FB-4), and YouTube's, reviewed each month (YT-3)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, WrongState
from pregonero.moderation import list_queries as queries
from pregonero.moderation.actions.blocked_words import sign_review
from pregonero.moderation.actions.network_lists import write_network_list
from pregonero.moderation.blocked_words import review_to_sign
from pregonero.moderation.list_files import terms_from_json
from pregonero.moderation.list_forms import ReviewForm
from pregonero.moderation.models import NetworkListWrite
from pregonero.moderation.word_list_page import is_reviewed_by_hand
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.networks.registry import word_list_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.records.canonical_body import digest_of_text


@require_GET
def network_list(request: MemberRequest, pk: int) -> HttpResponse:
    """Compare the list in force with the network's own, and offer to write it there."""
    account, now = _account(request, pk), timezone.now()
    version, reading = queries.list_in_force(account), queries.network_list(account)
    ours = queries.words_of(terms_from_json(version.terms)) if version else []
    context = {
        "account": account,
        "version": version,
        "reading": reading,
        "difference": queries.difference(ours, reading.words if reading else []),
        "count": len(ours),
        "write": NetworkListWrite.objects.filter(version__account=account).select_related("by").order_by("-pk").first(),
        "may_manage": may(request.member, "word_lists.manage", now=now),
        "now": now,
    }
    return render(request, "moderation/network_list.html", context)


@require_POST
def network_list_write(request: MemberRequest, pk: int) -> HttpResponse:
    """Order that the list in force is written at the network."""
    account = _account(request, pk)
    version = queries.list_in_force(account)
    if version is None:
        raise WrongState("Esta cuenta no tiene una lista en vigor.")
    write_network_list(version=version, by=request.member, now=timezone.now())
    messages.success(request, f"Lista en camino a {account.get_network_display()}.")
    return redirect("moderation:network_list", pk=account.pk)


def _account(request: MemberRequest, pk: int) -> Account:
    account = get_account(member=request.member, pk=pk)
    check_may(request.member, "moderation.see", now=timezone.now())
    if word_list_of(account.network) is None:
        raise NotFound
    return account


@require_http_methods(["GET", "POST"])
def blocked_words(request: MemberRequest, pk: int) -> HttpResponse:
    """Show this month's review of YouTube's blocked words, and sign it."""
    account, now = get_account(member=request.member, pk=pk), timezone.now()
    check_may(request.member, "word_lists.manage" if request.method == "POST" else "moderation.see", now=now)
    if not is_reviewed_by_hand(account):
        raise NotFound
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        sign_review(
            account=account, note=form.cleaned_data["note"], seen=form.cleaned_data["seen"], by=request.member, now=now
        )
        messages.success(request, "Revisión del mes firmada.")
        return redirect("moderation:blocked_words", pk=account.pk)
    review = review_to_sign(account, today=timezone.localdate(now))
    form.initial["seen"] = digest_of_text("", review.text) if review else ""
    context = {
        "account": account,
        "review": review,
        "signed": queries.review_of_month(account, timezone.localdate(now).replace(day=1)),
        "reviews": queries.reviews_of(account),
        "form": form,
        "may_manage": may(request.member, "word_lists.manage", now=now),
        "now": now,
    }
    return render(request, "moderation/blocked_words.html", context, status=UNPROCESSABLE if form.errors else None)
