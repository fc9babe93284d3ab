"""Waiting for a network's limits: how many of a claim may go, and why and until when the others wait (rules 6, 10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from pregonero.networks.base import NetworkError, Post
from pregonero.networks.models import Account
from pregonero.networks.rate_limits import actions as budgets
from pregonero.networks.rate_limits.capacity import SOON, Admission
from pregonero.networks.rate_limits.models import NetworkSuspension
from pregonero.networks.rate_limits.policy import SuspensionRule, post_class_of
from pregonero.networks.rate_limits.queries import capacity_to_prepare, current_suspension
from pregonero.networks.registry import rate_limit_policy
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people_and_coordinators
from pregonero.publishing import queries
from pregonero.publishing.models import Delivery
from pregonero.publishing.notifications import notify_publishers
from pregonero.publishing.wakeups import schedule_wakeups

LIMIT = "limit:"  # how the code of a wait begins
LOOK_AGAIN = timedelta(minutes=15)  # at what only a person can let go: without a word to the network
MOST_HELD, MOST_TOLD = 2_000, 20  # at a time: the next look takes the others


def admit(account: Account, posts: Sequence[Post], locked: Sequence[Delivery], *, now: datetime) -> int:
    """Say how many of the locked deliveries may go now, and hold back the account's others; in the claim's act.

    Nothing is held back for an answer that is in the air: it may say that there is room for all.
    """
    acts = [post_class_of(post) for post in posts]
    room = budgets.admit(account=account, post_classes=acts, in_flight=queries.in_the_air_of(account), now=now)
    if room.awaits_response:
        schedule_wakeups([now + SOON], now=now)
    elif room.admitted < len(posts):
        hold_back(
            Delivery.objects.filter(account=account), room, going=[one.pk for one in locked[: room.admitted]], now=now
        )
    return room.admitted


def hold_back(theirs: QuerySet[Delivery], room: Admission, *, now: datetime, going: Sequence[int] = ()) -> None:
    """Leave what is due where it is, in its order, saying why it waits and until when; inside the caller's act."""
    until = room.until or now + LOOK_AGAIN
    held = list(queries.lock_waiting(theirs.exclude(pk__in=going), until=until, now=now)[:MOST_HELD])
    Delivery.objects.filter(pk__in=[each.pk for each in held]).update(
        ready_at=until, reason_code=f"{LIMIT}{room.quota}"[:60], reason=room.reason[:300]
    )
    schedule_wakeups([until], now=now)
    late = [each for each in held if room.until is None or each.expires_at < until]
    for each in late[:MOST_TOLD]:
        each.reason = room.reason
        notify_publishers(each, kind="delivery.will_be_late", now=now)


def give_back(delivery: Delivery, post: Post, *, claimed_at: datetime) -> None:
    """Give back the room of a post that its network did not take; inside the caller's act."""
    budgets.release_quota(account=delivery.account, post_classes=[post_class_of(post)], claimed_at=claimed_at)


def stop_for(account: Account, error: NetworkError, *, now: datetime) -> bool:
    """Stop whatever a refusal stops beyond its own post, and tell people once; returns whether it stops anything."""
    rule = rate_limit_policy(account.network).suspensions.get(error.code)
    if rule is None:
        return False
    made = budgets.suspend_after_error(account=account, error=error, now=now)
    if made is not None and rule.notifies:
        _tell_of_stop(account, made, rule, now)
    stop = current_suspension(account, now=now, preparing=True)
    if stop is not None:
        hold_back(queries.stopped_by(stop), Admission(0, stop.reason, stop.until, stop.code), now=now)
    return True


def spent_stop(account: Account, *, now: datetime) -> NetworkSuspension | None:
    """Return what stops an account because its money or its quota is used up, if that does."""
    stop = current_suspension(account, now=now)
    rule = rate_limit_policy(account.network).suspensions.get(stop.code) if stop else None
    return stop if rule is not None and rule.notifies else None


def _tell_of_stop(account: Account, stop: NetworkSuspension, rule: SuspensionRule, now: datetime) -> None:
    notify(
        members=networks_people_and_coordinators(account.entity, today=timezone.localdate(now)),
        kind="sending.suspended",
        ref=stop.ref,
        title=f"{account.get_network_display()} no {'recibe' if rule.preparing_only else 'deja publicar'} más por ahora",
        why=stop.reason,
        path=reverse("publishing:limits"),
        now=now,
    )


def wait_to_prepare(delivery: Delivery, *, now: datetime) -> Admission | None:
    """Return why a locked delivery must not be prepared at its network now, or nothing."""
    stop = current_suspension(delivery.account, now=now, preparing=True)
    if stop is not None:
        return Admission(0, stop.reason, stop.until, stop.code)
    return capacity_to_prepare(delivery.account, now=now)
