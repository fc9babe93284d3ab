"""Copying a publication into a new draft; the first one stays as it is (P-2)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.people.models import Entity, Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.accounts import adapt_to_missing_accounts
from pregonero.publishing.actions.drafts import next_number
from pregonero.publishing.edits import edited_values
from pregonero.publishing.models import Adaptation, Attachment, Publication, PublicationState
from pregonero.publishing.sources import source_of
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def duplicate_publication(*, publication: Publication, key: UUID, by: Member, now: datetime) -> Publication:
    """Copy a publication's texts, media, reason and theme into a new draft; `key` is as in drafting."""
    original = queries.get_publication(member=by, pk=publication.pk)
    rules.check_may_duplicate(by, now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)  # numbers are given one at a time
    made = Publication.objects.filter(entity_id=by.entity_id, key=key).first()
    if made is not None:
        return made
    draft = Publication.objects.create(
        entity_id=by.entity_id,
        number=next_number(by.entity_id, now),
        key=key,
        source_kind=original.source_kind,
        source_id=original.source_id,
        source_name=original.source_name,
        title=original.title,
        **edited_values(original),
        state=PublicationState.DRAFT,
        created_by=by,
        created_at=now,
        edited_by=by,
        edited_at=now,
    )
    for adaptation in queries.adaptations_of(original):
        _copy(adaptation, draft)
    adapt_to_missing_accounts(draft, source_of(draft))
    record(
        entity_id=by.entity_id,
        event_type="publication.drafted",
        actor=by.actor,
        ref=draft.ref,
        at=now,
        related=[original.ref],
        facts={"number": draft.number, "from": original.number},
    )
    app.configure_task("publishing.check_link").defer(publication_id=draft.pk)
    return draft


def _copy(adaptation: Adaptation, draft: Publication) -> None:
    attachments = adaptation.media
    adaptation.pk, adaptation.publication = None, draft
    adaptation._state.adding = True
    adaptation.save(force_insert=True)
    copy_attachments(attachments, adaptation)


def copy_attachments(attachments: Iterable[Attachment], adaptation: Adaptation) -> None:
    """Give an adaptation a copy of some media with their texts, in the caller's transaction."""
    for attachment in attachments:
        attachment.pk, attachment.adaptation = None, adaptation
        attachment._state.adding = True
        attachment.save(force_insert=True)
