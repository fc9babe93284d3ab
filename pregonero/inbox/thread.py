"""A conversation as its page shows it: messages, answers and notes in the order in which they happened."""

from dataclasses import dataclass
from datetime import date, datetime

from pregonero.inbox import queries
from pregonero.inbox.models import Answer, Conversation, Message, MessageVersion, Note, ReservedNote
from pregonero.inbox.press import reserved_notes_of
from pregonero.people.models import Member


@dataclass(frozen=True)
class Entry:
    """One entry of a thread: exactly one of its three objects is set."""

    at: datetime
    message: Message | None = None
    versions: tuple[MessageVersion, ...] = ()
    answer: Answer | None = None
    note: Note | ReservedNote | None = None

    @property
    def changed_at(self) -> datetime:
        """Return when it last changed here: it was received, edited, deleted or written."""
        if self.message is None:
            return self.at
        moments = (self.message.received_at, self.message.edited_at, self.message.deleted_at)
        return max(moment for moment in moments if moment is not None)


@dataclass(frozen=True)
class Thread:
    """The entries that a page shows, and the moment before which there are earlier ones; None at the beginning."""

    entries: list[Entry]
    earlier_than: datetime | None = None


def thread_of(conversation: Conversation, *, member: Member, today: date, before: datetime | None = None) -> Thread:
    """Return the latest entries of a conversation that a member may read, or the latest before a moment."""
    found = queries.messages_of(conversation, before=before)
    since = found[0].written_at if len(found) == queries.THREAD_LIMIT else None
    versions: dict[int, list[MessageVersion]] = {}
    for version in queries.versions_of(found):
        versions.setdefault(version.message_id, []).append(version)
    given = queries.answers_of(conversation, since=since, before=before)
    sent = {answer.remote_id for answer in given if answer.remote_id}
    messages = [
        Entry(message.written_at, message=message, versions=tuple(versions.get(message.pk, ())))
        for message in found
        if message.remote_id not in sent  # the network may list what we sent before its outcome is stored
    ]
    answers = [Entry(answer.at, answer=answer) for answer in given]
    found_notes = queries.notes_of(conversation, since=since, before=before)
    notes = [Entry(note.at, note=note) for note in found_notes]
    notes += [
        Entry(note.at, note=note)
        for note in reserved_notes_of(conversation, member=member, today=today)
        if (since is None or note.at >= since) and (before is None or note.at < before)
    ]
    return Thread(sorted([*messages, *answers, *notes], key=lambda entry: entry.at), since)
