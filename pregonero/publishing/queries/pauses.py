"""What a person holds: everything of an entity, or one publication (rule 9)."""

from django.db.models import Exists, OuterRef, Q

from pregonero.people.models import Entity
from pregonero.publishing.models import Delivery, Publication
from pregonero.publishing.models.manual import PublishingStop
from pregonero.publishing.states import IN_FLIGHT


def not_stopped() -> Q:
    """Match deliveries that nobody holds: neither their publication nor everything of their entity."""
    standing = PublishingStop.objects.filter(entity_id=OuterRef("entity_id"), lifted_at__isnull=True)
    of_it = Q(publication__isnull=True) | Q(publication_id=OuterRef("publication_id"))
    return Q(~Exists(standing.filter(of_it)))


def stop_of_all(entity_id: int) -> PublishingStop | None:
    """Return the pause of everything of an entity, if it stands."""
    stops = PublishingStop.objects.filter(entity_id=entity_id, publication__isnull=True, lifted_at__isnull=True)
    return stops.select_related("by").first()


def stop_of(publication: Publication) -> PublishingStop | None:
    """Return the pause of one publication, if it stands."""
    stops = PublishingStop.objects.filter(publication=publication, lifted_at__isnull=True)
    return stops.select_related("by").first()


def why_stopped(delivery: Delivery) -> str:
    """Return why a person holds a delivery, in words; nothing when nobody does."""
    if delivery.account.paused_reason:
        return f"La cuenta estaba en pausa: {delivery.account.paused_reason}"
    stop = stop_of(delivery.publication) or stop_of_all(delivery.entity_id)
    return f"Estaba en pausa, por {stop.by.name}: {stop.reason}" if stop else ""


def in_the_air(entity: Entity, publication: Publication | None = None) -> int:
    """Return how many deliveries are being sent or found out: a pause lets them end."""
    deliveries = Delivery.objects.filter(entity=entity, state__in=IN_FLIGHT)
    return (deliveries.filter(publication=publication) if publication else deliveries).count()
