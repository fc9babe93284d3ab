"""What people and workers do with publications and deliveries, one function per verb."""

from pregonero.publishing.actions.attachments import (
    Described,
    add_captions,
    add_thumbnail,
    attach_medium,
    detach_medium,
    exchange_medium,
    place_medium,
    take_captions_away,
)
from pregonero.publishing.actions.drafts import draft_publication, edit_publication
from pregonero.publishing.actions.duplicate import take_up_again
from pregonero.publishing.actions.limits import resume_sending, set_limit
from pregonero.publishing.actions.links import accept_link, keep_link_check
from pregonero.publishing.actions.manual import report_manual_post, start_manual_post
from pregonero.publishing.actions.media_versions import ask_version
from pregonero.publishing.actions.pauses import resume_everything, resume_publication, stop_everything, stop_publication
from pregonero.publishing.actions.resolution import decide_is_not_out, decide_is_out
from pregonero.publishing.actions.scheduling import cancel_publication, move_publication, program_publication
from pregonero.publishing.edits import AdaptationChange, AttachmentWords, PublicationChange

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
    "report_manual_post",
    "resume_everything",
    "resume_publication",
    "resume_sending",
    "set_limit",
    "start_manual_post",
    "stop_everything",
    "stop_publication",
    "take_captions_away",
    "take_up_again",
]
