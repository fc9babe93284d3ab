"""The addresses of the calendar's rules, of its feed, of the proposed hours and of making room."""

from datetime import timedelta

from django.utils import timezone

from pregonero.people.roles import NETWORKS_PEOPLE
from tests.attack.conftest import Stage
from tests.attack.row import CONFLICT, FOUND, OK, Row, of

GOING = of("programmed")


def planned_rules(_: Stage) -> dict[str, str]:
    return {"gap_minutes": "20", "apart_minutes": "60", "reason": "Porque sí"}


def tomorrow_at_ten(_: Stage) -> dict[str, str]:
    return {"hora": f"{timezone.localdate() + timedelta(days=1):%Y-%m-%d}T10:00", "digest": "otra"}


CALENDAR_ROWS = (
    Row("publishing:calendar_rules", outside=OK, both=True),
    Row("publishing:calendar_rules", "POST", data=planned_rules, roles=NETWORKS_PEOPLE, status=FOUND, outside=FOUND,
        both=True),
    Row("publishing:propose", arguments=GOING, roles=NETWORKS_PEOPLE, both=True),
    Row("publishing:make_room", arguments=GOING, data=tomorrow_at_ten, roles=NETWORKS_PEOPLE, both=True),
    # What it shows was not what the form had seen.
    Row("publishing:make_room", "POST", GOING, tomorrow_at_ten, NETWORKS_PEOPLE, CONFLICT, both=True),
    Row("publishing:feed_page", outside=OK),
    Row("publishing:open_feed", "POST", outside=OK),
    Row("publishing:revoke_feed", "POST", status=CONFLICT, outside=CONFLICT),  # nobody has one
)  # fmt: skip
