"""The settings of a page: a list of names with their values, of which the lab changes only its blocked words.

Meta's SDK: `GET /{page}/settings` returns `setting` and `value`; `POST` takes one `option`, an object.
"""

from __future__ import annotations

import json

from lab.graph import errors
from lab.graph.params import paginated
from lab.messages import Call, Response
from lab.state import LabState

BLOCKED_WORDS = "PAGE_MODERATION_BLACKLIST"
KEY = "blocked_words"
MAX_WORDS = 1_000


async def list_settings(lab: LabState, call: Call) -> Response:
    """List the settings; a list without words is null."""
    settings = {
        "USERS_CAN_POST": False,
        "USERS_CAN_MESSAGE": True,
        BLOCKED_WORDS: call.caller.extra.get(KEY) or None,
        "USERS_CAN_POST_PHOTOS": False,
        "USERS_CAN_TAG_PHOTOS": True,
    }
    data = [{"setting": name, "value": value} for name, value in settings.items()]
    return Response(paginated(call, data, list(range(1, len(data) + 1)), False))


async def change_setting(lab: LabState, call: Call) -> Response:
    """Replace the list of blocked words. The lab refuses to change any other setting."""
    try:
        option = json.loads(call.field("option"))
    except ValueError:
        option = None
    if not isinstance(option, dict) or not option:
        raise errors.invalid_parameter("Param option must be an object")
    if set(option) != {BLOCKED_WORDS} or not isinstance(option[BLOCKED_WORDS], str):
        raise errors.not_supported(f"{call.endpoint}: {', '.join(map(str, option))}")
    if option[BLOCKED_WORDS].count(",") >= MAX_WORDS:
        raise errors.invalid_parameter(f"{BLOCKED_WORDS} holds at most {MAX_WORDS} words")
    call.caller.extra[KEY] = option[BLOCKED_WORDS]
    lab.accounts.save(call.caller)
    return Response({"success": True})
