"""What the page of a conversation shows around the composer: drafts, saved answers, who else is there, what changed."""

import uuid
from datetime import datetime
from typing import Any

from pregonero.inbox import composer_queries, queries
from pregonero.inbox.models import Conversation
from pregonero.people.models import Member
from pregonero.people.rules import may


def composer_context(conversation: Conversation, *, member: Member, now: datetime) -> dict[str, Any]:
    """Return what the composer's templates need for a member."""
    queue = queries.queue_beside(conversation, now=now)
    messages = queries.last_messages(queue.rows)
    return {
        "draft": composer_queries.draft_by(conversation, member),
        "company": composer_queries.company_in(conversation, besides=member, now=now),
        "saved_answers": composer_queries.saved_answers(conversation.entity),
        "labels": list(conversation.labels.order_by("name")),
        "all_labels": composer_queries.labels_of(conversation.entity),
        "queue": queue,
        "queue_rows": [(row, messages.get(row.pk)) for row in queue.rows],
        "may_save": may(member, "saved_answer.manage", now=now),
    }


def new_answer(conversation: Conversation, now: datetime) -> dict[str, Any]:
    """Return the hidden values of a composer: its key, the revision that it shows, and when it was opened."""
    return {"key": uuid.uuid4(), "seen": conversation.revision, "opened": now.isoformat()}
