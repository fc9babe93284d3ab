"""The links of answers, saved answers and PQRSD: what they responded, and who answers for one that failed (D-4)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.inbox.models import TextLinkAcceptance, TextLinkCheck
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.publishing.link_finding import LinkFinding
from pregonero.records.actions import SYSTEM, ObjectRef, record


@transaction.atomic(durable=True)
def keep_link_findings(*, entity: Entity, findings: Sequence[LinkFinding], now: datetime) -> list[TextLinkCheck]:
    """Store what the links of a text responded; they were requested before, outside any transaction."""
    checks = []
    for finding in findings:
        check = TextLinkCheck.objects.create(
            entity=entity,
            address=finding.address[:500],
            status=finding.status,
            ended_at=finding.ended_at[:500],
            official=finding.official,
            problem=finding.problem[:300],
            is_gone=finding.is_gone,
            checked_at=now,
        )
        record(
            entity_id=entity.pk,
            event_type="link.checked",
            actor=SYSTEM,
            ref=_ref(check.pk, check.address),
            at=now,
            facts={"status": finding.status, "official": finding.official, "passed": not finding.problem},
        )
        checks.append(check)
    return checks


@transaction.atomic(durable=True)
def accept_links(
    *, addresses: Sequence[str], reason: str, by: Member, now: datetime, right: str = "link.accept"
) -> None:
    """Answer by name, with a reason, for links that failed their check; a link accepted before stays as it was."""
    check_may(by, right, now=now)
    if not reason.strip():
        raise Refused("Escribe la razón por la que respondes por este enlace.")
    for address in addresses:
        acceptance, is_new = TextLinkAcceptance.objects.get_or_create(
            entity_id=by.entity_id, address=address, defaults={"by": by, "reason": reason.strip()[:300], "at": now}
        )
        if is_new:
            record(
                entity_id=by.entity_id,
                event_type="link.accepted",
                actor=by.actor,
                ref=_ref(acceptance.pk, address),
                at=now,
                texts={"reason": acceptance.reason},
            )


def _ref(pk: int, address: str) -> ObjectRef:
    return ObjectRef("text_link", pk, address[:300])
