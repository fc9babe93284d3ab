"""The daily close: the accounts of a day, what nobody has seen on one of them, and the signature (FB-5)."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.moderation import close_queries, comment_queue
from pregonero.moderation.actions.daily_close import mark_seen, sign_day
from pregonero.moderation.close_forms import CloseForm
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may

PAGE_SIZE = 200


@require_GET
def latest(request: MemberRequest) -> HttpResponse:
    """Go to the first day that is open, or to yesterday."""
    today = timezone.localdate()
    check_may(request.member, "moderation.see", now=timezone.now())
    opened = close_queries.open_days(request.member.entity, today=today)
    return redirect("moderation:close_day", opened[0].day if opened else today - timedelta(days=1))


@require_GET
def day(request: MemberRequest, day: date) -> HttpResponse:
    """Show a day of each account: delivered, seen, and what is missing."""
    member, now = request.member, timezone.now()
    check_may(member, "moderation.see", now=now)
    rows = close_queries.days_of(member.entity, day)
    context = {
        "day": day,
        "rows": rows,
        "totals": {name: sum(getattr(row, name) for row in rows) for name in TOTALS},
        "closes": close_queries.latest_closes(member.entity),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": timezone.localdate(now),
        "now": now,
    }
    return render(request, "moderation/close_day.html", context)


TOTALS = ("delivered", "seen", "hidden", "held", "difference")


@require_http_methods(["GET", "POST"])
def account_day(request: MemberRequest, day: date, pk: int) -> HttpResponse:
    """Show what nobody has seen on a day of an account; a POST signs its close."""
    account, now = _account(request, pk), timezone.now()
    if request.method == "GET":
        return _page(request, account, day, None)
    check_may(request.member, "daily_close.sign", now=now)
    form = CloseForm(request.POST, adds_up=close_queries.day_of(account, day).adds_up)
    if form.is_valid():
        try:
            sign_day(account=account, day=day, written=form.written, by=request.member, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Firmado el día {day:%d/%m} en {account}.")
            return redirect("moderation:close_day", day)
    return _page(request, account, day, form)


@require_POST
def see(request: MemberRequest, day: date, pk: int) -> HttpResponse:
    """Mark the comments that the page listed as seen."""
    account = _account(request, pk)
    listed = [int(id) for id in request.POST.getlist("visto")[:PAGE_SIZE] if id.isdecimal() and len(id) < 19]  # noqa: PLR2004
    count = mark_seen(account=account, day=day, message_ids=listed, by=request.member, now=timezone.now())
    messages.success(request, "Visto." if count == 1 else f"Vistos {count}.")
    return redirect("moderation:close_account", day, account.pk)


def _account(request: MemberRequest, pk: int) -> Account:
    account = get_account(member=request.member, pk=pk)
    check_may(request.member, "moderation.see", now=timezone.now())
    return account


def _page(request: MemberRequest, account: Account, day: date, form: CloseForm | None) -> HttpResponse:
    member, now, counted = request.member, timezone.now(), close_queries.day_of(account, day)
    may_sign = may(member, "daily_close.sign", now=now) and counted.close is None and day < timezone.localdate(now)
    initial = {"difference": counted.difference}
    context: dict[str, Any] = {
        "day": day,
        "row": counted,
        "account": account,
        "unseen": [
            (message, comment_queue.code_of(message))
            for message in close_queries.unseen_comments(account, day)[:PAGE_SIZE]
        ],
        "dropped": close_queries.dropped_items(account, day)[:PAGE_SIZE],
        "form": form or (CloseForm(initial=initial, adds_up=counted.adds_up) if may_sign else None),
        "may_see": may(member, "moderation.decide", now=now),
        "now": now,
    }
    return render(request, "moderation/close_account.html", context, status=UNPROCESSABLE if form else None)
