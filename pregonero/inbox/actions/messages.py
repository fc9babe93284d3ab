"""What people write is stored once, with its edits, in a few statements however many they are (Q-1, N-7).

The record keeps digests, never words or names.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pregonero.inbox.known import Known, known_of
from pregonero.inbox.models import Contact, Conversation, Message, MessageVersion
from pregonero.inbox.question_queries import proposer_of
from pregonero.inbox.questions.proposals import Proposer
from pregonero.inbox.states import ConversationState
from pregonero.networks.base import ID_LENGTH
from pregonero.networks.interactions import Author, Interaction, InteractionKind
from pregonero.networks.models import Account
from pregonero.newsroom.reading.text import one_line, paragraphs
from pregonero.records.actions import SYSTEM, EventDraft, record_many
from pregonero.records.canonical_body import digest_of_text

TEXT_LIMIT = 50_000  # characters of a message that are stored
REOPENED = (
    "state", "revision", "question", "question_why", "question_by", "snoozed_until", "waiting_since", "last_at",
)  # fmt: skip
REWRITTEN = ("text", "salt", "digest", "edited_at")


@dataclass
class ReceivedCounts:
    """What one reading changed."""

    new: int = 0
    edited: int = 0
    not_understood: int = 0


def receive(
    account: Account, interactions: Iterable[Interaction], work_since: datetime, now: datetime
) -> ReceivedCounts:
    """Store interactions once, inside the caller's transaction, which has locked the account's streams.

    Conversations are locked before messages, both in the order of their ids.
    """
    by_id = {item.remote_id: item for item in map(_cleaned, interactions)}
    counts = ReceivedCounts(not_understood=int(by_id.pop("", None) is not None))
    # Networks give seconds: what was written within one is in the order of its ids.
    items = sorted(by_id.values(), key=lambda item: (item.written_at, len(item.remote_id), item.remote_id))
    known = known_of(account, items)
    changed = [item for item in items if _is_new(known, item) or _is_edited(known, item)]
    if changed:
        known.lock_conversations(changed)
        _lock_messages(known, changed)
        contacts = contacts_of(account, [item.author for item in changed if _is_new(known, item)], now)
        changes = _Changes(known, contacts, proposer_of(account.entity_id), work_since, now)
        for item in changed:
            changes.edit(item) if item.remote_id in known.messages else changes.add(item)
        changes.save()
        counts.new, counts.edited = len(changes.messages), len(changes.edited)
    return counts


def _cleaned(item: Interaction) -> Interaction:
    """Return an interaction without what the database does not take in its ids and names: NUL, lone surrogates."""
    return replace(
        item,
        remote_id=one_line(item.remote_id, ID_LENGTH),
        thread_id=one_line(item.thread_id, ID_LENGTH),
        parent_id=one_line(item.parent_id, ID_LENGTH),
        post_id=one_line(item.post_id, ID_LENGTH),
        url=one_line(item.url, 500),
        author=_cleaned_author(item.author),
        written_at=item.written_at if item.written_at.tzinfo else item.written_at.replace(tzinfo=UTC),
    )


def _cleaned_author(author: Author) -> Author:
    return Author(one_line(author.remote_id, ID_LENGTH), one_line(author.handle, 120), one_line(author.name, 200))


def _is_new(known: Known, item: Interaction) -> bool:
    return item.remote_id not in known.messages and item.remote_id not in known.sent


def _is_edited(known: Known, item: Interaction) -> bool:
    """Return whether its author edited a known message; our own and what was erased stay as they are."""
    message = known.messages.get(item.remote_id)
    if message is None or message.is_ours or not message.salt:
        return False
    return digest_of_text(message.salt, paragraphs(item.text, TEXT_LIMIT)) != message.digest


def _lock_messages(known: Known, items: Sequence[Interaction]) -> None:
    """Lock the messages that change, and read them again: one may have been erased meanwhile."""
    ids = [known.messages[item.remote_id].pk for item in items if item.remote_id in known.messages]
    for message in Message.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk"):
        message.account = known.account
        message.conversation = known.conversations[known.messages[message.remote_id].conversation.thread_id]
        known.messages[message.remote_id] = message


def contacts_of(account: Account, authors: Sequence[Author], now: datetime) -> dict[str, Contact]:
    """Return people of an account's network, by its id for them; two readings insert new ones in the same order."""
    first = {author.remote_id: author for author in map(_cleaned_author, reversed(authors))}
    people = Contact.objects.filter(entity_id=account.entity_id, network=account.network)
    found = {contact.remote_id: contact for contact in people.filter(remote_id__in=list(first))}
    missing = sorted(first.keys() - found.keys())
    Contact.objects.bulk_create(
        [
            Contact(
                entity_id=account.entity_id,
                network=account.network,
                remote_id=id,
                handle=first[id].handle,
                name=first[id].name,
                first_seen_at=now,
            )
            for id in missing
        ],
        ignore_conflicts=True,
    )
    return found | {contact.remote_id: contact for contact in people.filter(remote_id__in=missing)}


