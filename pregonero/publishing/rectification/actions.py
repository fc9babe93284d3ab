"""Record a request of rectification, decide it, and mark the original once the rectification is public (N-2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Refused
from pregonero.networks.models import Account
from pregonero.outbox.actions.rectified import mark_rectified
from pregonero.outbox.queries.deliveries import by_account, deliveries_of, lock_deliveries
from pregonero.outbox.states import PUBLIC
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.publishing.actions.duplicate import copy_attachments
from pregonero.publishing.models import Adaptation, Publication
from pregonero.publishing.queries import adaptations_of, get_publication
from pregonero.publishing.rectification import queries, rules
from pregonero.publishing.rectification.origins import load_origin
from pregonero.publishing.rectification.rectification_models import Rectification, RectificationPin, RequestWay, Ruling
from pregonero.publishing.rectification.terms import last_day
from pregonero.records.actions import ObjectRef, record

NOT_THERE = "La publicación que se rectifica no salió en esta cuenta."


@dataclass(frozen=True)
class Request:
    """What somebody asks: by which way, who, when and what; or the message that says it.

    `due_on` and `term_basis` replace the general term when a judge or a norm sets another.
    """

    way: RequestWay
    asked_at: datetime
    asked_by: str = ""
    text: str = ""
    origin: ObjectRef | None = None
    part: int | None = None
    due_on: date | None = None
    term_basis: str = ""


@transaction.atomic(durable=True)
def ask_rectification(*, publication: Publication, request: Request, by: Member, now: datetime) -> Rectification:
    """Record that somebody asks to rectify a publication. The same request again returns the first."""
    publication = get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_ask(by, now=now)
    if request.origin is not None:
        load_origin(request.origin, by=by, now=now)
    rules.check_request(deliveries_of(publication.ref), request.part, asked_at=request.asked_at, now=now)
    asked = queries.asked_already(publication, request.origin, request.asked_by, request.asked_at)
    if asked is not None:
        return asked
    due_on, basis = last_day(timezone.localdate(request.asked_at))
    rectification = Rectification.objects.create(
        entity_id=by.entity_id,
        publication=publication,
        part=request.part,
        way=request.way,
        asked_by="" if request.origin else request.asked_by.strip(),
        asked_at=request.asked_at,
        request="" if request.origin else request.text.strip(),
        origin_kind=request.origin.kind if request.origin else "",
        origin_id=request.origin.id if request.origin else None,
        origin_name=request.origin.label if request.origin else "",
        due_on=request.due_on or due_on,
        term_basis=request.term_basis or basis,
        recorded_by=by,
        recorded_at=now,
    )
    _record_asked(rectification, by, now)
    return rectification


def _record_asked(rectification: Rectification, by: Member, now: datetime) -> None:
    related = [rectification.publication.ref, *([rectification.origin] if rectification.origin else [])]
    facts = {
        "way": rectification.way,
        "asked_at": rectification.asked_at.isoformat(),
        "due_on": rectification.due_on.isoformat(),
        "term": rectification.term_basis,
        "part": rectification.part,
    }
    texts = {"asked_by": rectification.asked_by, "request": rectification.request} if rectification.asked_by else {}
    record(
        entity_id=rectification.entity_id,
        event_type="rectification.asked",
        actor=by.actor,
        ref=rectification.ref,
        at=now,
        related=related,
        facts=facts,
        texts=texts,
    )
    heads = members_with(rectification.publication.entity, GROUP_HEADS, today=timezone.localdate(now))
    title = f"Decide: piden rectificar «{rectification.publication}»"
    _tell(heads, rectification, kind="asked", title=title, by=by, now=now)


@transaction.atomic(durable=True)
def decide_rectification(
    *,
    rectification: Rectification,
    ruling: Ruling,
    reason: str,
    correction: str,
    pinned: Collection[Account],
    by: Member,
    now: datetime,
) -> Rectification:
    """Decide to rectify or not, and why. `pinned` are the accounts where the original was pinned."""
    rectification = queries.get_rectification(member=by, pk=rectification.pk, for_update=True)
    rules.check_may_decide(by, rectification, now=now)
    if ruling == Ruling.YES and not correction.strip():
        raise Refused("Escribe qué dice la rectificación.")
    rectification.ruling, rectification.reason = ruling, reason.strip()
    rectification.correction = correction.strip() if ruling == Ruling.YES else ""
    rectification.decided_by, rectification.decided_at = by, now
    rectification.save(update_fields=["ruling", "reason", "correction", "decided_by", "decided_at"])
    if ruling == Ruling.YES:
        RectificationPin.objects.bulk_create(
            [RectificationPin(rectification=rectification, account=account) for account in pinned]
        )
    record(
        entity_id=rectification.entity_id,
        event_type="rectification.decided",
        actor=by.actor,
        ref=rectification.ref,
        at=now,
        related=[rectification.publication.ref],
        facts={"ruling": ruling, "pinned": sorted(account.pk for account in pinned)},
        texts={"reason": rectification.reason, "correction": rectification.correction},
    )
    people = members_with(rectification.publication.entity, NETWORKS_PEOPLE, today=timezone.localdate(now))
    told = f"{by} decidió {rectification.get_ruling_display()} «{rectification.publication}»"
    _tell(people, rectification, kind="decided", title=told, by=by, now=now)
    return rectification


def _tell(
    people: list[Member], rectification: Rectification, *, kind: str, title: str, by: Member, now: datetime
) -> None:
    """Notify people of a step, without the one who took it."""
    notify(
        members=[person for person in people if person.pk != by.pk],
        kind=f"rectification.{kind}",
        ref=rectification.ref,
        title=title[:300],
        path=rectification.get_absolute_url(),
        now=now,
        why=rectification.reason,
    )


def follow_original(rectification: Rectification, *, now: datetime) -> None:
    """Give the draft just made the accounts, formats and files of the original, in the caller's transaction."""
    drafts = Publication.objects.filter(
        source_kind=rectification.ref.kind, source_id=rectification.pk, created_at=now, revision=1
    )
    for draft in drafts:
        draft.relevance = rectification.publication.relevance
        draft.save(update_fields=["relevance"])
        there = queries.accounts_where_it_went_out(rectification.publication)
        originals = {one.account_id: one for one in adaptations_of(rectification.publication)}
        for adaptation in adaptations_of(draft):
            _follow(adaptation, originals[adaptation.account_id] if adaptation.account_id in there else None)


