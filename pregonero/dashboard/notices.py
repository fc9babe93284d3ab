"""Which of a person's notices still ask for something: the others leave Hoy by themselves (P-1)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pregonero.networks.models import Credential, CredentialState
from pregonero.networks.rate_limits.models import NetworkSuspension
from pregonero.networks.rate_limits.queries import running
from pregonero.newsroom.models import Source, SourceState
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import IN_FLIGHT, WAITING, DeliveryState
from pregonero.people.models import Notice
from pregonero.publishing.models import Publication
from pregonero.records.actions import ObjectRef

DELIVERY_STATES = {
    "delivery.rejected": (DeliveryState.REJECTED,),
    "delivery.expired": (DeliveryState.EXPIRED,),
    "delivery.needs_person": (DeliveryState.NEEDS_PERSON,),
    "delivery.will_be_late": WAITING,
    "delivery.unauthorized": (*WAITING, *IN_FLIGHT),
    "delivery.spent": (*WAITING, *IN_FLIGHT),
    "delivery.unserved": (*WAITING, *IN_FLIGHT),
}
"""By kind of notice about a delivery, or all those of an account, the states in which it still applies."""


def still_valid(notices: Sequence[Notice], *, now: datetime) -> list[Notice]:
    """Return the notices without those of a problem that is solved, or of an act that somebody has done."""
    done: set[int] = set()
    for find in (_read_sources, _settled_deliveries, _relieved_accounts, _connected, _ended_suspensions, _published):
        done |= find(notices, now)
    return [notice for notice in notices if notice.pk not in done]


def _base_kind(notice: Notice) -> str:
    return notice.kind.split(":")[0]


def _ids(notices: Sequence[Notice], kinds: Collection[str], ref_kind: str) -> dict[int, int]:
    """Return, by notice, the id of its object, for those of these kinds about an object of that kind."""
    refs = {notice.pk: ObjectRef.parse(notice.ref) for notice in notices if _base_kind(notice) in kinds}
    return {pk: ref.id for pk, ref in refs.items() if ref.kind == ref_kind}


def _without(ids: dict[int, int], valid: Collection[int]) -> set[int]:
    return {pk for pk, object_id in ids.items() if object_id not in valid}


def _read_sources(notices: Sequence[Notice], now: datetime) -> set[int]:
    ids = _ids(notices, {"source.failing"}, "source")
    failing = Source.objects.filter(pk__in=ids.values(), state=SourceState.ACTIVE).exclude(problem="")
    return _without(ids, set(failing.values_list("pk", flat=True))) if ids else set()


def _settled_deliveries(notices: Sequence[Notice], now: datetime) -> set[int]:
    ids = _ids(notices, DELIVERY_STATES, "delivery")
    states = dict(Delivery.objects.filter(pk__in=ids.values()).values_list("pk", "state")) if ids else {}
    kinds = {notice.pk: _base_kind(notice) for notice in notices}
    return {pk for pk, delivery in ids.items() if states.get(delivery) not in DELIVERY_STATES[kinds[pk]]}


def _relieved_accounts(notices: Sequence[Notice], now: datetime) -> set[int]:
    """Return the notices of accounts that have no delivery any more in the state that the notice is about."""
    ids = _ids(notices, DELIVERY_STATES, "account")
    if not ids:
        return set()
    pairs = set(
        Delivery.objects.filter(account__in=ids.values(), state__in={*WAITING, *IN_FLIGHT, DeliveryState.EXPIRED})
        .order_by()
        .values_list("account_id", "state")
        .distinct()
    )
    kinds = {notice.pk: _base_kind(notice) for notice in notices}
    return {
        pk
        for pk, account_id in ids.items()
        if not any((account_id, state) in pairs for state in DELIVERY_STATES[kinds[pk]])
    }


def _connected(notices: Sequence[Notice], now: datetime) -> set[int]:
    """Return the notices of a lost credential that has been replaced: the kind ends in its generation."""
    ids = _ids(notices, {"account.lost", "delivery.unauthorized"}, "account")
    if not ids:
        return set()
    credentials = Credential.objects.filter(account__in=ids.values())
    known = {row[0]: row[1:] for row in credentials.values_list("account_id", "generation", "state")}
    done = set()
    for notice in notices:
        generation, state = known.get(ids.get(notice.pk, 0), (0, CredentialState.LOST))
        is_mended = _base_kind(notice) == "account.lost" and state != CredentialState.LOST
        if notice.pk in ids and (is_mended or notice.kind.partition(":")[2] != str(generation)):
            done.add(notice.pk)
    return done


def _ended_suspensions(notices: Sequence[Notice], now: datetime) -> set[int]:
    ids = _ids(notices, {"sending.suspended"}, "suspension")
    current = NetworkSuspension.objects.filter(running(now), pk__in=ids.values())
    return _without(ids, set(current.values_list("pk", flat=True))) if ids else set()


def _published(notices: Sequence[Notice], now: datetime) -> set[int]:
    """Return the notices of informed news that somebody has begun, scheduled or cancelled a publication of."""
    ids = _ids(notices, {"news.informed"}, "news")
    sources = Publication.objects.filter(source_kind="news", source_id__in=ids.values())
    taken = set(sources.values_list("source_id", flat=True)) if ids else set()
    return {pk for pk, news_id in ids.items() if news_id in taken}
