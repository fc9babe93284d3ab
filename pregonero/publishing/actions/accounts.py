"""The accounts of a publication: an adaptation for each registered one, and the end of an automatic omission."""

from datetime import datetime

from django.db import transaction

from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.networks.post_validation import ALSO_SERVES
from pregonero.networks.registry import connector
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.scheduling import finish_edit
from pregonero.publishing.first_draft import compose, write
from pregonero.publishing.models import Adaptation, Attachment, Publication
from pregonero.publishing.sources import Source, source_of
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def add_accounts(*, publication: Publication, by: Member, now: datetime) -> list[Adaptation]:
    """Add the accounts that were registered after the publication was drafted, each with a first text."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_edit(by, publication, now=now)
    added = adapt_to_missing_accounts(publication, source_of(publication))
    if not added:
        return []
    finish_edit(publication, by=by, now=now)
    record(
        entity_id=by.entity_id,
        event_type="publication.edited",
        actor=by.actor,
        ref=publication.ref,
        at=now,
        facts={
            "revision": publication.revision,
            "accounts": [adaptation.account_id for adaptation in added],
            "act": "accounts_added",
        },
    )
    return added


def adapt_to_missing_accounts(publication: Publication, source: Source) -> list[Adaptation]:
    """Create the adaptation of each registered account that has none, paused ones too; in the caller's transaction."""
    return [_first_adaptation(publication, account, source) for account in queries.missing_accounts(publication)]


def _first_adaptation(publication: Publication, account: Account, source: Source) -> Adaptation:
    first = compose(source, connector(account.network), text=publication.text)
    adaptation = Adaptation.objects.create(
        publication=publication,
        account=account,
        text=first.text,
        own_text=False,
        title=first.title,
        skipped=bool(first.skip_reason),
        skip_reason=first.skip_reason,
        missing_medium=first.missing_medium,
        link_under=account.link_as_comment and connector(account.network).capabilities.takes_comments,
    )
    Attachment.objects.bulk_create(
        Attachment(adaptation=adaptation, position=at, medium=medium, alt=medium.alt)
        for at, medium in enumerate(first.media, start=1)
    )
    return adaptation


def end_omission(adaptation: Adaptation, medium: Medium) -> None:
    """Publish again on an account that was omitted only because it lacked such a medium; in the caller's transaction.

    If nobody has written its text, it gets the first one.
    """
    if medium.kind not in ALSO_SERVES.get(adaptation.missing_medium, ()):
        return
    adaptation.skipped, adaptation.skip_reason, adaptation.missing_medium = False, "", ""
    if not any([adaptation.text.strip(), adaptation.title.strip(), *adaptation.parts]):
        publication = adaptation.publication
        first = write(source_of(publication), connector(adaptation.account.network), text=publication.text)
        adaptation.text, adaptation.title, adaptation.own_text = first.text, first.title, False
    adaptation.save(update_fields=["skipped", "skip_reason", "missing_medium", "text", "title", "own_text"])
