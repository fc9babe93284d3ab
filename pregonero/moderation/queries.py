"""What moderation reads: the community rules, and the comments with what was decided about them."""

from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from pregonero.errors import NotFound
from pregonero.inbox.models import Message
from pregonero.moderation.models import (
    CommunityRule,
    Decision,
    Exposure,
    ModeratedComment,
    Proposal,
    RulesVersion,
    Wave,
)
from pregonero.moderation.states import Visibility
from pregonero.networks.interactions import InteractionKind
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


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


def get_message(*, member: Member, pk: int, for_update: bool = False) -> Message:
    """Return a message to an account of the member's entity. Raises `NotFound` for any other."""
    message = _messages(for_update=for_update).filter(pk=pk, account__entity_id=member.entity_id).first()
    if message is None:
        raise NotFound
    return message


def message_for_rules(*, pk: int) -> Message:
    """Return a message of any entity, locked, for the rules that act alone. Raises `NotFound`."""
    message = _messages(for_update=True).filter(pk=pk).first()
    if message is None:
        raise NotFound
    return message


def _messages(*, for_update: bool) -> QuerySet[Message]:
    messages = Message.objects.select_for_update(no_key=True, of=("self",)) if for_update else Message.objects.all()
    return messages.select_related("account__entity", "conversation__account", "contact")


def get_wave(*, member: Member, pk: int, for_update: bool = False) -> Wave:
    """Return a wave of the member's entity. Raises `NotFound` for any other."""
    waves = Wave.objects.select_for_update(no_key=True, of=("self",)) if for_update else Wave.objects.all()
    wave = waves.select_related("by", "undone_by").filter(pk=pk, entity_id=member.entity_id).first()
    if wave is None:
        raise NotFound
    return wave


def restricted_by(
    *, wave: Wave | None = None, source: ObjectRef | None = None, entity: Entity | None = None
) -> list[Message]:
    """Return the messages that a wave, or an automatic rule of an entity, keeps out of sight now."""
    comments = ModeratedComment.objects.exclude(visibility=Visibility.VISIBLE)
    if wave is not None:
        comments = comments.filter(decision__wave=wave)
    if source is not None:
        comments = comments.filter(
            entity=entity, decision__source_kind=source.kind, decision__source_id=source.id, decision__by__isnull=True
        )
    return [comment.message for comment in comments.select_related("message").order_by("message_id")]


def comments_to_check(*, now: datetime, limit: int = 100) -> list[int]:
    """Return the ids of the messages whose state at the network is to be read back now."""
    due = ModeratedComment.objects.filter(check_at__lte=now, gone_at__isnull=True)
    return list(due.order_by("check_at", "pk").values_list("message_id", flat=True)[:limit])


def moderated_comment(*, message_id: int) -> ModeratedComment:
    """Return the state of a comment of any entity, for the jobs that read it back. Raises `NotFound`."""
    comments = ModeratedComment.objects.select_related("account__entity", "message", "decision")
    comment = comments.filter(message_id=message_id).first()
    if comment is None:
        raise NotFound
    return comment


RULES_LOOK_BACK = timedelta(hours=1)  # how far back a rule looks for comments that it has not seen


def comments_without_proposal(*, networks: list[str], now: datetime, limit: int = 500) -> list[Message]:
    """Return the latest comments on some networks that nobody proposed or decided yet, the first one first."""
    messages = _messages(for_update=False).filter(
        account__network__in=networks,
        kind=InteractionKind.COMMENT,
        is_work=True,
        received_at__gte=now - RULES_LOOK_BACK,
        proposals__isnull=True,
        moderation__isnull=True,
        contact__isnull=False,
    )
    return list(messages.order_by("pk")[:limit])


def waves_of(entity: Entity, *, limit: int = 10) -> list[Wave]:
    """Return the latest waves of an entity with how many comments each decided, the newest first."""
    waves = Wave.objects.filter(entity=entity).select_related("by", "undone_by").annotate(size=Count("decisions"))
    return list(waves.order_by("-pk")[:limit])


def decisions_about(message: Message) -> list[Decision]:
    """Return what was decided about a comment, the newest first."""
    decisions = Decision.objects.filter(message=message).select_related("by", "rule__version", "account")
    return list(decisions.order_by("-pk")[:100])


def open_proposal(message: Message) -> Proposal | None:
    """Return the first proposal about a comment that nobody decided; None when there is none."""
    return Proposal.objects.filter(message=message, decision__isnull=True).order_by("pk").first()


def rule_for(version: RulesVersion, category: str) -> CommunityRule | None:
    """Return the first rule of a version for a category; None when it has none."""
    return CommunityRule.objects.filter(version=version, category=category).order_by("number").first()


UNCOVERED_FOR = timedelta(minutes=30)  # how long a comment stays uncovered for whoever asked to see it


def has_uncovered(member: Member, message: Message, *, now: datetime) -> bool:
    """Return whether this person asked to see a comment in the last minutes."""
    return Exposure.objects.filter(member=member, message=message, at__gte=now - UNCOVERED_FOR).exists()


def uncovered_today(member: Member, *, now: datetime) -> int:
    """Return how many covered comments this person asked to see today."""
    morning = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Exposure.objects.filter(member=member, at__gte=morning).count()
