"""What is known already of the interactions that a reading brought: one query of each kind, however many (Q-1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pregonero.inbox.models import Answer, Conversation, Message
from pregonero.networks.interactions import Interaction, InteractionKind
from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery
from pregonero.records.actions import ObjectRef


@dataclass
class Known:
    """What the database has of an account that a reading speaks of; what is new is added as it is stored.

    Messages are those of the reading and those that they reply to, by the network's id, with their conversations.
    """

    account: Account
    messages: dict[str, Message]
    sent: set[str]  # ids of what we sent: answers and comments are in their own places already
    publications: dict[str, Delivery]  # by the id of the post
    answered: dict[str, str]  # the public thread that one of our answers is in, by the answer's id
    conversations: dict[str, Conversation] = field(default_factory=dict)  # by thread, locked

    def thread_of(self, item: Interaction) -> str:
        """Return the id of the thread of an interaction: that of what it replies to, or its own.

        What is private and what is public are never in one thread, whatever replies to what.
        """
        if item.kind == InteractionKind.MESSAGE or not item.parent_id:
            return item.thread_id
        parent = self.messages.get(item.parent_id)
        if parent is not None:
            return item.thread_id if parent.is_private else parent.conversation.thread_id
        return self.answered.get(item.parent_id, item.thread_id)

    def subject_of(self, item: Interaction) -> ObjectRef | None:
        """Return the publication whose post it is under; None for a private message, or another's post."""
        if item.kind == InteractionKind.MESSAGE:
            return None
        found = [self.publications[id] for id in (item.post_id, item.parent_id) if id in self.publications]
        return min(found, key=lambda delivery: delivery.pk).subject if found else None

    def lock_conversations(self, items: Sequence[Interaction]) -> None:
        """Lock the conversations that these may belong to, in the order of their ids, as every reading does."""
        written = [self.messages[item.remote_id] for item in items if item.remote_id in self.messages]
        threads = {item.thread_id for item in items} | {self.thread_of(item) for item in items}
        threads |= {message.conversation.thread_id for message in written}
        found = Conversation.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
        for conversation in found.filter(account=self.account, thread_id__in=threads):
            conversation.account = self.account
            self.conversations[conversation.thread_id] = conversation


def known_of(account: Account, items: Sequence[Interaction]) -> Known:
    """Return what is known of these interactions of an account."""
    ids, parents = {item.remote_id for item in items}, {item.parent_id for item in items} - {""}
    posts = {item.post_id for item in items} - {""}
    messages = Message.objects.filter(account=account, remote_id__in=ids | parents).select_related("conversation")
    by_id = {message.remote_id: message for message in messages}
    sent = list(Delivery.objects.filter(account=account, remote_id__in=ids | parents | posts).order_by("-pk"))
    return Known(
        account=account,
        messages=by_id,
        sent={delivery.remote_id for delivery in sent},
        publications={delivery.remote_id: delivery for delivery in sent if delivery.subject_kind == "publication"},
        answered=_answered(account, parents - by_id.keys()),
    )


def _answered(account: Account, ids: Iterable[str]) -> dict[str, str]:
    answers = Answer.objects.filter(conversation__account=account, remote_id__in=list(ids))
    public = answers.exclude(conversation__kind=InteractionKind.MESSAGE).order_by("-conversation_id")
    return dict(public.values_list("remote_id", "conversation__thread_id"))
