"""What people wrote and is no longer at its network: by its author, or by whoever may remove it there."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from pregonero.inbox.models import Conversation, Message
from pregonero.records.actions import SYSTEM, EventDraft, record_many


def mark_removed(entity_id: int, network: str, ids: Sequence[str], now: datetime) -> None:
    """Mark messages as deleted by their authors; the words stay for who attends the conversation.

    Conversations are locked before messages, both in the order of their ids, as readings do.
    """
    if not ids:
        return
    removed = Message.objects.filter(
        account__entity_id=entity_id,
        account__network=network,
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
            entity_id=entity_id,
            event_type="message.deleted",
            actor=SYSTEM,
            ref=message.ref,
            at=now,
            related=[message.conversation.ref],
        )
        for message in messages
    )
