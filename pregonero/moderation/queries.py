"""What moderation reads: the community rules, and the comments with what was decided about them."""

from pregonero.errors import NotFound
from pregonero.moderation.models import CommunityRule, RulesVersion
from pregonero.people.models import Entity, Member


def rules_in_force(entity: Entity) -> RulesVersion | None:
    """Return the version of the community rules in force, with its rules; None when there is none."""
    versions = RulesVersion.objects.filter(entity=entity, in_force_at__isnull=False).select_related("written_by")
    return versions.prefetch_related("rules", "checks").order_by("-in_force_at", "-number").first()


def rules_draft(entity: Entity) -> RulesVersion | None:
    """Return the version that is being written, with its rules; None when there is none."""
    drafts = RulesVersion.objects.filter(entity=entity, in_force_at__isnull=True).select_related("written_by")
    return drafts.prefetch_related("rules", "checks").first()


def published_versions(entity: Entity) -> list[RulesVersion]:
    """Return the versions that are or were in force, the newest first."""
    versions = RulesVersion.objects.filter(entity=entity, in_force_at__isnull=False)
    return list(versions.select_related("written_by", "in_force_by").order_by("-in_force_at", "-number")[:100])


def published_version(entity: Entity, *, number: int) -> RulesVersion:
    """Return a version that is or was in force, with its rules. Raises `NotFound` for a draft."""
    versions = RulesVersion.objects.filter(entity=entity, number=number, in_force_at__isnull=False)
    version = versions.prefetch_related("rules", "checks").first()
    if version is None:
        raise NotFound
    return version


def get_version(*, member: Member, pk: int, for_update: bool = False) -> RulesVersion:
    """Return a version of the community rules of the member's entity. Raises `NotFound` for any other."""
    versions = (
        RulesVersion.objects.select_for_update(no_key=True, of=("self",)) if for_update else RulesVersion.objects.all()
    )
    version = versions.filter(pk=pk, entity_id=member.entity_id).first()
    if version is None:
        raise NotFound
    return version


def rules_of(version: RulesVersion) -> list[CommunityRule]:
    """Return the rules of a version in their order."""
    return list(CommunityRule.objects.filter(version=version).select_related("version").order_by("number"))
