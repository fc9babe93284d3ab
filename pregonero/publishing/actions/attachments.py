"""What goes with a text on an account, changed by people: added, taken away, put in its place, exchanged (D-1, N-6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from pregonero.errors import NotFound, WrongState
from pregonero.media.models import Medium, MediumKind
from pregonero.outbox.queries.deliveries import lock_deliveries
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.accounts import end_omission
from pregonero.publishing.actions.scheduling import finish_edit
from pregonero.publishing.models import Adaptation, Attachment, Publication
from pregonero.records.actions import record


@dataclass(frozen=True)
class Described:
    """What comes with a medium for who cannot see or hear it."""

    alt: str = ""
    without_captions_because: str = ""


@transaction.atomic(durable=True)
def attach_medium(
    *,
    publication: Publication,
    accounts: Iterable[int],
    medium: Medium,
    by: Member,
    now: datetime,
    described: Described = Described(),
) -> list[Attachment]:
    """Put a medium last on each account; where it is already, nothing changes: a second click is harmless."""
    publication, chosen = _open(publication, set(accounts), by, now)
    made = []
    for adaptation in chosen:
        if any(each.medium_id == medium.pk for each in adaptation.media):
            continue
        last = adaptation.attachments.aggregate(last=Max("position"))["last"] or 0
        is_picture = medium.kind == MediumKind.PICTURE
        because = "" if is_picture else described.without_captions_because
        made.append(
            Attachment.objects.create(
                adaptation=adaptation,
                position=last + 1,
                medium=medium,
                alt=(described.alt or medium.alt) if is_picture else "",
                captions_missing_because=because,
                captions_missing_by=by if because else None,
            )
        )
        end_omission(adaptation, medium)
    _close(publication, chosen, by, now, act="attached", sha256=medium.sha256)
    return made


@transaction.atomic(durable=True)
def detach_medium(*, attachment: Attachment, by: Member, now: datetime) -> None:
    """Take a medium away from an account; the file stays kept."""
    publication, adaptation, attachment = _of(attachment, by, now)
    attachment.delete()
    for at, each in enumerate([each for each in adaptation.media if each.pk != attachment.pk], start=1):
        _place(each, at)
    _close(publication, [adaptation], by, now, act="detached", sha256=attachment.medium.sha256)


@transaction.atomic(durable=True)
def place_medium(*, attachment: Attachment, position: int, by: Member, now: datetime) -> None:
    """Put a medium in another place; the others make room."""
    publication, adaptation, attachment = _of(attachment, by, now)
    order = [each for each in adaptation.media if each.pk != attachment.pk]
    order.insert(min(max(position, 1), len(order) + 1) - 1, attachment)
    for at, each in enumerate(order, start=1):
        _place(each, at)
    _close(publication, [adaptation], by, now, act="placed", sha256=attachment.medium.sha256)


@transaction.atomic(durable=True)
def exchange_medium(*, attachment: Attachment, medium: Medium, by: Member, now: datetime) -> None:
    """Put a version in the place of a medium, with the same words."""
    publication, adaptation, attachment = _of(attachment, by, now)
    before, attachment.medium = attachment.medium.sha256, medium
    attachment.save(update_fields=["medium"])
    end_omission(adaptation, medium)
    _close(publication, [adaptation], by, now, act="exchanged", sha256=medium.sha256, before=before)


@transaction.atomic(durable=True)
def add_captions(*, attachment: Attachment, captions: Medium, by: Member, now: datetime) -> None:
    """Give a video its captions: nobody has to answer for their absence any more (N-6)."""
    publication, adaptation, attachment = _of(attachment, by, now)
    attachment.captions, attachment.captions_missing_because, attachment.captions_missing_by = captions, "", None
    attachment.save()
    _close(publication, [adaptation], by, now, act="captioned", sha256=captions.sha256)


@transaction.atomic(durable=True)
def take_captions_away(*, attachment: Attachment, by: Member, now: datetime) -> None:
    """Leave a video without its captions: somebody has to say why before it goes out; the file stays kept (N-6)."""
    publication, adaptation, attachment = _of(attachment, by, now)
    if attachment.captions is None:
        raise WrongState("Ese video no lleva subtítulos.")
    before, attachment.captions = attachment.captions.sha256, None
    attachment.save(update_fields=["captions"])
    _close(publication, [adaptation], by, now, act="uncaptioned", sha256=before)


@transaction.atomic(durable=True)
def add_thumbnail(*, attachment: Attachment, thumbnail: Medium, by: Member, now: datetime) -> None:
    """Give a video the picture that stands for it."""
    publication, adaptation, attachment = _of(attachment, by, now)
    attachment.thumbnail = thumbnail
    attachment.save(update_fields=["thumbnail"])
    _close(publication, [adaptation], by, now, act="thumbnail", sha256=thumbnail.sha256)


def _open(
    publication: Publication, accounts: set[int], by: Member, now: datetime
) -> tuple[Publication, list[Adaptation]]:
    """Lock the publication; the accounts' first parts must not be out or on their way."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_edit(by, publication, now=now)
    chosen = [each for each in queries.adaptations_of(publication) if each.account_id in accounts]
    if len(chosen) != len(accounts):
        raise NotFound
    for delivery in lock_deliveries(publication.ref):
        if delivery.account_id in accounts and not delivery.position:
            rules.check_may_edit_adaptation(delivery)
    return publication, chosen


def _of(attachment: Attachment, by: Member, now: datetime) -> tuple[Publication, Adaptation, Attachment]:
    present = queries.get_attachment(member=by, pk=attachment.pk)
    publication, (adaptation,) = _open(present.adaptation.publication, {present.adaptation.account_id}, by, now)
    found = next((each for each in adaptation.media if each.pk == present.pk), None)
    if found is None:
        raise NotFound
    return publication, adaptation, found


def _place(attachment: Attachment, position: int) -> None:
    if attachment.position != position:
        attachment.position = position
        attachment.save(update_fields=["position"])


def _close(publication: Publication, changed: list[Adaptation], by: Member, now: datetime, **facts: object) -> None:
    """Leave it edited by whoever did it; a programmed one must still be ready, or nothing changes."""
    finish_edit(publication, by=by, now=now)
    record(
        entity_id=by.entity_id,
        event_type="publication.media",
        actor=by.actor,
        ref=publication.ref,
        at=now,
        facts={"revision": publication.revision, "accounts": [each.account_id for each in changed], **facts},
    )
