"""What follows a conversation, for its page: its petition with the legal date, and what was promised (Q-5, Q-7)."""

from datetime import date
from typing import Any

from pregonero.inbox import person_queries, queries
from pregonero.inbox.forms import PetitionForm
from pregonero.inbox.models import Conversation
from pregonero.inbox.petitions import proposed_features, row_of


def followup_context(conversation: Conversation, *, today: date) -> dict[str, Any]:
    """Return the petition of a conversation with its state, the proposed features of one, and its promises."""
    petition = queries.petition_of(conversation)
    message = None if petition else queries.last_message_of(conversation)
    proposed = proposed_features(message) if message else {}
    return {
        "petition": petition,
        "petition_row": row_of(petition, today=today) if petition else None,
        "petition_form": PetitionForm(initial={"features": [name for name, (has, _) in proposed.items() if has]}),
        "proposed": [f"{'Sí' if has else 'No'}: {reason}" for has, reason in proposed.values()],
        "promises": person_queries.promises_in(conversation),
        "today": today,
    }
