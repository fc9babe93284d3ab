"""The addresses of the calendar's rules, of its feed, of the proposed hours and of making room."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from pregonero.people.roles import NETWORKS_PEOPLE, Role
from pregonero.publishing.hashtag_models import Hashtag, HashtagTie
from tests.attack.conftest import Stage
from tests.attack.row import CONFLICT, FOUND, NETWORKS_AND_HEADS, OK, Row, of
from tests.publishing.test_views import sent

GOING = of("programmed")


def planned_rules(_: Stage) -> dict[str, str]:
    return {"gap_minutes": "20", "apart_minutes": "60", "reason": "Porque sí"}


def tomorrow_at_ten(_: Stage) -> dict[str, str]:
    return {"hora": f"{timezone.localdate() + timedelta(days=1):%Y-%m-%d}T10:00", "digest": "otra"}


def planned_hashtag(_: Stage) -> dict[str, str]:
    return {"name": f"#A{uuid4().hex}", "tie": "THEME", "tied_to": "Comercio"}


def listed_hashtag(stage: Stage) -> list[Any]:
    """Return a hashtag of the stage's entity that is in the list; making it here leaves no event."""
    values = {"tie": HashtagTie.THEME, "tied_to": "Café", "listed_by": stage.people[Role.DIGITAL_STRATEGIST]}
    values |= {"name": "#Café", "listed_at": timezone.now()}
    listed = Hashtag.objects.filter(entity=stage.entity, retired_at__isnull=True).first()
    return [(listed or Hashtag.objects.create(entity=stage.entity, key="cafe", **values)).pk]


def with_hashtag(stage: Stage) -> dict[str, str]:
    stage.draft.refresh_from_db()
    return sent(stage.draft) | {"hashtag": "#Café"}


CALENDAR_ROWS = (
    Row("publishing:calendar_rules", outside=OK, both=True),
    Row("publishing:calendar_rules", "POST", data=planned_rules, roles=NETWORKS_PEOPLE, status=FOUND, outside=FOUND,
        both=True),
    Row("publishing:propose", arguments=GOING, roles=NETWORKS_PEOPLE, both=True),
    Row("publishing:make_room", arguments=GOING, data=tomorrow_at_ten, roles=NETWORKS_PEOPLE, both=True),
    # What it shows was not what the form had seen.
    Row("publishing:make_room", "POST", GOING, tomorrow_at_ten, NETWORKS_PEOPLE, CONFLICT, both=True),
    Row("publishing:hashtags", outside=OK, both=True),
    Row("publishing:hashtags", "POST", data=planned_hashtag, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND,
        both=True),
    Row("publishing:retire_hashtag", "POST", listed_hashtag, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("publishing:add_hashtag", "POST", of("draft"), with_hashtag, NETWORKS_PEOPLE, FOUND),
    Row("publishing:feed_page", outside=OK),
    Row("publishing:open_feed", "POST", outside=OK),
    Row("publishing:revoke_feed", "POST", status=CONFLICT, outside=CONFLICT),  # nobody has one
)  # fmt: skip
