"""The addresses of the API, and those of the tokens that it asks for, for the table of addresses."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from pregonero.people.models import ApiToken
from pregonero.people.roles import Role
from tests.attack.conftest import Stage
from tests.attack.row import FOUND, MANAGE, MISSING, Row

NO_TOKEN, OTHER_METHOD = 401, 405


def token_of_adviser(stage: Stage) -> list[Any]:
    """Return a token of the adviser."""
    moment = timezone.now()
    token, _ = ApiToken.objects.get_or_create(
        member=stage.people[Role.ADVISER],
        digest="0" * 64,
        defaults={
            "name": "Sede",
            "start": "prg_0000",
            "scopes": ["needs.read"],
            "made_at": moment,
            "expires_at": moment + timedelta(days=7),
        },
    )
    return [token.pk]


ROWS = (
    Row("people:revoke_token", "POST", token_of_adviser, roles=MANAGE | {Role.ADVISER}, status=FOUND, refused=MISSING),
)

# A session is worth nothing in the API: without a token it answers everybody the same. What only writes refuses GET.
READ = (
    "list_needs", "ask_need", "list_news", "inform_link", "list_campaigns", "open_campaign", "list_pieces",
    "list_publications", "draft_publication", "show_calendar", "list_petitions", "count_petitions",
)  # fmt: skip
READ_ONE = ("show_need", "show_news", "show_campaign", "show_piece", "show_publication", "show_petition")
WRITTEN = (
    "decide_need", "tie_news", "inform_news", "dismiss_news", "change_campaign", "gather_news", "edit_publication",
    "schedule_publication", "cancel_publication", "number_petition", "approve_piece", "send_piece_back", "send_piece",
)  # fmt: skip
PUBLIC = {
    "api:openapi-json": 200,
    "api:openapi-view": 200,
    **{f"api:{name}": NO_TOKEN for name in (*READ, *READ_ONE)},
    **{f"api:{name}": OTHER_METHOD for name in WRITTEN},
}
ARGUMENTS: dict[str, list[Any]] = {f"api:{name}": [1] for name in (*READ_ONE, *WRITTEN)}
