"""Store what a reading of the server brought: files, versions, changes, and its record (D-3)."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pregonero.media.actions import save_medium
from pregonero.newsroom.brand import names, queries
from pregonero.newsroom.brand.mirror import Content, Reading
from pregonero.newsroom.brand_models import (
    BrandChange,
    BrandFile,
    BrandMirror,
    BrandServer,
    BrandVersion,
    ChangeKind,
    TemplateValidity,
)
from pregonero.people.actions import notify
from pregonero.people.queries import members_with
from pregonero.people.roles import PERMISSIONS
from pregonero.records.actions import SYSTEM, record

EVERY = timedelta(hours=1)
GO_ON_AFTER = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MOST_DOUBLINGS = 4
FAILURES_BEFORE_NOTICE = 2  # consecutive
NAMED_IN_RECORD = 200  # changes; the digest of the whole mirror covers the rest


@transaction.atomic(durable=True)
def save_reading(*, server: BrandServer, reading: Reading, now: datetime) -> BrandMirror | None:
    """Store what a reading brought, and when the server is read again. Return the mirror if anything changed.

    A reading that failed keeps what it brought before it failed, and everything of the last mirror.
    """
    server = queries.server_to_read(pk=server.pk, for_update=True)
    if server.disconnected_at is not None:
        return None
    mirror = _save_changes(server, reading, now)
    server.checked_at = now
    if reading.problem:
        _save_problem(server, reading.problem, now)
    else:
        server.problem, server.failures, server.read_at = "", 0, now
        server.next_check_at = now + (GO_ON_AFTER if reading.has_more else EVERY)
    server.save(update_fields=["checked_at", "read_at", "next_check_at", "problem", "failures"])
    return mirror


def _save_problem(server: BrandServer, problem: str, now: datetime) -> None:
    if not server.problem:
        facts = {"problem": problem}
        record(
            entity_id=server.entity_id, event_type="brand.failing", actor=SYSTEM, ref=server.ref, at=now, facts=facts
        )
    server.problem, server.failures = problem[:300], server.failures + 1
    server.next_check_at = now + min(EVERY * (1 << min(server.failures - 1, MOST_DOUBLINGS)), LONGEST_WAIT)
    if server.failures == FAILURES_BEFORE_NOTICE:
        roles = PERMISSIONS["brand.connect"].roles
        notify(
            members=members_with(server.entity, roles, today=timezone.localdate(now)),
            kind=f"brand.failing:{now:%Y%m%d%H%M%S}",
            ref=server.ref,
            title="No se puede leer el manual de identidad",
            why=f"{problem} Mientras tanto se usa lo último que se leyó.",
            path=server.get_absolute_url(),
            now=now,
        )


def _save_changes(server: BrandServer, reading: Reading, now: datetime) -> BrandMirror | None:
    files = {file.path: file for file in _files(server.entity_id)}
    fresh = {path: content for path, content in reading.contents.items() if _is_new(files.get(path), content)}
    gone = [file for path, file in files.items() if file.gone_at is None and path not in reading.present]
    gone = gone if reading.is_complete else []
    added = [path for path in fresh if path not in files or files[path].gone_at is not None]
    last = queries.skipped_last(server)
    skipped = reading.skipped if reading.is_complete else last | reading.skipped  # the rest was not looked at
    if not fresh and not gone and skipped == last:
        return None
    mirror = BrandMirror.objects.create(
        server=server,
        at=now,
        added=len(added),
        changed=len(fresh) - len(added),
        gone=len(gone),
        skipped=[[path, one.why, one.known and [one.known.size, one.known.modified]] for path, one in skipped.items()],
    )
    changes = [
        _save_content(mirror, files.get(path), path, content, is_added=path in added) for path, content in fresh.items()
    ]
    changes += [BrandChange(mirror=mirror, file=file, kind=ChangeKind.GONE) for file in gone]
    BrandFile.objects.filter(pk__in=[file.pk for file in gone]).update(gone_at=now)
    BrandChange.objects.bulk_create(changes)
    _record_mirror(mirror, changes, now)
    return mirror


def _files(entity_id: int) -> Iterable[BrandFile]:
    return BrandFile.objects.filter(entity_id=entity_id).select_related("current")


def _is_new(file: BrandFile | None, content: Content) -> bool:
    """Return whether a content that was downloaded is another one than the last of its file."""
    return file is None or file.gone_at is not None or file.current is None or file.current.sha256 != content.sha256


def _save_content(
    mirror: BrandMirror, file: BrandFile | None, path: str, content: Content, *, is_added: bool
) -> BrandChange:
    """Store a new version of a file, and the validity that the name of a new file says."""
    entity = mirror.server.entity
    is_first = file is None
    if file is None:
        file = BrandFile.objects.create(entity=entity, path=path, is_template=names.is_template(path))
    medium = save_medium(entity, content.picture, "", mirror.at) if content.picture is not None else None
    version = BrandVersion.objects.create(
        file=file,
        mirror=mirror,
        number=(file.current.number if file.current is not None else 0) + 1,
        sha256=content.sha256,
        stored=content.stored,
        size=content.size,
        modified=content.modified,
        opening=content.opening,
        label=content.label,
        note=content.note,
        medium=medium,
    )
    file.current, file.gone_at = version, None
    file.save(update_fields=["current", "gone_at"])
    said = names.validity_in(path) if is_first and file.is_template else None
    if said is not None:
        TemplateValidity.objects.create(
            file=file, valid_from=said.valid_from, valid_until=said.valid_until, set_by=None, set_at=mirror.at
        )
    kind = ChangeKind.ADDED if is_added else ChangeKind.CHANGED
    return BrandChange(mirror=mirror, file=file, kind=kind, version=version)


def _record_mirror(mirror: BrandMirror, changes: list[BrandChange], now: datetime) -> None:
    """Record what changed, with the digest of each content, and one digest of all that the server has now."""
    present = BrandFile.objects.filter(entity_id=mirror.server.entity_id, gone_at__isnull=True, current__isnull=False)
    manifest = sorted(present.values_list("path", "current__sha256"))
    digest = hashlib.sha256(json.dumps(manifest, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    named = [
        {"path": change.file.path, "change": change.kind, "sha256": change.version.sha256 if change.version else ""}
        for change in changes[:NAMED_IN_RECORD]
    ]
    record(
        entity_id=mirror.server.entity_id,
        event_type="brand.mirrored",
        actor=SYSTEM,
        ref=mirror.server.ref,
        at=now,
        facts={
            "added": mirror.added,
            "changed": mirror.changed,
            "gone": mirror.gone,
            "skipped": len(mirror.skipped),
            "changes": named,
            "files": len(manifest),
            "manifest": digest,
        },
    )
