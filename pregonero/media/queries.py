"""Getters of stored files."""

from pregonero.errors import NotFound
from pregonero.media.models import Medium
from pregonero.people.models import Entity, Member


def get_medium(*, member: Member, pk: int) -> Medium:
    """Return a file of the member's entity. Raises `NotFound` for any other."""
    medium = Medium.objects.filter(pk=pk, entity_id=member.entity_id).first()
    if medium is None:
        raise NotFound
    return medium


def entity_medium(*, entity: Entity, sha256: str) -> Medium:
    """Return the file of an entity with a SHA-256 digest. Raises `NotFound` without one."""
    medium = Medium.objects.filter(entity=entity, sha256=sha256).first()
    if medium is None:
        raise NotFound
    return medium


def medium_by_digest(sha256: str) -> Medium:
    """Return the file with a SHA-256 digest, of any entity; the caller has checked a signature of the digest."""
    medium = Medium.objects.filter(sha256=sha256).order_by("pk").first()
    if medium is None:
        raise NotFound
    return medium
