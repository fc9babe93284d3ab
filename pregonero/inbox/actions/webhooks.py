"""Notices of the networks: stored as they came, and turned into a reading at once."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from procrastinate.contrib.django import app

from pregonero.inbox.models import Conversation, Message, Stream, WebhookNotice
from pregonero.networks.models import Application
from pregonero.networks.webhooks import WebhookHint
from pregonero.records.actions import SYSTEM, EventDraft, record_many


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
    _mark_removed(notice.application, [id for hint in hints for id in hint.removed], now)
    notice.body, notice.problem, notice.processed_at = b"", problem[:300], now
    notice.save(update_fields=["body", "problem", "processed_at"])
    return due


def _mark_removed(application: Application, ids: Sequence[str], now: datetime) -> None:
    """Mark messages as deleted by their authors; the words stay for who attends the conversation.

    Conversations are locked before messages, both in the order of their ids, as readings do.
    """
    removed = Message.objects.filter(
        account__entity_id=application.entity_id,
        account__network=application.network,
        remote_id__in=list(ids),
        contact__isnull=False,
        deleted_at__isnull=True,
    )
    conversations = Conversation.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    in_order = [one.pk for one in conversations.filter(pk__in=removed.values("conversation"))]
    locked = removed.select_for_update(no_key=True, of=("self",)).select_related("conversation__account", "account")
    messages = list(locked.filter(conversation__in=in_order).order_by("pk"))
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(deleted_at=now)
    changed = {message.conversation_id for message in messages}
    Conversation.objects.filter(pk__in=changed).update(revision=F("revision") + 1)
    record_many(
        EventDraft(
            entity_id=application.entity_id,
            event_type="message.deleted",
            actor=SYSTEM,
            ref=message.ref,
            at=now,
            related=[message.conversation.ref],
        )
        for message in messages
    )