@dataclass
class _Changes:
    """What a reading changes, worked out in the order in which it was written, and then stored at once."""

    known: Known
    contacts: dict[str, Contact]
    proposer: Proposer
    work_since: datetime
    now: datetime
    messages: list[Message] = field(default_factory=list)
    edited: list[Message] = field(default_factory=list)
    versions: list[MessageVersion] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)  # new and changed ones, by thread
    events: list[tuple[Message, str]] = field(default_factory=list)

    def add(self, item: Interaction) -> None:
        """Add a message to its conversation, which is a new one unless the post is our own: that starts none."""
        is_beside = item.kind == InteractionKind.CHAT  # read beside its broadcast: nobody has to answer it
        is_work = not item.is_ours and not is_beside and item.written_at >= self.work_since
        thread = self.known.thread_of(item)
        conversation = self.known.conversations.get(thread)
        if conversation is None:
            if item.is_ours:
                return
            conversation = self._new_conversation(item, thread, is_work=is_work)
        text, salt = paragraphs(item.text, TEXT_LIMIT), secrets.token_hex(16)
        message = Message(
            conversation=conversation,
            account=self.known.account,
            remote_id=item.remote_id,
            kind=item.kind,
            contact=None if item.is_ours else self.contacts[item.author.remote_id],
            is_work=is_work,
            parent_id=item.parent_id,
            url=item.url,
            text=text,
            salt=salt,
            digest=digest_of_text(salt, text),
            why_assisted=item.why_assisted[:300],
            written_at=item.written_at,
            received_at=self.now,
        )
        self.known.messages[item.remote_id] = message
        self.messages.append(message)
        self.events.append((message, "message.received"))
        if is_work:
            self._reopen(conversation, message)

    def edit(self, item: Interaction) -> None:
        """Keep the earlier text of a message whose author edited it."""
        message = self.known.messages[item.remote_id]
        if not _is_edited(self.known, item):
            return
        self.versions.append(
            MessageVersion(
                message=message, text=message.text, salt=message.salt, digest=message.digest, replaced_at=self.now
            )
        )
        message.text, message.salt = paragraphs(item.text, TEXT_LIMIT), secrets.token_hex(16)
        message.digest, message.edited_at = digest_of_text(message.salt, message.text), self.now
        self.edited.append(message)
        self.events.append((message, "message.edited"))
        message.conversation.revision += 1
        self.conversations[message.conversation.thread_id] = message.conversation

    def save(self) -> None:
        """Store it all and record it, each table in one statement."""
        changed = list(self.conversations.values())
        seen = [one for one in changed if one.pk is not None]
        Conversation.objects.bulk_create(seen, update_conflicts=True, unique_fields=["id"], update_fields=REOPENED)
        Conversation.objects.bulk_create([one for one in changed if one.pk is None])
        Message.objects.bulk_create(self.messages)
        MessageVersion.objects.bulk_create(self.versions)
        Message.objects.bulk_create(self.edited, update_conflicts=True, unique_fields=["id"], update_fields=REWRITTEN)
        record_many(_event(message, event_type, self.now) for message, event_type in self.events)

    def _new_conversation(self, item: Interaction, thread: str, *, is_work: bool) -> Conversation:
        account, subject = self.known.account, self.known.subject_of(item)
        proposal = self.proposer.propose(item.text)
        conversation = Conversation(
            entity_id=account.entity_id,
            account=account,
            kind=item.kind,
            thread_id=thread,
            post_id=item.post_id,
            subject_kind=subject.kind if subject else "",
            subject_id=subject.id if subject else None,
            subject_name=subject.label if subject else "",
            contact=self.contacts[item.author.remote_id],
            state=ConversationState.OPEN if is_work else ConversationState.CLOSED,
            question=proposal.question,
            question_why=proposal.why,
            waiting_since=item.written_at,
            last_at=item.written_at,
        )
        self.known.conversations[thread] = self.conversations[thread] = conversation
        return conversation

    def _reopen(self, conversation: Conversation, message: Message) -> None:
        """Count a new message: the conversation waits for an answer again.

        A private one never ends: what comes after it was attended is another matter, which a person confirms.
        """
        if conversation.state != ConversationState.OPEN:
            conversation.waiting_since = message.written_at
            if conversation.is_private:
                conversation.question_by = None
            if not conversation.is_confirmed:
                proposal = self.proposer.propose(message.text)
                conversation.question, conversation.question_why = proposal.question, proposal.why
        conversation.state, conversation.snoozed_until = ConversationState.OPEN, None
        conversation.last_at = max(conversation.last_at, message.written_at)
        conversation.revision += 1
        self.conversations[conversation.thread_id] = conversation


def _event(message: Message, event_type: str, now: datetime) -> EventDraft:
    conversation = message.conversation
    subject = [conversation.subject] if conversation.subject else []
    return EventDraft(
        entity_id=conversation.entity_id,
        event_type=event_type,
        actor=SYSTEM,
        ref=message.ref,
        at=now,
        related=[conversation.ref, *subject],
        facts={"remote_id": message.remote_id, "digest": message.digest, "kind": str(message.kind)},
    )
