"""Petitions for the jobs that pack, mail and count them again, for the API, and the latest packet of one (Q-5)."""

from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from pregonero.errors import NotFound
from pregonero.inbox.models import LegalDate, Petition, PetitionPacket
from pregonero.people.models import Entity
from pregonero.working_days import DATA_VERSION


def petition_to_pack(*, pk: int) -> Petition:
    """Return a petition of any entity, for the job that makes its packet. Raises `NotFound`."""
    related = ("entity", "message__contact", "message__conversation__account__entity")
    petition = Petition.objects.select_related(*related).filter(pk=pk).first()
    if petition is None:
        raise NotFound("La petición ya no existe.")
    return petition


def packet_to_mail(*, pk: int) -> PetitionPacket:
    """Return a packet of any entity, for the job that mails it. Raises `NotFound`."""
    related = ("petition__entity", "petition__message__conversation__account")
    packet = PetitionPacket.objects.select_related(*related).filter(pk=pk).first()
    if packet is None:
        raise NotFound("El paquete ya no existe.")
    return packet


def latest_packet(petition: Petition) -> PetitionPacket | None:
    """Return the latest packet of a petition, or None when it is not made yet."""
    return PetitionPacket.objects.filter(petition=petition).order_by("-pk").first()


def petitions_to_recount() -> list[int]:
    """Return the ids of petitions that were last counted with other holidays than those in force."""
    latest = LegalDate.objects.filter(petition=OuterRef("pk")).order_by("-pk")
    version = Subquery(latest.values("data_version")[:1])
    behind = Petition.objects.annotate(version=version).filter(Q(version__lt=DATA_VERSION) | Q(version__isnull=True))
    return list(behind.order_by("pk").values_list("pk", flat=True)[:1000])


def petitions_by_id(entity: Entity) -> QuerySet[Petition]:
    """Return the entity's petitions with their steps. The caller orders and slices the queryset."""
    related = Petition.objects.filter(entity=entity).select_related("message__conversation__account")
    return related.prefetch_related("steps")


def petitions_between(entity: Entity, first: date, last: date) -> list[Petition]:
    """Return the entity's petitions that were opened between two days in Bogotá, both included, the first one first."""
    opened = petitions_by_id(entity).filter(opened_at__date__gte=first, opened_at__date__lte=last)
    return list(opened.order_by("pk"))