def _follow(adaptation: Adaptation, original: Adaptation | None) -> None:
    """Make an adaptation like the original's on the account, or skip an account where the original did not go out."""
    adaptation.skipped, adaptation.missing_medium = original is None, ""
    adaptation.skip_reason = NOT_THERE if original is None else ""
    if original is not None:
        adaptation.format = original.format
        adaptation.attachments.all().delete()
        copy_attachments(original.media, adaptation)
    adaptation.save(update_fields=["skipped", "skip_reason", "missing_medium", "format"])


@transaction.atomic(durable=True)
def close_rectification(*, rectification: Rectification, by: Member, now: datetime) -> Rectification:
    """Mark the original as rectified on each account where the rectification is public."""
    rectification = queries.get_rectification(member=by, pk=rectification.pk, for_update=True)
    made = queries.publications_made(rectification)
    corrections = [delivery for publication in made for delivery in deliveries_of(publication.ref)]
    rules.check_may_close(by, rectification, corrections, now=now)
    out = by_account(delivery for delivery in corrections if delivery.state in PUBLIC)
    originals = [
        delivery
        for delivery in lock_deliveries(rectification.publication.ref)
        if delivery.account_id in out and rectification.part in {None, delivery.position}
    ]
    marked = mark_rectified(originals, reason=rectification.reason, corrected_by=made[0].ref, by=by, now=now)
    rectification.closed_by, rectification.closed_at = by, now
    rectification.save(update_fields=["closed_by", "closed_at"])
    record(
        entity_id=rectification.entity_id,
        event_type="rectification.closed",
        actor=by.actor,
        ref=rectification.ref,
        at=now,
        related=[rectification.publication.ref, *(publication.ref for publication in made)],
        facts={"marked": [delivery.pk for delivery in marked]},
    )
    return rectification


@transaction.atomic(durable=True)
def note_pinned(*, rectification: Rectification, account: int, by: Member, now: datetime) -> RectificationPin:
    """Record that the person pinned the rectification at the network; a second click changes nothing."""
    rectification = queries.get_rectification(member=by, pk=rectification.pk, for_update=True)
    rules.check_may_ask(by, now=now)
    pin = queries.get_pin(rectification, account)
    if pin.pinned_at is None:
        pin.pinned_by, pin.pinned_at = by, now
        pin.save(update_fields=["pinned_by", "pinned_at"])
        record(
            entity_id=rectification.entity_id,
            event_type="rectification.pinned",
            actor=by.actor,
            ref=rectification.ref,
            at=now,
            related=[rectification.publication.ref],
            facts={"account": account},
        )
    return pin
