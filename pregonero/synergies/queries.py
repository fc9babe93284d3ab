"""Readings of synergies."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.people.models import Entity, Member
from pregonero.publishing.models import Publication
from pregonero.synergies.models import Definition, SuggestedText, Synergy, SynergyFile, SynergyState


def get_synergy(*, member: Member, pk: int, for_update: bool = False) -> Synergy:
    """Return a synergy of the member's entity, or raise `NotFound`."""
    synergies = Synergy.objects.select_related("registered_by", "campaign", "entity")
    if for_update:
        synergies = synergies.select_for_update(no_key=True, of=("self",))
    synergy = synergies.filter(entity_id=member.entity_id, pk=pk).first()
    if synergy is None:
        raise NotFound
    return synergy


def synergies_of(entity: Entity, states: Collection[SynergyState], *, words: str = "") -> QuerySet[Synergy]:
    """Return the synergies in some states, the last received first, with the definition in force of each."""
    found = Synergy.objects.filter(entity=entity, state__in=states)
    for word in words.split():
        found = found.filter(Q(topic__icontains=word) | Q(sender__icontains=word) | Q(beneficiary__icontains=word))
    latest = Definition.objects.select_related("networks_person", "head").order_by("-at", "-pk")
    return found.prefetch_related(Prefetch("definitions", latest)).order_by("-received_at", "-pk")


def synergy_counts(entity: Entity) -> dict[str, int]:
    """Return how many synergies are in each state."""
    counted = Synergy.objects.filter(entity=entity).values_list("state").annotate(count=Count("pk"))
    return dict.fromkeys(SynergyState.values, 0) | dict(counted)


def to_define(entity: Entity, *, today: date, limit: int) -> tuple[list[Synergy], int]:
    """Return the synergies that wait to be defined, those whose window ends first at the top, and how many they are."""
    waiting = Q(state=SynergyState.RECEIVED) | Q(state=SynergyState.LATER, look_again_on__lte=today)
    found = Synergy.objects.filter(waiting, entity=entity)
    total = found.count()
    return list(found.order_by("window_to", "received_at", "pk")[: min(limit, total)]), total


def texts_of(synergy: Synergy) -> list[SuggestedText]:
    """Return the suggested texts in their order."""
    return list(synergy.texts.order_by("position"))


def files_of(synergy: Synergy) -> list[SynergyFile]:
    """Return the files that came with a synergy, without their content."""
    return list(synergy.files.defer("content").select_related("medium").order_by("pk"))


def get_file(*, member: Member, pk: int) -> SynergyFile:
    """Return a file of a synergy of the member's entity, or raise `NotFound`."""
    file = SynergyFile.objects.filter(synergy__entity_id=member.entity_id, pk=pk).first()
    if file is None:
        raise NotFound
    return file


def definitions_of(synergy: Synergy) -> list[Definition]:
    """Return what was defined about a synergy, the last first."""
    return list(synergy.definitions.select_related("networks_person", "head", "by").order_by("-at", "-pk"))


def publications_of(synergy: Synergy) -> list[Publication]:
    """Return the publications of which a synergy is the source, the first one first."""
    found = Publication.objects.filter(entity_id=synergy.entity_id, source_kind=synergy.ref.kind, source_id=synergy.pk)
    return list(found.select_related("created_by").order_by("pk"))
