"""Media that are kept: what came, what a person uploaded, and the versions made of them; never changed afterwards."""

from datetime import datetime

from django.db import transaction

from pregonero.newsroom.models import Medium
from pregonero.newsroom.reading.media_store import KeptFile
from pregonero.people.models import Entity, Member
from pregonero.records.actions import SYSTEM, record

CLEANED = {"steps": ["quitar lo que decía del lugar, la hora y la cámara"]}


def keep_medium(entity: Entity, kept: KeptFile, alt: str, now: datetime, by: Member | None = None) -> Medium:
    """Return the row of a file that is in the folder already, inside the caller's transaction; once for each content.

    When what came said more than what is seen, it is kept as well, and this is the version without it.
    """
    original = keep_medium(entity, kept.original, alt, now, by) if kept.original is not None else None
    medium, _ = Medium.objects.get_or_create(
        entity=entity, sha256=kept.sha256,
        defaults={
            "kind": kept.kind, "file": kept.file, "mime": kept.mime, "size": kept.size, "width": kept.width,
            "height": kept.height, "seconds": kept.seconds, "alt": alt, "origin": kept.origin, "kept_at": now,
            "traits": kept.traits, "uploaded_by": by, "made_from": original, "made_how": CLEANED if original else {},
        },
    )  # fmt: skip
    return medium


@transaction.atomic(durable=True)
def keep_upload(*, kept: KeptFile, by: Member, now: datetime) -> Medium:
    """Keep what a person uploaded, read and looked at before, outside."""
    medium = keep_medium(by.entity, kept, "", now, by)
    record(
        entity_id=by.entity_id, event_type="medium.uploaded", actor=by.actor, ref=medium.ref, at=now,
        facts={"sha256": medium.sha256, "size": medium.size, "mime": medium.mime},
    )  # fmt: skip
    return medium


@transaction.atomic(durable=True)
def keep_version(*, medium: Medium, kept: KeptFile, how: dict[str, object], by: Member | None, now: datetime) -> Medium:
    """Keep the version that was made of a medium, and how; what it was made from stays."""
    made, _ = Medium.objects.get_or_create(
        entity_id=medium.entity_id, sha256=kept.sha256,
        defaults={
            "kind": kept.kind, "file": kept.file, "mime": kept.mime, "size": kept.size, "width": kept.width,
            "height": kept.height, "seconds": kept.seconds, "alt": medium.alt, "kept_at": now, "traits": kept.traits,
            "uploaded_by": by, "made_from": medium, "made_how": how,
        },
    )  # fmt: skip
    record(
        entity_id=medium.entity_id, event_type="medium.made", actor=by.actor if by else SYSTEM, ref=made.ref, at=now,
        related=[medium.ref], facts={"sha256": made.sha256, "from": medium.sha256, "steps": how.get("steps", [])},
    )  # fmt: skip
    return made
