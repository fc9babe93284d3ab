"""The forms and arguments of the pages of people, for the table of addresses."""

from typing import Any

from django.utils import timezone

from pregonero.people.models import Device, FactorReset, OpenSession
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


def session_of_adviser(stage: Stage) -> list[Any]:
    """Return a session of the adviser, who is signed in somewhere else."""
    user, moment = stage.people[Role.ADVISER].user, timezone.now()
    times = {"first_used_at": moment, "last_used_at": moment}
    device, _ = Device.objects.get_or_create(user=user, digest="0" * 64, defaults={"name": "Firefox", **times})
    session, _ = OpenSession.objects.get_or_create(
        user=user, key="0" * 40, defaults={"device": device, "started_at": moment, "last_used_at": moment}
    )
    return [session.pk]


def lost_factor(stage: Stage) -> list[Any]:
    """Return what the coordinator asked about the adviser, who lost the telephone."""
    reset, _ = FactorReset.objects.get_or_create(
        entity=stage.entity,
        member=stage.people[Role.ADVISER],
        ended_at=None,
        defaults={
            "reason": "Perdió el teléfono.",
            "asked_by": stage.people[Role.COORDINATOR],
            "asked_at": timezone.now(),
        },
    )
    return [reset.pk]


def contact_of(stage: Stage) -> list[Any]:
    return [stage.inbox.asked.contact_id]
