"""Preparing a publication: its first texts, made from its source, and their edits (P-3)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.errors import Conflict
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import by_account, lock_deliveries
from pregonero.people.models import Entity, Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.accounts import adapt_to_missing_accounts
from pregonero.publishing.actions.scheduling import place_link, reschedule_restored, sync_deliveries
from pregonero.publishing.edits import (
    AdaptationChange,
    PublicationChange,
    apply_change,
    apply_general_change,
    complete,
    current_change,
)
from pregonero.publishing.first_draft import general_text
from pregonero.publishing.models import Adaptation, Publication, PublicationState
from pregonero.publishing.sources import Source, load_source, notify_drafted
from pregonero.records.actions import ObjectRef, record


@transaction.atomic(durable=True)
def draft_publication(*, source: ObjectRef, key: UUID | None, by: Member, now: datetime) -> Publication:
    """Start a publication from a source, such as an informed news item, with a first text for each account.

    `key` comes from the form: a second click or a second tab of the same form returns the same publication. Without
    one, the publication that the source has is returned: two people who begin it at once get one draft.
    """
    loaded = load_source(source, entity_id=by.entity_id)
    rules.check_may_draft(by, loaded, now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)  # numbers are given one at a time
    made = _made_already(loaded, key, by)
    if made is not None:
        notify_drafted(loaded, by=by, now=now)
        return made
    publication = _create_draft(loaded, key or uuid4(), by, now)
    adapt_to_missing_accounts(publication, loaded)
    record(
        entity_id=by.entity_id,
        event_type="publication.drafted",
        actor=by.actor,
        ref=publication.ref,
        at=now,
        related=[loaded.ref],
        facts={"number": publication.number},
    )
    notify_drafted(loaded, by=by, now=now)
    app.configure_task("publishing.check_link").defer(publication_id=publication.pk)
    return publication


def _made_already(source: Source, key: UUID | None, by: Member) -> Publication | None:
    publications = Publication.objects.filter(entity_id=by.entity_id).select_related("edited_by")
    if key is not None:
        return publications.filter(key=key).first()
    of_source = publications.filter(source_kind=source.kind, source_id=source.id)
    return of_source.exclude(state=PublicationState.CANCELLED).order_by("-pk").first()


def _create_draft(source: Source, key: UUID, by: Member, now: datetime) -> Publication:
    return Publication.objects.create(
        entity_id=by.entity_id,
        number=next_number(by.entity_id, now),
        key=key,
        source_kind=source.kind,
        source_id=source.id,
        source_name=source.title,
        title=source.title,
        text=general_text(source),
        theme=source.theme,
        why=queries.last_reason(source.ref, entity_id=by.entity_id) or source.reason,
        link=source.link,
        created_by=by,
        created_at=now,
        edited_by=by,
        edited_at=now,
    )


def next_number(entity_id: int, now: datetime) -> str:
    day = timezone.localtime(now).strftime("%Y-%m%d")
    return f"{day}-{Publication.objects.filter(entity_id=entity_id, number__startswith=day).count() + 1:02d}"


@transaction.atomic(durable=True)
def edit_publication(
    *,
    publication: Publication,
    change: PublicationChange,
    revision: int,
    by: Member,
    now: datetime,
    automatic: bool = False,
) -> Publication:
    """Save what a person wrote. `revision` is the one that they were looking at: a stale one is refused.

    `automatic` says that the page saved it while they wrote.

    A programmed publication stays ready: an edit that would leave it with something missing is refused whole.
    """
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_edit(by, publication, now=now)
    _check_revision(publication, revision)
    link_changed = publication.link != change.link
    apply_general_change(publication, change)
    publication.revision += 1
    publication.edited_by, publication.edited_at = by, now
    if publication.state == PublicationState.PROGRAMMED:
        rules.check_ready(rules.why_issues(publication))  # before the database, which can only fail
    publication.save()
    changed = _change_adaptations(publication, change.adaptations, by, now)
    if publication.state == PublicationState.PROGRAMMED:
        rules.check_ready(queries.issues(publication))
        sync_deliveries(publication, by=by, now=now)
    _record_edit(publication, changed, by, now, **({"automatic": True} if automatic else {}))
    if link_changed and publication.link:
        app.configure_task("publishing.check_link").defer(publication_id=publication.pk)
    return publication


def _record_edit(
    publication: Publication,
    changed: list[tuple[Adaptation, AdaptationChange]],
    by: Member,
    now: datetime,
    **facts: bool,
) -> None:
    record(
        entity_id=by.entity_id,
        event_type="publication.edited",
        actor=by.actor,
        ref=publication.ref,
        at=now,
        facts={"revision": publication.revision, "accounts": [each.account_id for each, _ in changed], **facts},
        texts=_words_changed(changed),
    )


def _check_revision(publication: Publication, revision: int) -> None:
    if publication.revision != revision:
        at = timezone.localtime(publication.edited_at)
        raise Conflict(
            f"{publication.edited_by.name} guardó cambios a las {at:%H:%M}, después de que abriste esta página. "
            "Lo tuyo sigue aquí y no se guardó encima."
        )


def _change_adaptations(
    publication: Publication, changes: Mapping[int, AdaptationChange], by: Member, now: datetime
) -> list[tuple[Adaptation, AdaptationChange]]:
    """Put each change in its place, and return what changed, each with what it said before."""
    threads = by_account(lock_deliveries(publication.ref))
    changed = []
    for adaptation in queries.adaptations_of(publication):
        thread = threads.get(adaptation.account_id, [])
        place_link(adaptation, thread)
        kept = current_change(adaptation)
        wanted = complete(adaptation, changes.get(adaptation.account_id, kept))
        if wanted == kept:
            continue
        _check_may_change(kept, wanted, thread)
        _reschedule_restored(adaptation, wanted, thread, publication, now)
        apply_change(adaptation, wanted, by)
        adaptation.save()
        for attachment in adaptation.media:
            attachment.save()
        changed.append((adaptation, kept))
    return changed


def _words_changed(changed: Iterable[tuple[Adaptation, AdaptationChange]]) -> dict[str, str]:
    """Return what the texts that changed said before and what they say now, each under its account's name."""
    pairs = [
        (str(each.account), "\n\n".join((kept.text, *kept.parts)), "\n\n".join((each.text, *each.parts)))
        for each, kept in changed
    ]
    told = [pair for pair in pairs if pair[1] != pair[2]]
    return {
        "before": "\n\n".join(f"{name}: {before}" for name, before, _ in told),
        "after": "\n\n".join(f"{name}: {after}" for name, _, after in told),
    }


def _check_may_change(kept: AdaptationChange, wanted: AdaptationChange, thread: list[Delivery]) -> None:
    """Each part may change up to the second before its own commit (rule 7)."""
    if replace(wanted, parts=kept.parts) != kept:
        for delivery in thread[:1]:
            rules.check_may_edit_adaptation(delivery)
    rules.check_may_change_parts(thread, kept.parts, wanted.parts)


def _reschedule_restored(
    adaptation: Adaptation,
    wanted: AdaptationChange,
    thread: list[Delivery],
    publication: Publication,
    now: datetime,
) -> None:
    """Plan again the parts that had been omitted, or removed from the thread, and are back."""
    if wanted.skipped:
        return
    first = 0 if adaptation.skipped else 1 + len(adaptation.parts)
    for delivery in thread[first : 1 + len(wanted.parts) + adaptation.link_under]:
        reschedule_restored(delivery, publication, now=now)
