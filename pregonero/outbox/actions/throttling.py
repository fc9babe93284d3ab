"""Waiting for a network's limits: how many of a claim may go, and why and until when the others wait (rules 6, 10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from pregonero.networks.base import NetworkError, Post
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.networks.rate_limits import actions as rate_limits
from pregonero.networks.rate_limits.capacity import SOON, Admission
from pregonero.networks.rate_limits.models import NetworkSuspension, Quota
from pregonero.networks.rate_limits.policy import SuspensionRule, post_class_of
from pregonero.networks.rate_limits.queries import capacity_to_prepare, current_suspension
from pregonero.networks.registry import rate_limit_policy
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.queries.account_stops import THROTTLED
from pregonero.outbox.queries.limits import get_suspension
from pregonero.outbox.queries.queue import lock_due_before, posts_in_flight, suspended_by
from pregonero.outbox.states import WAITING
from pregonero.outbox.subjects import DeliveryEvent, notify_owner
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import networks_people_and_coordinators

CHECK_AGAIN = timedelta(minutes=15)  # for what only a person can resume; it costs no call to the network
MOST_THROTTLED, MOST_NOTIFIED = 2_000, 20  # at a time: the next look continues


def admit(account: Account, posts: Sequence[Post], locked: Sequence[Delivery], *, now: datetime) -> int:
    """Return how many of the locked deliveries may go now, and throttle the account's others; in the claim.

    Nothing is throttled while the answer of a call in flight may say that there is quota for all.
    """
    admission = admitted(account, posts, now=now)
    if admission.awaits_response:
        schedule_wakeups([now + SOON], now=now)
    elif admission.admitted < len(posts):
        going = [delivery.pk for delivery in locked[: admission.admitted]]
        others = Delivery.objects.filter(account=account, kind__in=PUBLIC_KINDS).exclude(pk__in=going)
        throttle(others, admission, now=now)
    return admission.admitted


def admitted(account: Account, posts: Sequence[Post], *, now: datetime) -> Admission:
    """Return how many of the posts may go now, in order, and count them; in the claim."""
    classes = [post_class_of(post) for post in posts]
    return rate_limits.admit(account=account, post_classes=classes, in_flight=posts_in_flight(account), now=now)


def throttle(deliveries: QuerySet[Delivery], admission: Admission, *, now: datetime) -> None:
    """Postpone what is due, with why it waits and until when; inside the caller's transaction."""
    until = admission.until or now + CHECK_AGAIN
    throttled = list(lock_due_before(deliveries, until=until, now=now)[:MOST_THROTTLED])
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in throttled]).update(
        ready_at=until, reason_code=f"{THROTTLED}{admission.quota}"[:60], reason=admission.reason[:300]
    )
    schedule_wakeups([until], now=now)
    late = [delivery for delivery in throttled if admission.until is None or delivery.expires_at < until]
    for delivery in late[:MOST_NOTIFIED]:
        delivery.reason = admission.reason
        notify_owner(delivery, DeliveryEvent.WILL_BE_LATE, now=now)


def return_quota(delivery: Delivery, post: Post, *, claimed_at: datetime) -> None:
    """Return the quota of a post that its network did not take; inside the caller's transaction."""
    if delivery.kind in PUBLIC_KINDS:
        rate_limits.release_quota(account=delivery.account, post_classes=[post_class_of(post)], claimed_at=claimed_at)


def suspend_for(account: Account, error: NetworkError, *, now: datetime) -> bool:
    """Suspend what a refusal stops beyond its own post, and notify people once; return whether it stops anything."""
    rule = rate_limit_policy(account.network).suspensions.get(error.code)
    if rule is None:
        return False
    suspension = rate_limits.suspend_after_error(account=account, error=error, now=now)
    if suspension is not None and rule.notifies:
        _notify_suspension(account, suspension, rule, now)
    current = current_suspension(account, now=now, preparing=True)
    if current is not None:
        throttle(suspended_by(current), Admission(0, current.reason, current.until, current.code), now=now)
    return True


def exhausted_quota(account: Account, *, now: datetime) -> NetworkSuspension | None:
    """Return what suspends an account because its money or its quota is used up, if that is why."""
    suspension = current_suspension(account, now=now)
    rule = rate_limit_policy(account.network).suspensions.get(suspension.code) if suspension else None
    return suspension if rule is not None and rule.notifies else None


def _notify_suspension(account: Account, suspension: NetworkSuspension, rule: SuspensionRule, now: datetime) -> None:
    network = account.get_network_display()
    notify(
        members=networks_people_and_coordinators(account.entity, today=timezone.localdate(now)),
        kind="sending.suspended",
        ref=suspension.ref,
        title=f"{network} no {'recibe' if rule.preparing_only else 'deja publicar'} más por ahora",
        why=suspension.reason,
        path=reverse("publishing:limits"),
        now=now,
    )


def wait_to_prepare(delivery: Delivery, *, now: datetime) -> Admission | None:
    """Return why a locked delivery must not be prepared at its network now; None when it may."""
    suspension = current_suspension(delivery.account, now=now, preparing=True)
    if suspension is not None:
        return Admission(0, suspension.reason, suspension.until, suspension.code)
    return capacity_to_prepare(delivery.account, now=now)


@transaction.atomic(durable=True)
def set_limit(*, account: Account, budget: str, limit: int | None, by: Member, now: datetime) -> Quota:
    """Set the entity's own limit of a budget (micro-dollars for money), or remove it with None."""
    account = get_account(member=by, pk=account.pk)
    quota = rate_limits.set_quota_limit(account=account, quota=budget, limit=limit, by=by, now=now)
    deliveries = Delivery.objects.filter(entity_id=account.entity_id, account__network=account.network)
    _retry_throttled(deliveries, now)
    return quota


@transaction.atomic(durable=True)
def resume_sending(*, stop: NetworkSuspension, by: Member, now: datetime) -> NetworkSuspension:
    """End a network's suspension: what waits goes out now, in the order of its due times."""
    suspension = get_suspension(member=by, pk=stop.pk, now=now, for_update=True)
    rate_limits.end_suspension(suspension=suspension, by=by, now=now)
    _retry_throttled(suspended_by(suspension), now)
    return suspension


def _retry_throttled(deliveries: QuerySet[Delivery], now: datetime) -> None:
    """Make throttled deliveries ready now; locked by primary key, so that two transactions cannot deadlock."""
    throttled = deliveries.filter(state__in=WAITING, reason_code__startswith=THROTTLED).order_by("pk")
    for delivery in throttled.select_for_update(no_key=True, of=("self",)):
        delivery.ready_at = max(now, delivery.due_at)
        delivery.prepare_at = min(delivery.prepare_at, now)
        delivery.reason_code = delivery.reason = ""
        delivery.save(update_fields=["ready_at", "prepare_at", "reason_code", "reason"])
    schedule_wakeups([now], now=now)
