"""The chats of live broadcasts, read beside their video (YT-5)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.inbox.models import Message, Stream
from pregonero.moderation import comment_queue
from pregonero.moderation.states import Effect
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.publishing.live.live_models import LiveEvent
from pregonero.publishing.live.queries import event_with_video

LOOK_BACK = timedelta(days=90)
SHOWN = 200


@dataclass(frozen=True)
class LiveChat:
    """The chat of one broadcast: how many messages it has, and when the last one was written."""

    account: Account
    video: str
    subject: str
    messages: int
    last_at: datetime | None
    by_hand: int  # decisions that a person still has to do at the network
    event: LiveEvent | None = None  # the one that is broadcast, if it was planned here
    address: str = ""  # that was stored when it went live


def chats_of(entity: Entity, *, now: datetime, video: str = "") -> list[LiveChat]:
    """Return the chats of the last 90 days, the latest first."""
    messages = _messages(entity).filter(received_at__gte=now - LOOK_BACK)
    if video:
        messages = messages.filter(conversation__post_id=video)
    grouped = messages.values("account", "conversation__post_id").annotate(
        messages=Count("pk"),
        last_at=Max("written_at"),
        subject=Max("conversation__subject_name"),
        by_hand=Count("pk", filter=Q(moderation__decision__effect=Effect.BY_HAND)),
    )
    rows = list(grouped.order_by("-last_at", "account")[:50])
    accounts = Account.objects.select_related("entity").in_bulk([row["account"] for row in rows])
    return [
        LiveChat(
            account=accounts[row["account"]],
            video=row["conversation__post_id"],
            subject=row["subject"],
            messages=row["messages"],
            last_at=row["last_at"],
            by_hand=row["by_hand"],
        )
        for row in rows
    ]


def get_chat(member: Member, *, video: str, now: datetime) -> LiveChat:
    """Return the chat of a broadcast of the member's entity, also before its first message. Raises `NotFound`."""
    found = chats_of(member.entity, now=now, video=video)
    broadcast = event_with_video(member.entity, video)
    if found:
        return replace(found[0], event=broadcast.event if broadcast else None)
    if broadcast is None:
        raise NotFound
    return LiveChat(broadcast.account, video, broadcast.event.title, 0, None, 0, broadcast.event, broadcast.address)


def messages_of(chat: LiveChat) -> list[Message]:
    """Return the latest messages of a chat, the newest first, with what was decided or proposed about each."""
    messages = _messages(chat.account.entity).filter(account=chat.account, conversation__post_id=chat.video)
    return list(comment_queue.with_moderation(messages).order_by("-written_at", "-pk")[:SHOWN])


def read_at(chat: LiveChat) -> datetime | None:
    """Return when the chats of an account were last read."""
    return Stream.objects.filter(account=chat.account, name="chat").values_list("read_at", flat=True).first()


def chat_messages(*, account_id: int, remote_ids: list[str]) -> list[Message]:
    """Return messages of the chats of an account of any entity, for the job that tells of those taken down."""
    found = Message.objects.filter(account_id=account_id, kind=InteractionKind.CHAT, remote_id__in=remote_ids)
    return list(found.select_related("account__entity", "conversation").order_by("pk"))


def _messages(entity: Entity) -> QuerySet[Message]:
    return Message.objects.filter(account__entity=entity, kind=InteractionKind.CHAT)
