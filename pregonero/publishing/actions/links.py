"""The link of a publication: what it answered, and who answers for it when it did not pass (D-4)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.publishing import queries
from pregonero.publishing.link_finding import LinkFinding
from pregonero.publishing.models import LinkAcceptance, LinkCheck, Publication
from pregonero.records.actions import SYSTEM, ObjectRef, record


@transaction.atomic(durable=True)
def keep_link_check(*, publication: Publication, finding: LinkFinding, now: datetime) -> LinkCheck:
    """Keep what a link answered; the reading itself was made before, outside any transaction."""
    check = LinkCheck.objects.create(
        publication=publication,
        address=finding.address,
        status=finding.status,
        ended_at=finding.ended_at,
        official=finding.official,
        problem=finding.problem,
        checked_at=now,
    )
    record(
        entity_id=publication.entity_id,
        event_type="link.checked",
        actor=SYSTEM,
        ref=publication.ref,
        at=now,
        facts={"status": finding.status, "official": finding.official, "passed": not finding.problem},
    )
    return check


@transaction.atomic(durable=True)
def accept_link(*, publication: Publication, reason: str, by: Member, now: datetime) -> LinkAcceptance:
    """Answer by name for a link that did not pass, with the reason."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    check_may(by, "link.accept", now=now)
    if not reason.strip():
        raise Refused("Escribe la razón por la que respondes por este enlace.")
    return _accept(publication, publication.link, reason.strip(), by=by, related=(), now=now)


def accept_link_of_source(
    *, source: ObjectRef, address: str, reason: str, by: Member, related: Iterable[ObjectRef] = (), now: datetime
) -> None:
    """Accept a link in the publications of a source, by the name of who decided about it, in the caller's transaction.

    It is for links that a decision of the procedure accepts, such as a medium's note or what a synergy asks to link.
    """
    publications = Publication.objects.filter(source_kind=source.kind, source_id=source.id).exclude(link="")
    for publication in publications:
        _accept(publication, address, reason[:300], by=by, related=related, now=now)


def _accept(
    publication: Publication, address: str, reason: str, *, by: Member, related: Iterable[ObjectRef], now: datetime
) -> LinkAcceptance:
    acceptance, is_new = LinkAcceptance.objects.get_or_create(
        publication=publication, address=address, defaults={"by": by, "reason": reason, "at": now}
    )
    if is_new:
        record(
            entity_id=publication.entity_id,
            event_type="link.accepted",
            actor=by.actor,
            ref=publication.ref,
            at=now,
            related=list(related),
            texts={"reason": reason},
        )
    return acceptance
