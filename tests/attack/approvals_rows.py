"""The addresses of the approval of pieces, of sending them, and of their use in a publication (P-4, P-5)."""

from collections.abc import Callable
from typing import Any

from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from tests.attack.approvals_stage import act, seen, token_of
from tests.attack.conftest import Stage
from tests.attack.editor_arguments import account_of
from tests.attack.row import FOUND, NETWORKS_AND_HEADS, Row
from tests.publishing.test_views import sent


def in_approvals(name: str) -> Callable[[Stage], list[Any]]:
    return lambda stage: [getattr(stage.approvals, name).pk]


def written(stage: Stage) -> dict[str, str]:
    stage.draft.refresh_from_db()
    return sent(stage.draft)


TO_APPROVE = in_approvals("to_approve")

APPROVAL_ROWS = (
    Row("newsroom:approval", arguments=TO_APPROVE),
    Row("newsroom:phone_approval", arguments=token_of),
    Row("newsroom:approve_piece", "POST", TO_APPROVE, seen("to_approve"), GROUP_HEADS, FOUND),
    Row("newsroom:send_back_piece", "POST", TO_APPROVE, seen("to_approve"), GROUP_HEADS, FOUND),
    Row("newsroom:send_piece", "POST", in_approvals("approved"), roles=GROUP_HEADS, status=FOUND),
    Row("newsroom:receive_piece", "POST", in_approvals("sent"), status=FOUND),
    Row("newsroom:ask_urgent", "POST", TO_APPROVE, seen("to_approve"), NETWORKS_AND_HEADS, FOUND),
    Row("newsroom:sign_urgent", "POST", in_approvals("urgent"), seen("urgent"), NETWORKS_AND_HEADS, FOUND),
    Row("newsroom:record_approval", arguments=TO_APPROVE, roles=NETWORKS_AND_HEADS, both=True),
    Row("newsroom:record_approval", "POST", TO_APPROVE, act, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("newsroom:invite_guest", "POST", TO_APPROVE, lambda _: {"name": "Rosa Mejía"}, NETWORKS_AND_HEADS, FOUND),
    Row("newsroom:close_guest_link", "POST", in_approvals("guest"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("publishing:add_piece", "POST", lambda stage: [*account_of(stage), stage.approvals.sending.pk], written,
        NETWORKS_PEOPLE, FOUND),
)  # fmt: skip
