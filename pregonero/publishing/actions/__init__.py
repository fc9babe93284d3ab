"""What people and workers do with publications and deliveries, one function per verb."""

from pregonero.publishing.actions.assisting import report_hand_made, take_in_hand
from pregonero.publishing.actions.attaching import (
    Described,
    add_captions,
    add_thumbnail,
    attach_medium,
    detach_medium,
    exchange_medium,
    place_medium,
    take_captions_away,
)
from pregonero.publishing.actions.deciding import decide_is_not_out, decide_is_out
from pregonero.publishing.actions.drafting import draft_publication, edit_publication
from pregonero.publishing.actions.limiting import resume_sending, set_limit
from pregonero.publishing.actions.linking import accept_link, keep_link_check
from pregonero.publishing.actions.making import ask_version
from pregonero.publishing.actions.programming import (
    cancel_publication,
    move_publication,
    program_publication,
)
from pregonero.publishing.actions.retaking import take_up_again
from pregonero.publishing.actions.stopping import (
    resume_everything,
    resume_publication,
    stop_everything,
    stop_publication,
)
from pregonero.publishing.changes import AdaptationChange, AttachmentWords, PublicationChange

__all__ = [
    "AdaptationChange",
    "AttachmentWords",
    "Described",
    "PublicationChange",
    "accept_link",
    "add_captions",
    "add_thumbnail",
    "ask_version",
    "attach_medium",
    "cancel_publication",
    "decide_is_not_out",
    "decide_is_out",
    "detach_medium",
    "draft_publication",
    "edit_publication",
    "exchange_medium",
    "keep_link_check",
    "move_publication",
    "place_medium",
    "program_publication",
    "report_hand_made",
    "resume_everything",
    "resume_publication",
    "resume_sending",
    "set_limit",
    "stop_everything",
    "stop_publication",
    "take_captions_away",
    "take_in_hand",
    "take_up_again",
]
