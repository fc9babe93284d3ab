"""Notices of the networks: stored as they came, and turned into a reading at once."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.inbox.actions.messages import contacts_of
from pregonero.inbox.actions.removals import mark_removed
from pregonero.inbox.models import Stream, WebhookNotice
from pregonero.networks.models import Account, Application
from pregonero.networks.webhooks import WebhookHint


@transaction.atomic(durable=True)
def store_notice(*, application: Application, body: bytes, now: datetime) -> bool:
    """Store a signed notice to be read in a job; return False for one that came before."""
    notice, is_new = WebhookNotice.objects.get_or_create(
        application=application,
        digest=hashlib.sha256(body).hexdigest(),
        defaults={"body": body, "received_at": now},
    )
    if is_new:
        app.configure_task("inbox.read_notice").defer(notice_id=notice.pk)
    return is_new


@transaction.atomic(durable=True)
def finish_notice(*, notice: WebhookNotice, hints: Sequence[WebhookHint], problem: str, now: datetime) -> list[int]:
    """Make the streams of the accounts due, mark what was removed, and erase the notice's words (N-7).

    Return the streams to read.
    """
    notice = (
        WebhookNotice.objects.select_for_update(no_key=True, of=("self",))
        .select_related("application")
        .get(pk=notice.pk)
    )
    account_ids = {hint.account_id for hint in hints}
    streams = Stream.objects.select_for_update(no_key=True, of=("self",)).filter(
        account__entity_id=notice.application.entity_id,
        account__network=notice.application.network,
        account__remote_id__in=account_ids,
    )
    due = [stream.pk for stream in streams.order_by("pk")]
    Stream.objects.filter(pk__in=due).update(next_read_at=now)
    mark_removed(
        notice.application.entity_id,
        notice.application.network,
        [id for hint in hints for id in hint.removed],
        now,
    )
    for hint in hints:
        if hint.restrictions:
            _hand_over_restrictions(notice, hint, now)
    notice.body, notice.problem, notice.processed_at = b"", problem[:300], now
    notice.save(update_fields=["body", "problem", "processed_at"])
    return due


def _hand_over_restrictions(notice: WebhookNotice, hint: WebhookHint, now: datetime) -> None:
    """Hand whom an account blocked over to moderation, as contacts: a job has no names (N-7)."""
    application = notice.application
    accounts = Account.objects.filter(entity_id=application.entity_id, network=application.network)
    for account in accounts.filter(remote_id=hint.account_id):
        contacts = contacts_of(account, [change.person for change in hint.restrictions], now)
        for change in hint.restrictions:
            app.configure_task("moderation.take_restriction").defer(
                account_id=account.pk,
                contact_id=contacts[change.person.remote_id].pk,
                kind=change.kind,
                is_end=change.is_end,
                happened_at=change.at.isoformat(),
                digest=notice.digest,
            )
