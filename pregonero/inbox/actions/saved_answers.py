"""Saved answers: kept, changed and retired by who answers; each text is a version (Q-2)."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.inbox import composer_queries
from pregonero.inbox.models import SavedAnswer, SavedAnswerVersion
from pregonero.inbox.rules import check_links
from pregonero.inbox.saved_text import check_variables
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def keep_saved_answer(*, name: str, text: str, by: Member, now: datetime) -> SavedAnswerVersion:
    """Keep a new saved answer. Its links are checked like those of a publication (D-4)."""
    check_may(by, "saved_answer.manage", now=now)
    saved = SavedAnswer.objects.create(entity=by.entity, created_by=by, created_at=now)
    return _add_version(saved, name, text, by, now)


@transaction.atomic(durable=True)
def change_saved_answer(*, saved: SavedAnswer, name: str, text: str, by: Member, now: datetime) -> SavedAnswerVersion:
    """Change what a saved answer says, as a new version; the same text again adds none."""
    saved = composer_queries.get_saved_answer(member=by, pk=saved.pk, for_update=True)
    check_may(by, "saved_answer.manage", now=now)
    latest = composer_queries.versions_of_saved(saved)[0]
    if (latest.name, latest.text) == (name.strip(), text.strip()):
        return latest
    return _add_version(saved, name, text, by, now)


@transaction.atomic(durable=True)
def retire_saved_answer(*, saved: SavedAnswer, by: Member, now: datetime) -> SavedAnswer:
    """Take a saved answer out of use; what it said stays in its versions."""
    saved = composer_queries.get_saved_answer(member=by, pk=saved.pk, for_update=True)
    check_may(by, "saved_answer.manage", now=now)
    saved.retired_by, saved.retired_at = by, now
    saved.save(update_fields=["retired_by", "retired_at"])
    record(entity_id=by.entity_id, event_type="saved_answer.retired", actor=by.actor, ref=saved.ref, at=now)
    return saved


def _add_version(saved: SavedAnswer, name: str, text: str, by: Member, now: datetime) -> SavedAnswerVersion:
    if not name.strip() or not text.strip():
        raise Refused("Escribe el nombre y el texto de la respuesta guardada.")
    check_variables(text)
    check_links(text, by.entity, now=now)
    version = SavedAnswerVersion.objects.create(
        saved_answer=saved,
        number=saved.versions.count() + 1,
        name=name.strip()[:80],
        text=text.strip(),
        by=by,
        at=now,
    )
    record(
        entity_id=by.entity_id,
        event_type="saved_answer.kept",
        actor=by.actor,
        ref=saved.ref,
        at=now,
        facts={"number": version.number},
        texts={"name": version.name, "text": version.text},
    )
    return version
