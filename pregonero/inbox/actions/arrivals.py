"""What people write is stored once, with its edits; the record keeps digests, never words or names (Q-1, N-7)."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from pregonero.inbox.models import Contact, Conversation, Message, MessageVersion, Stream
from pregonero.inbox.question_queries import proposer_of
from pregonero.inbox.questions.proposals import Proposer
from pregonero.inbox.states import ConversationState
from pregonero.networks.base import ID_LENGTH
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account
from pregonero.networks.registry import interaction_reader
from pregonero.newsroom.reading.text import one_line, paragraphs
from pregonero.outbox.models import Delivery
from pregonero.records.actions import SYSTEM, EventDraft, ObjectRef, record_many
from pregonero.records.canonical_body import digest_of_text

CONTEXT_BEFORE = timedelta(days=7)  # of the first reading: what is older is context, not work
TEXT_LIMIT = 50_000  # characters of a message that are stored
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class ReceivedCounts:
    """What one reading changed."""

    new: int = 0
    edited: int = 0
    not_understood: int = 0


@transaction.atomic(durable=True)
def receive_reading(*, stream: Stream, reading: Reading, now: datetime) -> ReceivedCounts:
    """Store what a stream brought, all of it or nothing, and where its next reading continues.

    What is known already changes nothing, unless its author edited it.
    """
    stream = (
        Stream.objects.select_for_update(no_key=True, of=("self",)).select_related("account__entity").get(pk=stream.pk)
    )
    account = stream.account
    stream.first_read_at = stream.first_read_at or now
    counts = receive(account, reading.interactions, stream.first_read_at - CONTEXT_BEFORE, now)
    stream.cursor, stream.read_at = reading.cursor, now
    stream.problem, stream.failures = _problem_of(counts), 0
    stream.next_read_at = now if reading.has_more else now + _interval(stream)
    stream.save()
    return counts


@transaction.atomic(durable=True)
def save_stream_problem(*, stream: Stream, reason: str, wait_seconds: float | None, now: datetime) -> None:
    """Store why a stream could not be read, and when it is read again; what was read stays."""
    stream = Stream.objects.select_for_update(no_key=True, of=("self",)).get(pk=stream.pk)
    stream.problem, stream.failures = reason[:300], min(stream.failures + 1, 1_000)
    backoff = min(FIRST_RETRY * 2 ** min(stream.failures - 1, 10), LONGEST_RETRY)
    stream.next_read_at = now + max(backoff, timedelta(seconds=wait_seconds or 0))
    stream.save(update_fields=["problem", "failures", "next_read_at"])


@transaction.atomic(durable=True)
def open_streams(*, accounts: Sequence[Account], now: datetime) -> None:
    """Store the streams that the networks of these accounts offer, to be read from now on."""
    missing = [
        Stream(account=account, name=offered.name, next_read_at=now)
        for account in accounts
        for offered in getattr(interaction_reader(account.network), "streams", ())
    ]
    Stream.objects.bulk_create(missing, ignore_conflicts=True)


def _interval(stream: Stream) -> timedelta:
    reader = interaction_reader(stream.account.network)
    seconds = [offered.every_seconds for offered in getattr(reader, "streams", ()) if offered.name == stream.name]
    return timedelta(seconds=seconds[0] if seconds else LONGEST_RETRY.total_seconds())


def receive(
    account: Account, interactions: Iterable[Interaction], work_since: datetime, now: datetime
) -> ReceivedCounts:
    """Store interactions once, inside the caller's transaction, which has locked a stream of the account."""
    by_id = {item.remote_id: item for item in map(_cleaned, interactions)}
    not_understood = by_id.pop("", None) is not None
    known = {
        message.remote_id: message
        for message in Message.objects.select_for_update(no_key=True, of=("self",)).filter(
            account=account, remote_id__in=list(by_id)
        )
    }
    counts, events = ReceivedCounts(not_understood=int(not_understood)), list[EventDraft]()
    ours, proposer = _ids_of_ours(account, by_id), proposer_of(account.entity_id)
    # Networks give seconds: what was written within one is in the order of its ids.
    for item in sorted(by_id.values(), key=lambda item: (item.written_at, len(item.remote_id), item.remote_id)):
        message = known.get(item.remote_id)
        if message is not None:
            events += _edit(message, item, now, counts)
        elif item.remote_id not in ours:
            events += _add(account, item, proposer, work_since=work_since, now=now, counts=counts)
    record_many(events)
    return counts


def _cleaned(item: Interaction) -> Interaction:
    """Return an interaction without what the database does not take in its ids and names: NUL, lone surrogates."""
    author = Author(
        one_line(item.author.remote_id, ID_LENGTH), one_line(item.author.handle, 120), one_line(item.author.name, 200)
    )
    return replace(
        item,
        remote_id=one_line(item.remote_id, ID_LENGTH),
        thread_id=one_line(item.thread_id, ID_LENGTH),
        parent_id=one_line(item.parent_id, ID_LENGTH),
        post_id=one_line(item.post_id, ID_LENGTH),
        url=one_line(item.url, 500),
        author=author,
        written_at=item.written_at if item.written_at.tzinfo else item.written_at.replace(tzinfo=UTC),
    )


def _problem_of(counts: ReceivedCounts) -> str:
    return "Llegó algo que no entendimos: mira en la red lo último que escribieron." if counts.not_understood else ""


def _ids_of_ours(account: Account, ids: Iterable[str]) -> set[str]:
    """Return which of these ids are of what we sent: answers and comments are in their own places already."""
    sent = Delivery.objects.filter(account=account, remote_id__in=list(ids))
    return set(sent.values_list("remote_id", flat=True))


