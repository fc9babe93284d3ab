"""The manual of visual identity: its connection, what its mirror brings, and templates that expire (D-3)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.health.runner import Level
from pregonero.newsroom.brand import queries
from pregonero.newsroom.brand.actions import (
    ServerPlan,
    confirm_key,
    disconnect_server,
    read_now,
    save_reading,
    save_server,
    set_validity,
)
from pregonero.newsroom.brand.health_checks import check_brand_servers
from pregonero.newsroom.brand.mirror import Reading, read_server
from pregonero.newsroom.brand.rules import TemplateExpired, check_usable
from pregonero.newsroom.brand.tasks import read_brand_server, read_brand_servers
from pregonero.newsroom.brand_models import BrandChange, BrandFile, BrandMirror, BrandServer, BrandVersion
from pregonero.people.models import Entity, Member, Notice
from pregonero.records.models import Event
from tests.newsroom.brand_servers import PASSWORD, PDF, USER, Server, ftp_server, pdf

pytestmark = pytest.mark.procedure("D-3")
TEMPLATE = "Plantillas/Pieza cuadrada hasta 2026-12-31.txt"


@pytest.fixture
def server(settings: Settings, tmp_path: Path) -> Iterator[Server]:
    """Return an FTP server with a manual and a template."""
    settings.MEDIA_FOLDER = tmp_path / "media"
    (root := tmp_path / "ftp").mkdir()
    with ftp_server(root) as running:
        settings.PRIVATE_ADDRESSES_ALLOWED = [running.authority]
        running.put("Manual de identidad.pdf", PDF)
        running.put(TEMPLATE, b"plantilla")
        yield running


def plan(server: Server, **changes: object) -> ServerPlan:
    values: dict[str, object] = {
        "protocol": server.protocol,
        "host": "127.0.0.1",
        "port": server.port,
        "username": USER,
        "password": PASSWORD,
    }
    return ServerPlan(**values | changes)  # type: ignore[arg-type]


def read(saved: BrandServer, now: datetime) -> BrandMirror | None:
    reading = read_server(queries.login_of(saved), queries.known_files(saved.entity_id))
    return save_reading(server=saved, reading=reading, now=now)


def test_the_mirror_shows_what_is_new_what_changed_and_what_is_gone(
    server: Server, carmen: Member, now: datetime
) -> None:
    saved = save_server(plan=plan(server), by=carmen, now=now)
    first = read(saved, now)
    assert first is not None
    assert (first.added, first.changed, first.gone) == (2, 0, 0)
    assert read(saved, now) is None  # nothing changed: nothing is stored

    server.put("Manual de identidad.pdf", pdf(pages=2))
    server.put("Logo.txt", b"logo")
    (server.root / TEMPLATE).unlink()
    second = read(saved, now + timedelta(hours=1))
    assert second is not None
    found = {(one.file.name, one.kind) for one in BrandChange.objects.filter(mirror=second).select_related("file")}
    assert found == {
        ("Manual de identidad.pdf", "CHANGED"),
        ("Logo.txt", "ADDED"),
        ("Pieza cuadrada hasta 2026-12-31.txt", "GONE"),
    }
    manual = BrandFile.objects.get(path="Manual de identidad.pdf")
    assert [version.number for version in queries.versions_of(manual)] == [2, 1]
    contents = [(version.sha256, version.stored) for version in queries.versions_of(manual)]
    assert all(f"{digest[:2]}/{digest[2:]}.bin" == stored for digest, stored in contents)
    assert [file.path for file in queries.files_of(carmen.entity)] == ["Logo.txt", "Manual de identidad.pdf"]


def test_what_came_is_sealed_with_the_digest_of_every_content(server: Server, carmen: Member, now: datetime) -> None:
    read(save_server(plan=plan(server), by=carmen, now=now), now)
    event = Event.objects.get(event_type="brand.mirrored")
    digests = dict(BrandVersion.objects.values_list("file__path", "sha256"))
    assert {one["path"]: one["sha256"] for one in event.facts["changes"]} == digests
    assert (event.facts["files"], len(event.facts["manifest"])) == (2, 64)
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        BrandVersion.objects.update(size=1)
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        BrandChange.objects.all().delete()


def test_a_server_that_fails_keeps_the_last_mirror_and_says_so(
    server: Server, carmen: Member, now: datetime, entity: Entity
) -> None:
    saved = save_server(plan=plan(server), by=carmen, now=now)
    read(saved, now)
    assert check_brand_servers(entity.pk).level == Level.GOOD
    down = Reading(is_complete=False, problem="«ftp.mincit.example» no responde.")
    for hour in (1, 2, 3):
        save_reading(server=saved, reading=down, now=now + timedelta(hours=hour))
    saved.refresh_from_db()
    assert saved.next_check_at == now + timedelta(hours=3 + 4)  # the wait doubles
    assert len(queries.files_of(entity)) == 2
    result = check_brand_servers(entity.pk)
    assert (result.level, result.details[0].why.startswith("«ftp.mincit.example» no responde. Lo que hay es del")) == (
        Level.REVIEW,
        True,
    )
    assert Notice.objects.filter(title="No se puede leer el manual de identidad", member=carmen).count() == 1
    assert Event.objects.filter(event_type="brand.failing").count() == 1
    read(saved, now + timedelta(hours=8))
    assert check_brand_servers(entity.pk).level == Level.GOOD


def test_the_password_is_encrypted_and_never_goes_to_another_server(
    server: Server, carmen: Member, now: datetime
) -> None:
    saved = save_server(plan=plan(server), by=carmen, now=now)
    assert PASSWORD.encode() not in bytes(saved.encrypted_password)
    assert PASSWORD not in str([event.facts for event in Event.objects.all()])
    kept = save_server(plan=plan(server, password="", folder="Plantillas"), by=carmen, now=now)
    assert queries.login_of(kept).password == PASSWORD
    with pytest.raises(Refused, match="la de otro servidor no sirve"):
        save_server(plan=plan(server, password="", host="ftp.otro.example"), by=carmen, now=now)
    assert BrandServer.objects.get().host == "127.0.0.1"


def test_a_server_by_sftp_is_not_read_before_its_key_is_confirmed(
    server: Server, carmen: Member, now: datetime
) -> None:
    sftp = plan(server, protocol="SFTP")
    saved = save_server(plan=sftp, by=carmen, now=now)
    assert (saved.next_check_at, check_brand_servers(saved.entity_id).level) == (None, Level.REVIEW)
    with pytest.raises(WrongState, match="confirma la llave"):
        read_now(by=carmen, now=now)
    confirmed = confirm_key(fingerprint="SHA256:" + "a" * 43, server=saved, by=carmen, now=now)
    assert (confirmed.next_check_at, confirmed.key_confirmed_by) == (now, carmen)
    moved = save_server(plan=plan(server, protocol="SFTP", port=2222), by=carmen, now=now)
    assert (moved.server_key, moved.next_check_at) == ("", None)
    with pytest.raises(Conflict, match="pruébala otra vez"):
        confirm_key(fingerprint="SHA256:" + "a" * 43, server=saved, by=carmen, now=now)


def test_who_may_not_and_another_entity(
    server: Server, carmen: Member, ana: Member, dario: Member, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        save_server(plan=plan(server), by=ana, now=now)
    read(save_server(plan=plan(server), by=carmen, now=now), now)
    file = BrandFile.objects.first()
    assert file is not None
    with pytest.raises(NotFound):
        queries.get_file(member=dario, pk=file.pk)
    with pytest.raises(NotAllowed):
        disconnect_server(by=ana, now=now)


def test_disconnected_it_is_not_read_and_keeps_what_it_brought(server: Server, carmen: Member, now: datetime) -> None:
    saved = save_server(plan=plan(server), by=carmen, now=now)
    read(saved, now)
    disconnect_server(by=carmen, now=now)
    assert queries.servers_due(now=now + timedelta(days=1)) == []
    assert save_reading(server=saved, reading=Reading(), now=now) is None
    assert len(queries.files_of(carmen.entity)) == 2
    with pytest.raises(WrongState, match="desconectado"):
        disconnect_server(by=carmen, now=now)
    with pytest.raises(IntegrityError, match="brand_server_disconnected"), transaction.atomic():
        BrandServer.objects.update(next_check_at=now)


def test_the_job_reads_the_servers_that_are_due(server: Server, carmen: Member, now: datetime) -> None:
    saved = save_server(plan=plan(server), by=carmen, now=now)
    read_brand_servers(timestamp=int((now + timedelta(minutes=1)).timestamp()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'newsroom.read_brand_server'")
        assert cursor.fetchone()[0] >= 1
    read_brand_server(server_id=saved.pk)
    saved.refresh_from_db()
    assert (saved.problem, len(queries.files_of(carmen.entity))) == ("", 2)


def test_an_expired_template_is_refused_and_the_valid_ones_are_offered(
    server: Server, carmen: Member, ana: Member, client: Client, now: datetime
) -> None:
    read(save_server(plan=plan(server), by=carmen, now=now), now)
    file = BrandFile.objects.get(path=TEMPLATE)
    (offered,) = queries.usable_templates(carmen.entity, today=date(2026, 12, 31))  # its name says it
    assert (offered.file, offered.validity and offered.validity.set_by) == (file, None)
    assert queries.usable_templates(carmen.entity, today=date(2027, 1, 1)) == []
    with pytest.raises(TemplateExpired, match=r"venció el 31/12/2026 y la Ley 2345 de 2023"):
        check_usable(file, queries.validity_of(file), today=date(2027, 1, 1))

    set_validity(file=file, valid_from=None, valid_until=date(2020, 1, 1), by=ana, now=now)
    client.force_login(ana.user)
    assert file.current is not None
    assert file.name not in client.get(reverse("newsroom:create_piece")).content.decode()
    download = client.get(reverse("newsroom:brand_version", args=[file.current.pk]))
    assert (download.status_code, "Ley 2345 de 2023" in download.content.decode()) == (409, True)
    assert "Ley 2345 de 2023" in client.get(file.get_absolute_url()).content.decode()
    set_validity(file=file, valid_from=date(2020, 1, 1), valid_until=None, by=ana, now=now + timedelta(seconds=1))
    download = client.get(reverse("newsroom:brand_version", args=[file.current.pk]))
    assert b"".join(download.streaming_content) == b"plantilla"  # type: ignore[attr-defined]
    offered_there = client.get(reverse("newsroom:create_piece")).content.decode()
    assert reverse("newsroom:brand_version", args=[file.current.pk]) in offered_there
    with pytest.raises(Refused, match="al menos un día"):
        set_validity(file=file, valid_from=None, valid_until=None, by=ana, now=now)
    with pytest.raises(Refused, match="termina antes de empezar"):
        set_validity(file=file, valid_from=date(2027, 1, 1), valid_until=date(2026, 1, 1), by=ana, now=now)


def test_a_person_connects_it_tries_it_and_opens_the_manual(
    server: Server, carmen: Member, client: Client, now: datetime
) -> None:
    client.force_login(carmen.user)
    page = reverse("newsroom:brand_server")
    form = {"protocol": "FTP", "host": "127.0.0.1", "port": server.port, "username": USER, "password": PASSWORD}
    assert client.post(page, form).headers["Location"] == page
    tried = client.post(reverse("newsroom:try_brand_server")).content.decode()
    assert "El servidor responde: su carpeta tiene 2 elementos." in tried
    assert PASSWORD not in tried + client.get(page).content.decode()
    client.post(page, form | {"password": "otra"})
    assert "no acepta el usuario o la contraseña" in client.post(reverse("newsroom:try_brand_server")).content.decode()
    client.post(page, form)
    read(BrandServer.objects.get(), now)

    assert "Manual de identidad.pdf" in client.get(reverse("newsroom:brand")).content.decode()
    version = BrandVersion.objects.get(file__path="Manual de identidad.pdf")
    opened = client.get(reverse("newsroom:brand_version", args=[version.pk]))
    assert b"".join(opened.streaming_content) == PDF  # type: ignore[attr-defined]
    assert opened.headers["Content-Type"] == "application/pdf"
    assert opened.headers["Content-Disposition"].startswith("inline")
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in opened.headers["Content-Security-Policy"]


def test_an_inner_server_is_refused_in_the_form(
    server: Server, settings: Settings, carmen: Member, client: Client
) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = []
    client.force_login(carmen.user)
    form = {"protocol": "FTP", "host": "127.0.0.1", "port": server.port, "username": USER, "password": PASSWORD}
    answer = client.post(reverse("newsroom:brand_server"), form)
    assert (answer.status_code, "está en una red interna" in answer.content.decode()) == (422, True)
    assert not BrandServer.objects.exists()
