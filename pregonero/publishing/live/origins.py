"""What a live event comes from: an accepted need, a campaign, or whatever a publication may rest on (N-1, M-4)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField

from pregonero.errors import NotFound, WrongState
from pregonero.newsroom.campaigns.queries import campaigns_of, get_campaign
from pregonero.newsroom.need_models import NeedState
from pregonero.newsroom.needs.queries import get_need, needs_of
from pregonero.people.models import Entity, Member
from pregonero.publishing import sources
from pregonero.records.actions import ObjectRef

NEED, CAMPAIGN = "need", "campaign"
OFFERED = 50  # of each kind


@dataclass(frozen=True)
class Origin:
    """What an event comes from: its reference, its Spanish noun, its page, and why it may not be broadcast, if so."""

    ref: ObjectRef
    noun: str
    path: str
    why_not: str = ""


def load_origin(ref: ObjectRef, *, by: Member) -> Origin:
    """Return the origin with a reference. Raises `NotFound` if the person's entity has none."""
    if not 0 < ref.id <= BigIntegerField.MAX_BIGINT:
        raise NotFound
    if ref.kind == NEED:
        need = get_need(member=by, pk=ref.id)
        why_not = "" if need.state == NeedState.ACCEPTED else "Primero acepta la necesidad: así queda por qué se hace."
        return Origin(need.ref, "la necesidad", need.get_absolute_url(), why_not)
    if ref.kind == CAMPAIGN:
        campaign = get_campaign(member=by, pk=ref.id)
        return Origin(campaign.ref, "la campaña", campaign.get_absolute_url())
    if not sources.is_registered(ref.kind):
        raise NotFound
    source = sources.load_source(ref, entity_id=by.entity_id)
    return Origin(source.ref, source.noun.definite, source.address, source.why_not)


def check_origin(ref: ObjectRef, *, by: Member) -> Origin:
    """Return the origin with a reference. Raises `WrongState` if nothing may be broadcast from it now."""
    origin = load_origin(ref, by=by)
    if origin.why_not:
        raise WrongState(origin.why_not)
    return origin


def offered_origins(entity: Entity, *, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the origins that a form offers, in groups, each with its reference and its name."""
    needs = needs_of(entity, [NeedState.ACCEPTED])[:OFFERED]
    campaigns = [one for one in campaigns_of(entity)[:OFFERED] if one.ends_on >= today]
    unpublished = sources.unpublished_sources(entity_id=entity.pk, limit=OFFERED)
    groups = [
        ("Necesidades aceptadas", [(need.ref.reference, need.title) for need in needs]),
        ("Campañas", [(campaign.ref.reference, campaign.name) for campaign in campaigns]),
        ("Noticias informadas", [(source.ref.reference, source.title) for source in unpublished]),
    ]
    return [group for group in groups if group[1]]