def _add(
    account: Account,
    item: Interaction,
    proposer: Proposer,
    *,
    work_since: datetime,
    now: datetime,
    counts: ReceivedCounts,
) -> list[EventDraft]:
    is_work = not item.is_ours and item.written_at >= work_since
    conversation = _conversation_for(account, item, proposer, is_work=is_work, now=now)
    if conversation is None:
        return []
    text, salt = paragraphs(item.text, TEXT_LIMIT), secrets.token_hex(16)
    contact = None if item.is_ours else _contact_for(account, item.author, now)
    message = Message.objects.create(
        conversation=conversation,
        account=account,
        remote_id=item.remote_id,
        kind=item.kind,
        contact=contact,
        is_work=is_work,
        parent_id=item.parent_id[:ID_LENGTH],
        url=item.url[:500],
        text=text,
        salt=salt,
        digest=digest_of_text(salt, text),
        why_assisted=item.why_assisted[:300],
        written_at=item.written_at,
        received_at=now,
    )
    if is_work:
        _reopen(conversation, message, proposer)
    counts.new += 1
    return [_event(conversation, message, "message.received", now)]


def _event(conversation: Conversation, message: Message, event_type: str, now: datetime) -> EventDraft:
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


def _conversation_for(
    account: Account, item: Interaction, proposer: Proposer, *, is_work: bool, now: datetime
) -> Conversation | None:
    """Return the conversation of an interaction; a new one unless it is our own post, which starts none."""
    thread = _thread_of(account, item)
    found = (
        Conversation.objects.select_for_update(no_key=True, of=("self",))
        .filter(account=account, thread_id=thread)
        .first()
    )
    if found is not None or item.is_ours:
        return found
    subject = _subject_of(account, item)
    proposal = proposer.propose(item.text)
    return Conversation.objects.create(
        entity_id=account.entity_id,
        account=account,
        kind=item.kind,
        thread_id=thread,
        post_id=item.post_id[:ID_LENGTH],
        subject_kind=subject.kind if subject else "",
        subject_id=subject.id if subject else None,
        subject_name=subject.label if subject else "",
        contact=_contact_for(account, item.author, now),
        state=ConversationState.OPEN if is_work else ConversationState.CLOSED,
        question=proposal.question,
        question_why=proposal.why,
        waiting_since=item.written_at,
        last_at=item.written_at,
    )


def _thread_of(account: Account, item: Interaction) -> str:
    """Return the id of the thread of an interaction: that of the message or answer that it replies to, or its own.

    What is private and what is public are never in one thread, whatever replies to what.
    """
    if item.kind == InteractionKind.MESSAGE:
        return item.thread_id[:ID_LENGTH]
    parent = Message.objects.filter(account=account, remote_id=item.parent_id).select_related("conversation").first()
    if item.parent_id and parent is not None:
        return item.thread_id[:ID_LENGTH] if parent.is_private else parent.conversation.thread_id
    public = Conversation.objects.exclude(kind=InteractionKind.MESSAGE)
    answered = public.filter(account=account, answers__remote_id=item.parent_id).first()
    return answered.thread_id if item.parent_id and answered is not None else item.thread_id[:ID_LENGTH]


def _subject_of(account: Account, item: Interaction) -> ObjectRef | None:
    """Return the publication whose post an interaction is under; None for a private message, or another's post."""
    if item.kind == InteractionKind.MESSAGE:
        return None
    ids = [id for id in (item.post_id, item.parent_id) if id]
    delivery = Delivery.objects.filter(account=account, remote_id__in=ids, subject_kind="publication").first()
    return delivery.subject if delivery is not None else None


def _contact_for(account: Account, author: Author, now: datetime) -> Contact:
    contact, _ = Contact.objects.get_or_create(
        entity_id=account.entity_id,
        network=account.network,
        remote_id=author.remote_id[:ID_LENGTH],
        defaults={"handle": author.handle[:120], "name": author.name[:200], "first_seen_at": now},
    )
    return contact


def _reopen(conversation: Conversation, message: Message, proposer: Proposer) -> None:
    """Count a new message: the conversation waits for an answer again.

    A private conversation never ends: what comes after it was attended is another matter, which a person confirms.
    """
    if conversation.state != ConversationState.OPEN:
        conversation.waiting_since = message.written_at
        if conversation.is_private:
            conversation.question_by = None
        if not conversation.is_confirmed:
            proposal = proposer.propose(message.text)
            conversation.question, conversation.question_why = proposal.question, proposal.why
    conversation.state, conversation.snoozed_until = ConversationState.OPEN, None
    conversation.last_at = max(conversation.last_at, message.written_at)
    conversation.revision += 1
    conversation.save()


def _edit(message: Message, item: Interaction, now: datetime, counts: ReceivedCounts) -> list[EventDraft]:
    """Keep the earlier text of a message whose author edited it."""
    text = paragraphs(item.text, TEXT_LIMIT)
    if message.is_ours or digest_of_text(message.salt, text) == message.digest or not message.salt:
        return []
    MessageVersion.objects.create(
        message=message, text=message.text, salt=message.salt, digest=message.digest, replaced_at=now
    )
    message.text, message.salt = text, secrets.token_hex(16)
    message.digest, message.edited_at = digest_of_text(message.salt, text), now
    message.save(update_fields=["text", "salt", "digest", "edited_at"])
    conversation = (
        Conversation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=message.conversation_id)
    )
    conversation.revision += 1
    conversation.save(update_fields=["revision"])
    counts.edited += 1
    return [_event(conversation, message, "message.edited", now)]
