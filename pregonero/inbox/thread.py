"""A conversation as its page shows it: messages, answers and notes in the order in which they happened."""

from dataclasses import dataclass
from datetime import datetime

from pregonero.inbox import queries
from pregonero.inbox.models import Answer, Conversation, Message, MessageVersion, Note
from pregonero.people.models import Member


@dataclass(frozen=True)
class Entry:
    """One entry of a thread: exactly one of its three objects is set."""

    at: datetime
    message: Message | None = None
    versions: tuple[MessageVersion, ...] = ()
    answer: Answer | None = None
    note: Note | None = None


def thread_of(conversation: Conversation, *, member: Member) -> list[Entry]:
    """Return the entries of a conversation that a member may read, the first one first."""
    versions: dict[int, list[MessageVersion]] = {}
    for version in queries.versions_of(conversation):
        versions.setdefault(version.message_id, []).append(version)
    messages = [
        Entry(message.written_at, message=message, versions=tuple(versions.get(message.pk, ())))
        for message in queries.messages_of(conversation)
    ]
    answers = [Entry(answer.at, answer=answer) for answer in queries.answers_of(conversation)]
    notes = [Entry(note.at, note=note) for note in queries.notes_of(conversation, member=member)]
    return sorted([*messages, *answers, *notes], key=lambda entry: entry.at)
