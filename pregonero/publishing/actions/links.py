"""The link of a publication: what it answered, and who answers for it when it did not pass (D-4)."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.publishing import queries
from pregonero.publishing.link_finding import LinkFinding
from pregonero.publishing.models import LinkAcceptance, LinkCheck, Publication
from pregonero.records.actions import SYSTEM, record


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
    acceptance, made = LinkAcceptance.objects.get_or_create(
        publication=publication,
        address=publication.link,
        defaults={"by": by, "reason": reason.strip(), "at": now},
    )
    if made:
        record(
            entity_id=by.entity_id,
            event_type="link.accepted",
            actor=by.actor,
            ref=publication.ref,
            at=now,
            texts={"reason": reason.strip()},
        )
    return acceptance
