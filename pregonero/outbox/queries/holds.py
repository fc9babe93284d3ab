"""What a person holds: everything of an entity, or one subject (rule 9)."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from pregonero.outbox.models import Delivery, Hold
from pregonero.outbox.states import IN_FLIGHT
from pregonero.people.models import Entity
from pregonero.records.actions import ObjectRef


def not_held() -> Q:
    """Match deliveries of which neither the subject, nor its kind, nor everything of the entity is on hold."""
    open_holds = Hold.objects.filter(entity_id=OuterRef("entity_id"), released_at__isnull=True)
    of_subject = Q(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
    of_kind = Q(subject_kind=OuterRef("subject_kind"), subject_id__isnull=True)
    return Q(~Exists(open_holds.filter(Q(subject_kind="") | of_kind | of_subject)))


def held_among(deliveries: Collection[Delivery]) -> set[int]:
    """Return the ids of those of the deliveries of one entity that a person holds, with everything or by themselves."""
    entities = {delivery.entity_id for delivery in deliveries}
    holds = Hold.objects.filter(entity_id__in=entities, released_at__isnull=True)
    subjects = set(holds.values_list("subject_kind", "subject_id")) if entities else set()
    return {
        delivery.pk
        for delivery in deliveries
        if subjects.intersection(
            {("", None), (delivery.subject_kind, None), (delivery.subject_kind, delivery.subject_id)}
        )
    }


def hold_on_everything(entity_id: int) -> Hold | None:
    """Return the open hold on everything of an entity."""
    holds = Hold.objects.filter(entity_id=entity_id, subject_kind="", released_at__isnull=True)
    return holds.select_related("by").first()


def widest_hold(entity_id: int, kind: str) -> Hold | None:
    """Return the open hold on everything of an entity, or else the one on every subject of a kind (T-4)."""
    holds = Hold.objects.filter(entity_id=entity_id, subject_kind__in=("", kind), subject_id__isnull=True)
    return holds.filter(released_at__isnull=True).select_related("by").order_by("subject_kind").first()


def hold_on(subject: ObjectRef) -> Hold | None:
    """Return the open hold on one subject."""
    holds = Hold.objects.filter(subject_kind=subject.kind, subject_id=subject.id, released_at__isnull=True)
    return holds.select_related("by").first()


def why_held(delivery: Delivery) -> str:
    """Return in Spanish why nothing is sent for a delivery because of a person; nothing when it may be sent."""
    if delivery.account.paused_reason:
        return f"La cuenta estaba en pausa: {delivery.account.paused_reason}"
    hold = hold_on(delivery.subject) or widest_hold(delivery.entity_id, delivery.subject_kind)
    return f"Estaba en pausa, por {hold.by.name}: {hold.reason}" if hold else ""


def count_in_flight(entity: Entity, subject: ObjectRef | None = None) -> int:
    """Return how many deliveries are being sent or reconciled: a hold lets them end."""
    deliveries = Delivery.objects.filter(entity=entity, state__in=IN_FLIGHT)
    if subject is not None:
        deliveries = deliveries.filter(subject_kind=subject.kind, subject_id=subject.id)
    return deliveries.count()
