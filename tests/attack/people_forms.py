"""The forms and arguments of the pages of people, for the table of addresses."""

from typing import Any

from pregonero.people.roles import Role
from tests.attack.conftest import Stage


def edited(name: str) -> dict[str, Any]:
    return {"name": name, "roles": ["ADVISER"], "employment": "STAFF"}


def absence(stage: Stage) -> dict[str, Any]:
    """Return the form with which the community manager covers the adviser's absence next year."""
    days = {"starts_on": "2027-12-01", "ends_on": "2027-12-09"}
    return {"member": stage.people[Role.COMMUNITY_MANAGER].pk, "role": "ADVISER", **days}


def adviser(stage: Stage) -> list[Any]:
    return [stage.people[Role.ADVISER].pk]


def contact_of(stage: Stage) -> list[Any]:
    return [stage.inbox.asked.contact_id]
