"""Getters of the manual's server, files and versions, and what its pages show."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber

from pregonero import vault
from pregonero.errors import NotFound
from pregonero.newsroom.brand import names
from pregonero.newsroom.brand.mirror import Known, Skipped
from pregonero.newsroom.brand.rules import is_usable
from pregonero.newsroom.brand.transports.base import Login
from pregonero.newsroom.brand_models import (
    BrandChange,
    BrandFile,
    BrandMirror,
    BrandServer,
    BrandVersion,
    TemplateValidity,
)
from pregonero.people.models import Entity, Member

MIRRORS_SHOWN, CHANGES_SHOWN, FILES_SHOWN = 10, 20, 500


@dataclass(frozen=True)
class Template:
    """A template as it is offered: its file, its validity if anybody said it, and whether it may be used today."""

    file: BrandFile
    validity: TemplateValidity | None
    is_usable: bool


@dataclass(frozen=True)
class MirrorChanges:
    """What a reading brought: its first changes, and how many more there are."""

    mirror: BrandMirror
    changes: list[BrandChange]

    @property
    def more(self) -> int:
        """Return how many changes are not shown."""
        return self.mirror.added + self.mirror.changed + self.mirror.gone - len(self.changes)


def server_of(entity: Entity) -> BrandServer | None:
    """Return the server with the entity's manual, if there is one."""
    related = BrandServer.objects.select_related("entity", "saved_by", "key_confirmed_by", "disconnected_by")
    return related.filter(entity=entity).first()


def get_server(*, member: Member, for_update: bool = False) -> BrandServer:
    """Return the server of the member's entity. Raises `NotFound` without one."""
    servers = BrandServer.objects.select_for_update(no_key=True, of=("self",)) if for_update else BrandServer.objects
    server = servers.select_related("entity").filter(entity_id=member.entity_id).first()
    if server is None:
        raise NotFound
    return server


def server_to_read(*, pk: int, for_update: bool = False) -> BrandServer:
    """Return a server for the job that reads it."""
    servers = BrandServer.objects.select_for_update(no_key=True, of=("self",)) if for_update else BrandServer.objects
    return servers.select_related("entity").get(pk=pk)


def servers_due(*, now: datetime) -> list[int]:
    """Return the servers whose time to be read has come."""
    return list(BrandServer.objects.filter(next_check_at__lte=now).order_by("pk").values_list("pk", flat=True))


def login_of(server: BrandServer) -> Login:
    """Return the sign-in of a server, with its password in clear text."""
    return Login(
        protocol=server.protocol,
        host=server.host,
        port=server.port,
        username=server.username,
        password=vault.decrypt(server.encrypted_password, context=server.encryption_context),
        folder=server.folder,
        server_key=server.server_key,
    )


def known_files(entity_id: int) -> dict[str, Known]:
    """Return, by path, what is known of each file that the server had at the last reading."""
    files = BrandFile.objects.filter(entity_id=entity_id, gone_at__isnull=True, current__isnull=False)
    rows = files.values_list("path", "current__size", "current__modified")
    return {path: Known(size, modified) for path, size, modified in rows}


def skipped_last(server: BrandServer) -> dict[str, Skipped]:
    """Return, by path, what the last readings left out, each with its reason."""
    last = BrandMirror.objects.filter(server=server).order_by("-at", "-pk").first()
    return {path: Skipped(why, Known(*known) if known else None) for path, why, known in last.skipped} if last else {}


def get_file(*, member: Member, pk: int, for_update: bool = False) -> BrandFile:
    """Return a file of the manual of the member's entity. Raises `NotFound` for any other."""
    files = BrandFile.objects.select_for_update(no_key=True, of=("self",)) if for_update else BrandFile.objects
    file = files.select_related("current__medium").filter(pk=pk, entity_id=member.entity_id).first()
    if file is None:
        raise NotFound
    return file


def get_version(*, member: Member, pk: int) -> BrandVersion:
    """Return a version of a file of the member's entity. Raises `NotFound` for any other."""
    versions = BrandVersion.objects.select_related("file")
    version = versions.filter(pk=pk, file__entity_id=member.entity_id).first()
    if version is None:
        raise NotFound
    return version


def versions_of(file: BrandFile) -> QuerySet[BrandVersion]:
    """Return the versions of a file, the latest first."""
    return BrandVersion.objects.filter(file=file).select_related("mirror", "medium").order_by("-number")


def validity_of(file: BrandFile) -> TemplateValidity | None:
    """Return the validity of a template that counts, the last one set."""
    rows = TemplateValidity.objects.filter(file=file).select_related("set_by")
    return rows.order_by("-set_at", "-pk").first()


def files_of(entity: Entity) -> list[BrandFile]:
    """Return the files that the server has, by path."""
    present = BrandFile.objects.filter(entity=entity, gone_at__isnull=True, current__isnull=False)
    return list(present.select_related("current__medium").order_by("path")[:FILES_SHOWN])


def manuals_among(files: Iterable[BrandFile]) -> list[BrandFile]:
    """Return the files that are the manual itself."""
    return [file for file in files if names.is_manual(file.path)]


def templates_among(files: Iterable[BrandFile], *, today: date) -> list[Template]:
    """Return the templates, those that may be used first."""
    shown = [file for file in files if file.is_template]
    latest = TemplateValidity.objects.filter(file__in=shown).order_by("file_id", "-set_at", "-pk").distinct("file_id")
    validities = {validity.file_id: validity for validity in latest.select_related("set_by")}
    templates = [
        Template(file, validities.get(file.pk), is_usable(file, validities.get(file.pk), today=today)) for file in shown
    ]
    return sorted(templates, key=lambda template: not template.is_usable)


def usable_templates(entity: Entity, *, today: date) -> list[Template]:
    """Return the templates that may be used on this day, for whoever prepares a piece."""
    return [template for template in templates_among(files_of(entity), today=today) if template.is_usable]


def latest_mirrors(server: BrandServer) -> list[MirrorChanges]:
    """Return what the last readings brought, the latest first."""
    mirrors = list(BrandMirror.objects.filter(server=server).order_by("-at", "-pk")[:MIRRORS_SHOWN])
    place = Window(RowNumber(), partition_by="mirror_id", order_by="pk")
    first = BrandChange.objects.filter(mirror__in=mirrors).annotate(place=place).filter(place__lte=CHANGES_SHOWN)
    changes: dict[int, list[BrandChange]] = defaultdict(list)
    for change in first.select_related("file").order_by("mirror_id", "pk"):
        changes[change.mirror_id].append(change)
    return [MirrorChanges(mirror, changes[mirror.pk]) for mirror in mirrors]


def count_files(entity: Entity) -> int:
    """Return how many files the server has."""
    counted = BrandFile.objects.filter(entity=entity, gone_at__isnull=True).aggregate(total=Count("pk"))
    return int(counted["total"])
