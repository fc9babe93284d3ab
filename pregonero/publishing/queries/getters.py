"""Getters that look up an object and check the right to it: a missing and a forbidden one are both "not found"."""

from collections.abc import Iterable
from datetime import datetime

from pregonero.errors import NotFound
from pregonero.people.models import Member
from pregonero.publishing.models import Attachment, MediaConversion, Publication, ReversibleAct
from pregonero.records.models import Event
from pregonero.records.undo import WINDOW

MAX_CONVERSIONS = 50
MAX_CHOSEN, MAX_DIGITS = 100, 18


def get_publication(*, member: Member, pk: int, for_update: bool = False) -> Publication:
    """Return a publication of the member's entity; any other is not found."""
    publications = Publication.objects.select_related("entity", "created_by", "edited_by")
    if for_update:
        publications = publications.select_for_update(no_key=True, of=("self",))
    publication = publications.filter(pk=pk, entity_id=member.entity_id).first()
    if publication is None:
        raise NotFound
    return publication


def chosen_publications(*, member: Member, ids: Iterable[str]) -> list[Publication]:
    """Return the publications of the member's entity with these ids, in this order, without those of other entities."""
    numbers = [int(pk) for pk in ids if pk.isdecimal() and len(pk) <= MAX_DIGITS][:MAX_CHOSEN]
    found = Publication.objects.filter(pk__in=numbers, entity_id=member.entity_id)
    return sorted(found.order_by("pk"), key=lambda publication: numbers.index(publication.pk))


def get_reversible_act(*, member: Member, pk: int, for_update: bool = False) -> ReversibleAct:
    """Return a move or a cancellation in the member's entity; any other is not found."""
    acts = (
        ReversibleAct.objects.select_for_update(no_key=True, of=("self",))
        if for_update
        else ReversibleAct.objects.all()
    )
    act = acts.select_related("by", "publication").filter(pk=pk, publication__entity_id=member.entity_id).first()
    if act is None:
        raise NotFound
    return act


def acts_undone_with(act: ReversibleAct, *, member: Member) -> list[ReversibleAct]:
    """Return the acts that one undo undoes, by publication: the act, and those of its group."""
    if act.group is None:
        return [act]
    acts = ReversibleAct.objects.filter(group=act.group, publication__entity_id=member.entity_id)
    return list(acts.order_by("publication_id", "pk"))


def undoable_act(publication: Publication, *, by: Member, now: datetime) -> ReversibleAct | None:
    """Return the last act on a publication, if this person did it and can still undo it."""
    act = ReversibleAct.objects.filter(publication=publication).order_by("-pk").first()
    is_open = act is not None and act.undone_at is None and act.by_id == by.pk and now - act.at <= WINDOW
    return act if is_open else None


def event_of(act: ReversibleAct) -> Event:
    """Return the record of an act."""
    return Event.objects.get(pk=act.event_id)


def get_attachment(*, member: Member, pk: int) -> Attachment:
    """Return a medium of a text of the member's entity; any other is not found."""
    attachments = Attachment.objects.select_related("medium", "adaptation__account", "adaptation__publication__entity")
    attachment = attachments.filter(pk=pk, adaptation__publication__entity_id=member.entity_id).first()
    if attachment is None:
        raise NotFound
    return attachment


def conversion_to_run(*, pk: int, for_update: bool = False) -> MediaConversion | None:
    """Return a version for the worker that makes it."""
    conversions = (
        MediaConversion.objects.select_for_update(no_key=True, of=("self",))
        if for_update
        else MediaConversion.objects.all()
    )
    return conversions.select_related("medium", "adaptation", "asked_by__entity").filter(pk=pk).first()


def get_conversion(*, member: Member, pk: int) -> MediaConversion:
    """Return a version of the member's entity; any other is not found."""
    conversions = MediaConversion.objects.select_related("medium", "adaptation")
    conversion = conversions.filter(pk=pk, adaptation__publication__entity_id=member.entity_id).first()
    if conversion is None:
        raise NotFound
    return conversion


def conversions_of(publication: Publication) -> list[MediaConversion]:
    """Return the versions that were asked for of a publication's videos, the latest first."""
    conversions = MediaConversion.objects.filter(adaptation__publication=publication)
    return list(conversions.select_related("medium", "asked_by").order_by("-pk")[:MAX_CONVERSIONS])


def publication_to_check(*, pk: int) -> Publication:
    """Return a publication for the worker that reads its link."""
    return Publication.objects.select_related("entity").get(pk=pk)
