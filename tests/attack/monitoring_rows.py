"""Rows of the table of addresses: topics, what is decided about them, and the watch list."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from pregonero.monitoring.models import Entry, Topic, WatchedRole, WatchedSource
from pregonero.people.roles import NETWORKS_PEOPLE, Role
from tests.attack.conftest import Stage
from tests.attack.row import FOUND, NETWORKS_AND_HEADS, OK, Row


def _source(stage: Stage, *, is_confirmed: bool = False) -> WatchedSource:
    address = f"https://diario.test/{is_confirmed}"
    made, _ = WatchedSource.objects.get_or_create(
        entity=stage.entity,
        address=address,
        defaults={
            "kind": "FEED",
            "role": WatchedRole.MEDIUM,
            "name": "El Diario",
            "is_confirmed": is_confirmed,
            "registered_by": stage.people[Role.ADVISER],
            "registered_at": timezone.now(),
        },
    )
    return made


def _topic(stage: Stage, title: str = "Arancel al textil") -> Topic:
    now = timezone.now()
    topic, is_new = Topic.objects.get_or_create(
        entity=stage.entity,
        title=title,
        defaults={"started_at": now, "latest_at": now, "entry_count": 2, "source_count": 1},
    )
    if is_new:
        for number in (1, 2):
            Entry.objects.create(
                entity=stage.entity,
                source=_source(stage),
                key=f"{title} {number}",
                title=f"{title} {number}",
                address=f"https://diario.test/{topic.pk}/{number}",
                digest="",
                found_at=now,
                at=now,
                topic=topic,
            )
    return topic


def source_of(stage: Stage) -> list[Any]:
    return [_source(stage).pk]


def topic_of(stage: Stage) -> list[Any]:
    return [_topic(stage).pk]


def _decision(stage: Stage) -> dict[str, str]:
    soon = timezone.localtime() + timedelta(days=1)
    return {
        "kind": "REPUBLISH",
        "entry": str(Entry.objects.filter(topic=_topic(stage)).order_by("pk").first().pk),  # type: ignore[union-attr]
        "reason": "Le sirve a quien exporta.",
        "day": f"{soon:%Y-%m-%d}",
        "hour": "10:00",
        "responsible": str(stage.people[Role.COMMUNITY_MANAGER].pk),
    }


def _merge(stage: Stage) -> dict[str, str]:
    return {"other": str(_topic(stage, "Aranceles de los textiles").pk)}


def _split(stage: Stage) -> dict[str, str]:
    return {"entry": str(Entry.objects.filter(topic=_topic(stage)).order_by("pk").first().pk)}  # type: ignore[union-attr]


def _watched(_: Stage) -> dict[str, str]:
    return {"kind": "FEED", "name": "La Gaceta", "role": "MEDIUM", "address": "https://gaceta.test/rss"}


MONITORING_ROWS = (
    Row("monitoring:topics", outside=OK),
    Row("monitoring:topic", arguments=topic_of),
    Row("monitoring:decide", "POST", topic_of, _decision, NETWORKS_PEOPLE, FOUND),
    Row("monitoring:merge", "POST", topic_of, _merge, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:split", "POST", topic_of, _split, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:outcome", "POST", topic_of, lambda _: {"text": "Nadie más preguntó."}, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:sources", outside=OK),
    Row("monitoring:watch_source", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("monitoring:watch_source", "POST", data=_watched, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND,
        both=True),
    Row("monitoring:confirm_source", "POST", source_of, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("monitoring:retire_source", arguments=source_of, roles=NETWORKS_AND_HEADS, both=True),
    Row("monitoring:retire_source", "POST", source_of, roles=NETWORKS_AND_HEADS, status=FOUND, both=True),
)  # fmt: skip
