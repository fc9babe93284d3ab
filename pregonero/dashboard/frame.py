"""What the frame of every page shows: counts beside the sections, the accounts with their state, and the notices.

A member's frame is computed at most once in `CACHE_SECONDS`, and again after each of the member's POST requests that is
taken; in between, a page reads it from the cache with one query.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from pregonero.dashboard.pending_tasks import PIECE_GROUPS
from pregonero.dashboard.queries import groups_of
from pregonero.inbox.queries import counts_by_state as conversation_counts
from pregonero.moderation.comment_queue import to_decide
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.newsroom.models import NewsState
from pregonero.newsroom.queries import counts_by_state
from pregonero.outbox.queries.account_stops import AccountStop, StopKind, stops_of
from pregonero.people.models import Member
from pregonero.people.queries import waiting_notices
from pregonero.people.rules import may
from pregonero.ui.navigation import Count, member_of

CACHE_SECONDS = 20
MOST_ACCOUNTS = 8  # that fit in the side bar
NEW = (
    ("publication.compose", "publishing:start", "Publicación", "send"),
    ("news.inform", "newsroom:inform_link", "Informar un enlace", "link"),
    ("publication.compose", "controls:report", "Reportar un incidente", "siren"),  # others find it in Seguridad
)
"""What a person may create: the permission, the URL name, the label and the icon."""


@dataclass(frozen=True)
class AccountBadge:
    """An account in the side bar: its network and its state, as the component `c-net` takes them."""

    network: str
    label: str
    state: str
    word: str


@dataclass(frozen=True)
class CreateLink:
    """A link to create something."""

    label: str
    path: str
    icon: str


@dataclass(frozen=True)
class Frame:
    """The contents of a person's frame."""

    counts: dict[str, Count]
    accounts: tuple[AccountBadge, ...]
    notices: int
    new: tuple[CreateLink, ...]
    may_pause: bool


def frame_of(member: Member, *, now: datetime) -> Frame:
    """Return the contents of a member's frame, from the cache if they were computed in the last seconds."""
    key = _key(member)
    frame = cache.get(key)
    if frame is None:
        frame = count_frame(member, now=now)
        cache.set(key, frame, CACHE_SECONDS)
    return frame  # type: ignore[no-any-return]


def count_frame(member: Member, *, now: datetime) -> Frame:
    """Compute the contents of a member's frame."""
    accounts = list(accounts_of(member.entity))
    stops = {stop.account.pk: stop for stop in stops_of(accounts, now=now)}
    return Frame(
        counts=_counts(member, list(stops.values()), now),
        accounts=tuple(_badge(account, stops.get(account.pk)) for account in accounts[:MOST_ACCOUNTS]),
        notices=len(waiting_notices(member)),
        new=tuple(
            CreateLink(label, reverse(name), icon) for act, name, label, icon in NEW if may(member, act, now=now)
        ),
        may_pause=may(member, "publication.stop", now=now),
    )


def _counts(member: Member, stops: list[AccountStop], now: datetime) -> dict[str, Count]:
    groups = groups_of(member, now=now)
    counts = {"hoy": Count(str(sum(group.pending for group in groups)), label="por hacer")}
    if may(member, "news.inform", now=now):
        candidates = counts_by_state(member.entity)[NewsState.CANDIDATE]
        counts["noticias"] = Count(str(candidates), label="por informar")
    if may(member, "inbox.answer", now=now):
        waiting = conversation_counts(member, now=now)["abiertas"]
        counts["conversacion"] = Count(str(waiting), label="sin responder")
    if may(member, "moderation.decide", now=now):
        counts["moderacion"] = Count(str(to_decide(member.entity)), label="por decidir")
    pieces = sum(group.total for group in groups if group.kind in PIECE_GROUPS)
    counts["piezas"] = Count(str(pieces), label="por atender")
    lost = sum(stop.kind == StopKind.LOST for stop in stops)
    counts["cuentas"] = Count(str(lost), urgent=True, label="por conectar otra vez")
    return {key: count for key, count in counts.items() if count.text != "0"}


def _badge(account: Account, stop: AccountStop | None) -> AccountBadge:
    word = stop.title.removeprefix(f"{account} ").rstrip(".") if stop else "bien"
    return AccountBadge(account.network, account.get_network_display(), stop.kind.tint if stop else "ok", word)


def _key(member: Member) -> str:
    return f"frame:{member.entity_id}:{member.pk}"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame`, computed only if the page shows it; None for a request without a member."""
    return {"frame": SimpleLazyObject(lambda: _frame_for(request))}


def _frame_for(request: HttpRequest) -> Frame | None:
    member = member_of(request)
    return frame_of(member, now=timezone.now()) if member is not None else None


class FrameMiddleware:
    """Clears a member's cached frame after each of the member's POST requests that is taken, so that its result shows
    at once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_taken = request.method == "POST" and response.status_code < HTTPStatus.BAD_REQUEST
        if is_taken and request.user.is_authenticated and (member := member_of(request)):
            cache.delete(_key(member))
        return response
