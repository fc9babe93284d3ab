"""What people and workers do with publications and deliveries, one function per verb."""

from pregonero.publishing.actions.accounts import add_accounts
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
from pregonero.publishing.actions.duplicate import duplicate_publication
from pregonero.publishing.actions.kept_forms import discard_kept_form, keep_form
from pregonero.publishing.actions.links import accept_link, keep_link_check
from pregonero.publishing.actions.media_versions import request_conversion
from pregonero.publishing.actions.pauses import (
    pause_everything,
    pause_publication,
    resume_everything,
    resume_publication,
)
from pregonero.publishing.actions.room import make_room
from pregonero.publishing.actions.scheduling import (
    cancel_publication,
    give_minute,
    move_publication,
    program_publication,
    publish_now,
    use_next_free_hour,
)
from pregonero.publishing.actions.undo import undo_act
from pregonero.publishing.edits import AdaptationChange, AttachmentWords, PublicationChange

__all__ = [
    "AdaptationChange",
    "AttachmentWords",
    "Described",
    "PublicationChange",
    "accept_link",
    "add_accounts",
    "add_captions",
    "add_thumbnail",
    "attach_medium",
    "cancel_publication",
    "detach_medium",
    "discard_kept_form",
    "draft_publication",
    "duplicate_publication",
    "edit_publication",
    "exchange_medium",
    "give_minute",
    "keep_form",
    "keep_link_check",
    "make_room",
    "move_publication",
    "pause_everything",
    "pause_publication",
    "place_medium",
    "program_publication",
    "publish_now",
    "request_conversion",
    "resume_everything",
    "resume_publication",
    "take_captions_away",
    "undo_act",
    "use_next_free_hour",
]
