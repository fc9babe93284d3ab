"""Conversions of videos: requested by a person, done by a worker, and put in the place of the original (D-1)."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.errors import NotReady, WrongState
from pregonero.media.actions import save_version
from pregonero.media.models import Medium
from pregonero.media.store import StoredFile
from pregonero.networks.media_conversion import ConversionPlan
from pregonero.outbox.queries.deliveries import lock_deliveries
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.scheduling import sync_deliveries
from pregonero.publishing.models import Attachment, MakingState, MediaConversion, Publication, PublicationState
from pregonero.records.actions import record

OPEN = (MakingState.QUEUED, MakingState.WORKING)


@transaction.atomic(durable=True)
def ask_version(*, attachment: Attachment, recipe: ConversionPlan, by: Member, now: datetime) -> MediaConversion:
    """Enqueue the conversion of a video; return the one in progress if there is one."""
    attachment = queries.get_attachment(member=by, pk=attachment.pk)
    publication = queries.get_publication(member=by, pk=attachment.adaptation.publication_id, for_update=True)
    rules.check_may_edit(by, publication, now=now)
    present = MediaConversion.objects.filter(
        adaptation=attachment.adaptation, medium=attachment.medium, state__in=OPEN
    ).first()  # fmt: skip
    if present is not None:
        return present
    making = MediaConversion.objects.create(
        adaptation=attachment.adaptation, medium=attachment.medium, recipe=recipe.as_data(), asked_by=by, asked_at=now
    )
    app.configure_task("publishing.make_version").defer(making_id=making.pk)
    return making


@transaction.atomic(durable=True)
def begin_making(*, making_id: int) -> MediaConversion | None:
    """Mark a conversion as started and return it, or None if it has ended. An interrupted one starts again."""
    making = queries.making_to_do(pk=making_id, for_update=True)
    if making is None or making.state not in OPEN:
        return None
    making.state, making.percent = MakingState.WORKING, 0
    making.save(update_fields=["state", "percent"])
    return making


def report_progress(*, making: MediaConversion, percent: int) -> None:
    """Store the percentage done."""
    MediaConversion.objects.filter(pk=making.pk, state=MakingState.WORKING).update(percent=percent)


def finish_making(*, making: MediaConversion, stored: StoredFile, now: datetime) -> Medium:
    """Save the version and replace the original video with it, unless the publication has changed meanwhile."""
    made = save_version(medium=making.medium, stored=stored, how=dict(making.recipe), by=making.asked_by, now=now)
    _replace_original(making, made, now)
    return made


@transaction.atomic(durable=True)
def _replace_original(making: MediaConversion, made: Medium, now: datetime) -> None:
    publication = queries.get_publication(
        member=making.asked_by, pk=making.adaptation.publication_id, for_update=True
    )  # fmt: skip
    making.state, making.percent, making.made, making.ended_at = MakingState.DONE, 100, made, now
    making.reason = _exchange(publication, making, made, now)[:300]
    making.save()
    if making.reason:
        return
    record(
        entity_id=publication.entity_id, event_type="publication.media", actor=making.asked_by.actor, at=now,
        ref=publication.ref,
        facts={"accounts": [making.adaptation.account_id], "act": "exchanged", "sha256": made.sha256,
               "before": making.medium.sha256},
    )  # fmt: skip


def _exchange(publication: Publication, making: MediaConversion, made: Medium, now: datetime) -> str:
    """Replace the original with the version; if the publication would not be ready with it, return why not."""
    account_id = making.adaptation.account_id
    deliveries = lock_deliveries(publication.ref)
    first = next((each for each in deliveries if each.account_id == account_id and not each.position), None)
    try:
        if first is not None:
            rules.check_may_edit_adaptation(first)
        with transaction.atomic():  # rolled back if the publication is not ready with the version
            Attachment.objects.filter(adaptation=making.adaptation, medium=making.medium).update(medium=made)
            if publication.state == PublicationState.PROGRAMMED:
                rules.check_ready(queries.issues(publication))
                sync_deliveries(publication, by=making.asked_by, now=now)
    except (WrongState, NotReady) as refusal:
        return refusal.message
    return ""


@transaction.atomic(durable=True)
def fail_making(*, making: MediaConversion, reason: str, now: datetime) -> None:
    """Store why the conversion failed, for the person who requested it; the video does not change."""
    making.state, making.reason, making.ended_at = MakingState.FAILED, reason[:300], now
    making.save(update_fields=["state", "reason", "ended_at"])
