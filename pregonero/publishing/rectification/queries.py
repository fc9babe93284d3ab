"""The register of rectifications with its figures, and one rectification with both sides on each account (N-2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Count, F, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.networks.models import Account
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.queries.deliveries import by_account, deliveries_of
from pregonero.outbox.states import PUBLIC
from pregonero.people.models import Entity, Member
from pregonero.publishing.models import Publication, PublicationState
from pregonero.publishing.rectification.rectification_models import Rectification, RectificationPin, Ruling
from pregonero.records.actions import ObjectRef

KIND = "rectification"  # the kind of `Rectification.ref`


@dataclass(frozen=True)
class Figures:
    """The register's figures; `days` is how many days a decision takes on average, or None."""

    asked: int
    granted: int
    denied: int
    waiting: int
    overdue: int
    closed: int
    days: int | None


@dataclass(frozen=True)
class AccountSides:
    """An account with the original's post on it, and the rectification's, if it has one."""

    account: Account
    original: Delivery
    correction: Delivery | None
    pin: RectificationPin | None


def get_rectification(*, member: Member, pk: int, for_update: bool = False) -> Rectification:
    """Return a rectification of the member's entity; any other is not found."""
    rows = _with_names(Rectification.objects.all())
    if for_update:
        rows = rows.select_for_update(no_key=True, of=("self",))
    found = rows.filter(pk=pk, entity_id=member.entity_id).first()
    if found is None:
        raise NotFound
    return found


def get_pin(rectification: Rectification, account: int) -> RectificationPin:
    """Return where a rectification must be pinned. Raises `NotFound` if the original was not pinned there."""
    pin = RectificationPin.objects.filter(rectification=rectification, account_id=account).first()
    if pin is None:
        raise NotFound
    return pin


def asked_already(
    publication: Publication, origin: ObjectRef | None, asked_by: str, asked_at: datetime
) -> Rectification | None:
    """Return the request that the same person made then, or the same message, or None."""
    rows = Rectification.objects.filter(publication=publication)
    if origin is not None:
        return rows.filter(origin_kind=origin.kind, origin_id=origin.id).first()
    return rows.filter(origin_id__isnull=True, asked_by=asked_by.strip(), asked_at=asked_at).first()


def rectifications_of(entity: Entity) -> QuerySet[Rectification]:
    """Return an entity's rectifications, the newest first."""
    return _with_names(Rectification.objects.filter(entity=entity)).order_by("-asked_at", "-pk")


def rectifications_about(publication: Publication) -> list[Rectification]:
    """Return what was asked about a publication, in order."""
    return list(_with_names(Rectification.objects.filter(publication=publication)).order_by("asked_at", "pk"))


def rectifications_from(entity: Entity, origin: ObjectRef) -> list[Rectification]:
    """Return what was opened from a message, in order."""
    rows = Rectification.objects.filter(entity=entity, origin_kind=origin.kind, origin_id=origin.id)
    return list(_with_names(rows).order_by("asked_at", "pk"))


def _with_names(rows: QuerySet[Rectification]) -> QuerySet[Rectification]:
    return rows.select_related("publication__entity", "recorded_by", "decided_by", "closed_by")


def figures_of(entity: Entity, *, today: date) -> Figures:
    """Return the figures of an entity's register, in one query."""
    waiting = Q(ruling="")
    found = Rectification.objects.filter(entity=entity).aggregate(
        asked=Count("pk"),
        granted=Count("pk", filter=Q(ruling=Ruling.YES)),
        denied=Count("pk", filter=Q(ruling=Ruling.NO)),
        waiting=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(due_on__lt=today)),
        closed=Count("pk", filter=Q(closed_at__isnull=False)),
        took=Avg(F("decided_at") - F("asked_at")),
    )
    took = found.pop("took")
    return Figures(**found, days=took.days if took is not None else None)


def publications_made(rectification: Rectification) -> list[Publication]:
    """Return the publications that rectify, without the cancelled ones, in order."""
    made = Publication.objects.filter(source_kind=KIND, source_id=rectification.pk)
    return list(made.exclude(state=PublicationState.CANCELLED).order_by("pk"))


def accounts_where_it_went_out(publication: Publication) -> Collection[int]:
    """Return the ids of the accounts where a publication went out, even if it was withdrawn since."""
    out = Delivery.objects.filter(
        subject_kind=publication.ref.kind, subject_id=publication.pk, kind__in=PUBLIC_KINDS, state__in=PUBLIC
    )
    return set(out.values_list("account_id", flat=True))


def out_at(publication: Publication) -> datetime | None:
    """Return when a publication first went out, or None."""
    times = [one.published_at for one in deliveries_of(publication.ref) if one.published_at]
    return min(times, default=None)


def sides_of(rectification: Rectification) -> list[AccountSides]:
    """Return each account where the original went out, with the post that is rectified and the one that rectifies."""
    made = publications_made(rectification)
    corrections = by_account([one for publication in made for one in deliveries_of(publication.ref)])
    pins = {pin.account_id: pin for pin in rectification.pins.select_related("pinned_by")}
    originals = [one for one in deliveries_of(rectification.publication.ref) if one.state in PUBLIC]
    return [
        AccountSides(one.account, one, next(iter(corrections.get(one.account_id, [])), None), pins.get(one.account_id))
        for one in originals
        if one.position == (rectification.part or 0)
    ]
