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
from pregonero.publishing.models import Attachment, ConversionState, MediaConversion, Publication, PublicationState
from pregonero.records.actions import record

OPEN = (ConversionState.QUEUED, ConversionState.WORKING)


@transaction.atomic(durable=True)
def request_conversion(*, attachment: Attachment, plan: ConversionPlan, by: Member, now: datetime) -> MediaConversion:
    """Enqueue the conversion of a video; return the one in progress if there is one."""
    attachment = queries.get_attachment(member=by, pk=attachment.pk)
    publication = queries.get_publication(member=by, pk=attachment.adaptation.publication_id, for_update=True)
    rules.check_may_edit(by, publication, now=now)
    running = MediaConversion.objects.filter(
        adaptation=attachment.adaptation, medium=attachment.medium, state__in=OPEN
    ).first()
    if running is not None:
        return running
    conversion = MediaConversion.objects.create(
        adaptation=attachment.adaptation, medium=attachment.medium, plan=plan.as_data(), asked_by=by, asked_at=now
    )
    app.configure_task("publishing.run_conversion").defer(conversion_id=conversion.pk)
    return conversion


@transaction.atomic(durable=True)
def start_conversion(*, conversion_id: int) -> MediaConversion | None:
    """Mark a conversion as started and return it, or None if it has ended. An interrupted one starts again."""
    conversion = queries.conversion_to_run(pk=conversion_id, for_update=True)
    if conversion is None or conversion.state not in OPEN:
        return None
    conversion.state, conversion.percent = ConversionState.WORKING, 0
    conversion.save(update_fields=["state", "percent"])
    return conversion


def report_progress(*, conversion: MediaConversion, percent: int) -> None:
    """Store the percentage done."""
    MediaConversion.objects.filter(pk=conversion.pk, state=ConversionState.WORKING).update(percent=percent)


def finish_conversion(*, conversion: MediaConversion, stored: StoredFile, now: datetime) -> Medium:
    """Save the version and replace the original video with it, unless the publication has changed meanwhile."""
    version = save_version(
        medium=conversion.medium, stored=stored, how=dict(conversion.plan), by=conversion.asked_by, now=now
    )
    _replace_original(conversion, version, now)
    return version


@transaction.atomic(durable=True)
def _replace_original(conversion: MediaConversion, version: Medium, now: datetime) -> None:
    publication = queries.get_publication(
        member=conversion.asked_by, pk=conversion.adaptation.publication_id, for_update=True
    )
    conversion.state, conversion.percent, conversion.version, conversion.ended_at = (
        ConversionState.DONE,
        100,
        version,
        now,
    )
    conversion.reason = _exchange(publication, conversion, version, now)[:300]
    conversion.save()
    if conversion.reason:
        return
    record(
        entity_id=publication.entity_id,
        event_type="publication.media",
        actor=conversion.asked_by.actor,
        at=now,
        ref=publication.ref,
        facts={
            "accounts": [conversion.adaptation.account_id],
            "act": "exchanged",
            "sha256": version.sha256,
            "before": conversion.medium.sha256,
        },
    )


def _exchange(publication: Publication, conversion: MediaConversion, version: Medium, now: datetime) -> str:
    """Replace the original with the version; if the publication would not be ready with it, return why not."""
    account_id = conversion.adaptation.account_id
    deliveries = lock_deliveries(publication.ref)
    first = next(
        (delivery for delivery in deliveries if delivery.account_id == account_id and not delivery.position), None
    )
    try:
        if first is not None:
            rules.check_may_edit_adaptation(first)
        with transaction.atomic():  # rolled back if the publication is not ready with the version
            Attachment.objects.filter(adaptation=conversion.adaptation, medium=conversion.medium).update(medium=version)
            if publication.state == PublicationState.PROGRAMMED:
                rules.check_ready(queries.issues(publication))
                sync_deliveries(publication, by=conversion.asked_by, now=now)
    except (WrongState, NotReady) as refusal:
        return refusal.message
    return ""


@transaction.atomic(durable=True)
def fail_conversion(*, conversion: MediaConversion, reason: str, now: datetime) -> None:
    """Store why the conversion failed, for the person who requested it; the video does not change."""
    conversion.state, conversion.reason, conversion.ended_at = ConversionState.FAILED, reason[:300], now
    conversion.save(update_fields=["state", "reason", "ended_at"])
