"""What the composer of an answer reads: checked links, saved answers, drafts, labels, and who else is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from pregonero.errors import NotFound
from pregonero.inbox.models import (
    Conversation,
    Draft,
    Label,
    Presence,
    SavedAnswer,
    SavedAnswerVersion,
    TextLinkAcceptance,
    TextLinkCheck,
)
from pregonero.inbox.text_links import LONGEST
from pregonero.people.models import Entity, Member
from pregonero.publishing.rules import LINK_CHECK_LASTS

PRESENCE_LASTS = timedelta(seconds=45)  # the page says that it is open every twenty
WRITING_LASTS = timedelta(minutes=2)
MOST_SAVED = 200


def _latest_checks(addresses: Sequence[str], entity: Entity) -> dict[str, TextLinkCheck]:
    checks = TextLinkCheck.objects.filter(entity=entity, address__in=addresses)
    return {check.address: check for check in checks.order_by("address", "-pk").distinct("address")}


def _accepted(addresses: Sequence[str], entity: Entity) -> set[str]:
    found = TextLinkAcceptance.objects.filter(entity=entity, address__in=addresses)
    return set(found.values_list("address", flat=True))


def links_to_check(addresses: Sequence[str], entity: Entity, *, now: datetime) -> list[str]:
    """Return the links to request: never requested, failed, or requested too long ago; accepted ones are not."""
    latest, accepted = _latest_checks(addresses, entity), _accepted(addresses, entity)
    return [
        address
        for address in addresses
        if address not in accepted and not _passed(latest.get(address), now) and len(address) <= LONGEST
    ]


def _passed(check: TextLinkCheck | None, now: datetime) -> bool:
    return check is not None and not check.problem and now - check.checked_at <= LINK_CHECK_LASTS


@dataclass(frozen=True)
class LinkProblem:
    """A link that may not go out, and why, in Spanish."""

    address: str
    why: str


def link_problems(addresses: Sequence[str], entity: Entity, *, now: datetime) -> list[LinkProblem]:
    """Return the links that failed their check or have no recent one, and that nobody accepted (D-4)."""
    latest, accepted = _latest_checks(addresses, entity), _accepted(addresses, entity)
    return [
        LinkProblem(address, (check.problem if (check := latest.get(address)) else "") or "Todavía no se ha revisado.")
        for address in addresses
        if address not in accepted and not _passed(latest.get(address), now)
    ]


def saved_answers(entity: Entity) -> list[SavedAnswerVersion]:
    """Return the latest version of each saved answer in use, by name."""
    latest = SavedAnswerVersion.objects.filter(saved_answer=OuterRef("pk")).order_by("-number").values("pk")[:1]
    in_use = SavedAnswer.objects.filter(entity=entity, retired_at__isnull=True)
    versions = SavedAnswerVersion.objects.filter(pk__in=in_use.annotate(latest=Subquery(latest)).values("latest"))
    return list(versions.select_related("by").order_by("name", "pk")[:MOST_SAVED])


def get_saved_answer(*, member: Member, pk: int, for_update: bool = False) -> SavedAnswer:
    """Return a saved answer in use of the member's entity. Raises `NotFound` for any other."""
    found = SavedAnswer.objects.select_for_update(no_key=True, of=("self",)) if for_update else SavedAnswer.objects
    saved = found.filter(pk=pk, entity_id=member.entity_id, retired_at__isnull=True).first()
    if saved is None:
        raise NotFound
    return saved


def versions_of_saved(saved: SavedAnswer) -> list[SavedAnswerVersion]:
    """Return every version of a saved answer, the newest first."""
    return list(SavedAnswerVersion.objects.filter(saved_answer=saved).select_related("by").order_by("-number")[:100])


def labels_of(entity: Entity) -> list[Label]:
    """Return the labels of the entity, by name."""
    return list(Label.objects.filter(entity=entity).order_by("name")[:MOST_SAVED])


def draft_by(conversation: Conversation, member: Member) -> Draft | None:
    """Return the answer that a person is writing, or None."""
    return Draft.objects.filter(conversation=conversation, by=member).first()


@dataclass(frozen=True)
class Company:
    """Who else has a conversation open, and the answers that others are writing."""

    looking: list[Member]
    drafts: list[Draft]
    writing: list[Member]


def company_in(conversation: Conversation, *, besides: Member, now: datetime) -> Company:
    """Return who else is looking at a conversation or writing an answer to it."""
    presences = Presence.objects.filter(conversation=conversation, seen_at__gt=now - PRESENCE_LASTS)
    present = [presence.member for presence in presences.exclude(member=besides).select_related("member")[:20]]
    drafts = list(
        Draft.objects.filter(conversation=conversation).exclude(by=besides).select_related("by").order_by("-at")[:20]
    )
    writing = [draft.by for draft in drafts if draft.at > now - WRITING_LASTS]
    return Company([member for member in present if member not in writing], drafts, writing)
