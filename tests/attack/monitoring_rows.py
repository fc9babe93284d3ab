"""Rows of the table of addresses: topics, what is decided about them, and the watch list."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from pregonero.monitoring.actions.statements import digest_of
from pregonero.monitoring.models import (
    CrisisRoom,
    Decision,
    Entry,
    Statement,
    Topic,
    WatchedRole,
    WatchedSource,
)
from pregonero.outbox.models import Hold
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE, Role
from tests.attack.conftest import Stage
from tests.attack.row import FOUND, INVALID, NETWORKS_AND_HEADS, OK, Row


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


def _statement(stage: Stage, text: str = "") -> Statement:
    now, by = timezone.now(), stage.people[Role.ADVISER]
    topic = _topic(stage, f"Comunicado {text}")
    found = Statement.objects.filter(decision__topic=topic).first()
    if found is not None:
        return found
    decision = Decision.objects.create(
        topic=topic,
        kind="STATEMENT",
        reason="Hay que aclarar.",
        due_at=now + timedelta(days=1),
        responsible=by,
        by=by,
        at=now,
    )
    return Statement.objects.create(
        decision=decision, spokesperson="La ministra", text=text, written_by=by, written_at=now
    )


def _room(stage: Stage) -> CrisisRoom:
    now, by = timezone.now(), stage.people[Role.ADVISER]
    found = CrisisRoom.objects.filter(entity=stage.entity).first()
    if found is not None:
        return found
    hold = Hold.objects.create(entity=stage.entity, subject_kind="publication", reason="Un incendio", by=by, at=now)
    return CrisisRoom.objects.create(
        entity=stage.entity, reason="Un incendio", decider=by, hold=hold, opened_by=by, opened_at=now
    )


def written_of(stage: Stage) -> list[Any]:
    return [_statement(stage, "El arancel no cambia.").pk]


def _word(stage: Stage) -> dict[str, str]:
    moment = timezone.localtime() - timedelta(minutes=5)
    return {
        "digest": digest_of(_statement(stage, "El arancel no cambia.")),
        "what": "Aprobó el texto",
        "office": "SPOKESPERSON",
        "person_name": "La ministra",
        "day": f"{moment:%Y-%m-%d}",
        "hour": f"{moment:%H:%M}",
        "proof_kind": "CALL",
        "proof": "Llamó a Marta",
    }


def _opening(stage: Stage) -> dict[str, str]:
    return {"reason": "Un incendio", "decider": str(stage.people[Role.ADVISER].pk)}


def _text(_: Stage) -> dict[str, str]:
    return {"text": "Nadie resultó herido."}


def _opml(_: Stage) -> dict[str, Any]:
    content = b'<opml version="2.0"><body><outline text="Hoy" xmlUrl="https://hoy.test/rss"/></body></opml>'
    return {"file": SimpleUploadedFile("fuentes.opml", content)}


def room_of(stage: Stage) -> list[Any]:
    return [_room(stage).pk]


MONITORING_ROWS = (
    Row("monitoring:topics", outside=OK),
    Row("monitoring:topic", arguments=topic_of),
    Row("monitoring:decide", "POST", topic_of, _decision, NETWORKS_PEOPLE, FOUND),
    Row("monitoring:merge", "POST", topic_of, _merge, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:split", "POST", topic_of, _split, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:outcome", "POST", topic_of, lambda _: {"text": "Nadie más preguntó."}, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:statements", outside=OK),
    Row("monitoring:statement", arguments=written_of),
    Row("monitoring:write_statement", "POST", written_of, _text, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:approve_statement", arguments=written_of, roles=GROUP_HEADS, both=True),
    Row("monitoring:approve_statement", "POST", written_of, _word, GROUP_HEADS, FOUND, both=True),
    Row("monitoring:crisis", outside=OK),
    Row("monitoring:open_crisis", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("monitoring:open_crisis", "POST", data=_opening, roles=NETWORKS_AND_HEADS, status=FOUND, outside=INVALID,
        both=True),
    Row("monitoring:crisis_room", arguments=room_of),
    Row("monitoring:agree_crisis_line", "POST", room_of, _text, GROUP_HEADS, FOUND),
    Row("monitoring:note_crisis", "POST", room_of, _text, NETWORKS_AND_HEADS, FOUND),
    Row("monitoring:close_crisis", "POST", room_of, _text, GROUP_HEADS, FOUND),
    Row("monitoring:sources", outside=OK),
    Row("monitoring:watch_source", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("monitoring:watch_source", "POST", data=_watched, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND,
        both=True),
    Row("monitoring:export_opml", outside=OK),
    Row("monitoring:import_opml", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("monitoring:import_opml", "POST", data=_opml, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND, both=True),
    Row("monitoring:follow_starting_list", "POST", roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND),
    Row("monitoring:confirm_source", "POST", source_of, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("monitoring:retire_source", arguments=source_of, roles=NETWORKS_AND_HEADS, both=True),
    Row("monitoring:retire_source", "POST", source_of, roles=NETWORKS_AND_HEADS, status=FOUND, both=True),
)  # fmt: skip
