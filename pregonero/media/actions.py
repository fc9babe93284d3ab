"""Rows of stored files. The caller stores the file first, outside any transaction; see `media.store`."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from pregonero.media.models import Medium
from pregonero.media.store import StoredFile
from pregonero.people.models import Entity, Member
from pregonero.records.actions import SYSTEM, record


def save_medium(entity: Entity, stored: StoredFile, alt: str, now: datetime, by: Member | None = None) -> Medium:
    """Return the entity's row of a stored file, created if needed, inside the caller's transaction.

    When the file was made from the one that came, the original has its own row and this one is `made_from` it.
    """
    original = save_medium(entity, stored.original, alt, now, by) if stored.original is not None else None
    made_how = {"steps": list(stored.steps)} if original is not None else {}
    defaults = {"alt": alt, "stored_at": now, "uploaded_by": by, "made_from": original, "made_how": made_how}
    return _get_or_create(entity.pk, stored, defaults)


@transaction.atomic(durable=True)
def save_upload(*, stored: StoredFile, by: Member, now: datetime) -> Medium:
    """Save the row of a file that a person uploaded."""
    medium = save_medium(by.entity, stored, "", now, by)
    record(
        entity_id=by.entity_id,
        event_type="medium.uploaded",
        actor=by.actor,
        ref=medium.ref,
        at=now,
        facts={"sha256": medium.sha256, "size": medium.size, "mime": medium.mime},
    )
    return medium


@transaction.atomic(durable=True)
def save_version(
    *, medium: Medium, stored: StoredFile, how: dict[str, object], by: Member | None, now: datetime
) -> Medium:
    """Save the row of a converted version and the parameters of its conversion; the original does not change."""
    defaults = {"alt": medium.alt, "stored_at": now, "uploaded_by": by, "made_from": medium, "made_how": how}
    version = _get_or_create(medium.entity_id, stored, defaults)
    record(
        entity_id=medium.entity_id,
        event_type="medium.converted",
        actor=by.actor if by else SYSTEM,
        ref=version.ref,
        at=now,
        related=[medium.ref],
        facts={"sha256": version.sha256, "from": medium.sha256, "steps": how.get("steps", [])},
    )
    return version


def _get_or_create(entity_id: int, stored: StoredFile, defaults: dict[str, Any]) -> Medium:
    measured = asdict(stored)
    del measured["original"], measured["steps"], measured["sha256"]
    medium, _ = Medium.objects.get_or_create(
        entity_id=entity_id, sha256=stored.sha256, defaults={**measured, **defaults}
    )
    return medium
