"""What a person does with the networks' limits: sets the entity's own, and lets sending go on when it is solved."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.networks.rate_limits.actions import end_suspension, set_quota_limit
from pregonero.networks.rate_limits.models import NetworkSuspension, Quota
from pregonero.people.models import Member
from pregonero.publishing import queries
from pregonero.publishing.actions.throttling import LIMIT
from pregonero.publishing.models import Delivery
from pregonero.publishing.states import WAITING
from pregonero.publishing.wakeups import schedule_wakeups


@transaction.atomic(durable=True)
def set_limit(*, account: Account, budget: str, limit: int | None, by: Member, now: datetime) -> Quota:
    """Set the entity's own limit of a quota (in micro-dollars for money), or take it away."""
    account = get_account(member=by, pk=account.pk)
    row = set_quota_limit(account=account, quota=budget, limit=limit, by=by, now=now)
    theirs = Delivery.objects.filter(entity_id=account.entity_id, account__network=account.network)
    _look_again(theirs, now)
    return row


@transaction.atomic(durable=True)
def resume_sending(*, stop: NetworkSuspension, by: Member, now: datetime) -> NetworkSuspension:
    """Let go on what a network's refusal stopped: what waits goes out now, in the order of its minutes."""
    stop = queries.get_sending_stop(member=by, pk=stop.pk, now=now, for_update=True)
    end_suspension(suspension=stop, by=by, now=now)
    _look_again(queries.stopped_by(stop), now)
    return stop


def _look_again(theirs: QuerySet[Delivery], now: datetime) -> None:
    """Have what waits for a limit looked at now; in the order of its row, so that two never wait for each other."""
    held = (
        theirs.filter(state__in=WAITING, reason_code__startswith=LIMIT).order_by("pk").select_for_update(of=("self",))
    )
    for delivery in held:
        delivery.ready_at = max(now, delivery.due_at)
        delivery.prepare_at = min(delivery.prepare_at, now)
        delivery.reason_code = delivery.reason = ""
        delivery.save(update_fields=["ready_at", "prepare_at", "reason_code", "reason"])
    schedule_wakeups([now], now=now)
