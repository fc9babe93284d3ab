"""Put hashtags in the list and take them out. What was published with them is never rewritten (D-2)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from pregonero.errors import Conflict, WrongState
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.publishing.hashtag_models import Hashtag, HashtagTie
from pregonero.publishing.hashtags.queries import get_hashtag
from pregonero.publishing.hashtags.recognition import key_of
from pregonero.records.actions import record


@dataclass(frozen=True)
class HashtagPlan:
    """A hashtag with its sign, what it is tied to, and the days on which it is suggested."""

    name: str
    tie: HashtagTie
    tied_to: str
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic(durable=True)
def list_hashtag(*, plan: HashtagPlan, by: Member, now: datetime) -> Hashtag:
    """Put a hashtag in the list, once: another spelling of one that is in it is refused."""
    check_may(by, "hashtags.manage", now=now)
    # Two people who list it at once: the second one waits here.
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    key = key_of(plan.name)
    same = Hashtag.objects.filter(entity_id=by.entity_id, key=key, retired_at__isnull=True).first()
    if same is not None:
        raise Conflict(f"{same.name} ya está en la lista, por {same.tie_label}.")
    hashtag = Hashtag.objects.create(
        entity_id=by.entity_id,
        name=plan.name,
        key=key,
        tie=plan.tie,
        tied_to=plan.tied_to,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        listed_by=by,
        listed_at=now,
    )
    record(
        entity_id=by.entity_id,
        event_type="hashtag.listed",
        actor=by.actor,
        ref=hashtag.ref,
        at=now,
        facts={"tie": hashtag.tie, "tied_to": hashtag.tied_to},
    )
    return hashtag


@transaction.atomic(durable=True)
def retire_hashtag(*, hashtag: Hashtag, by: Member, now: datetime) -> Hashtag:
    """Take a hashtag out of the list: it is not suggested any more."""
    check_may(by, "hashtags.manage", now=now)
    hashtag = get_hashtag(member=by, pk=hashtag.pk, for_update=True)
    if hashtag.retired_at is not None:
        raise WrongState(f"{hashtag.name} ya no está en la lista.")
    hashtag.retired_by, hashtag.retired_at = by, now
    hashtag.save(update_fields=["retired_by", "retired_at"])
    record(entity_id=by.entity_id, event_type="hashtag.retired", actor=by.actor, ref=hashtag.ref, at=now)
    return hashtag
