"""The migrations of the inbox that move what people wrote, with rows as an installation has them (N-5)."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.databases import as_default_database, empty_database

BEFORE, AFTER = [("inbox", "0009_covered")], [("inbox", "0010_press")]
NOTES = (
    ("Llamó ayer", False),
    ("Solo para la asesora", True),
    ("Su abogado escribe mañana", True),
    ("Ya se fue", False),
)


def models_at(targets: list[tuple[str, str]]) -> Any:
    """Migrate to some migrations, and return the models of that moment."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def conversation_in(apps: Any) -> tuple[Any, Any]:
    """Return a conversation of that moment, and a person of the entity."""
    now = timezone.now()
    entity = apps.get_model("people", "Entity").objects.create(
        slug="min", name="Min", short_name="Min", registered_at=now
    )
    user = apps.get_model("people", "User").objects.create(email="marta@min.test", password="!")
    person = apps.get_model("people", "Member").objects.create(
        entity=entity, user=user, name="Marta Gil", roles=["ADVISER"], employment="STAFF"
    )
    account = apps.get_model("networks", "Account").objects.create(
        entity=entity,
        network="x",
        handle="min",
        remote_id="1",
        display_name="Min",
        purpose="Informar",
        registered_at=now,
    )
    contact = apps.get_model("inbox", "Contact").objects.create(
        entity=entity, network="x", remote_id="2", first_seen_at=now
    )
    conversation = apps.get_model("inbox", "Conversation").objects.create(
        entity=entity,
        account=account,
        kind="MENTION",
        thread_id="3",
        contact=contact,
        question="PRESS",
        waiting_since=now,
        last_at=now,
    )
    return conversation, person


@pytest.mark.procedure("N-5")
def test_reserved_notes_move_with_their_words_author_and_hour(
    django_db_blocker: DjangoDbBlocker,
) -> None:
    with django_db_blocker.unblock(), empty_database() as url, as_default_database(url):
        apps, hours = models_at(BEFORE), [timezone.now() for _ in NOTES]
        conversation, marta = conversation_in(apps)
        for (text, is_reserved), at in zip(NOTES, hours, strict=True):
            apps.get_model("inbox", "Note").objects.create(
                conversation=conversation, text=text, is_reserved=is_reserved, by=marta, at=at
            )

        apps = models_at(AFTER)

        notes, reserved = (apps.get_model("inbox", name).objects.order_by("pk") for name in ("Note", "ReservedNote"))
        assert list(notes.values_list("text", flat=True)) == ["Llamó ayer", "Ya se fue"]
        assert [(one.text, one.conversation_id, one.by_id, one.at) for one in reserved] == [
            (text, conversation.pk, marta.pk, at)
            for (text, is_reserved), at in zip(NOTES, hours, strict=True)
            if is_reserved
        ]
        assert not hasattr(notes[0], "is_reserved"), "no list can show one by mistake"
