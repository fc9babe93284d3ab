"""Jobs of the register of controls."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.controls import access_queries
from pregonero.controls.actions.access import review_administrators
from pregonero.controls.actions.checks import record_automatic_check
from pregonero.controls.actions.departures import refresh_departure
from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.automatic import BY_CODE, has_changed, is_due, is_newer
from pregonero.controls.models import Departure
from pregonero.people.models import Entity


@app.periodic(cron="17 * * * *")
@app.task(name="controls.adopt", queue="reading", queueing_lock="controls.adopt")
def adopt(timestamp: int, **_later: Any) -> None:
    """Give each entity the controls of the procedure that its register does not have."""
    for entity in Entity.objects.order_by("pk"):
        adopt_catalog(entity=entity, now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="27 * * * *")
@app.task(name="controls.review_access", queue="reading", queueing_lock="controls.review_access")
def review_access(timestamp: int, **_later: Any) -> None:
    """Open and close the findings about administrators, and bring the handovers under way up to date."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    for entity in Entity.objects.order_by("pk"):
        review_administrators(entity=entity, now=now)
    for departure in Departure.objects.filter(closed_at__isnull=True).order_by("pk"):
        refresh_departure(departure=departure, now=now)


@app.periodic(cron="*/5 * * * *")
@app.task(name="controls.check_automatically", queue="reading", queueing_lock="controls.check_automatically")
def check_automatically(timestamp: int, **_later: Any) -> None:
    """Make the checks that need nobody and are due. What moderation already read is looked at each time."""
    for target in access_queries.automatic_targets(codes=BY_CODE):
        check, now = BY_CODE[target.control.code], timezone.now()
        due = is_due(target.version, target.last, now=now) or access_queries.was_linked_since(
            target.account, target.last
        )
        if not due and not check.is_local:
            continue
        draft = check.run(target.account, now=now)
        if draft is None or not is_newer(draft, target.last):
            continue
        if due or check.stores_each or has_changed(draft, target.last):
            record_automatic_check(control=target.control, account=target.account, draft=draft, now=timezone.now())
