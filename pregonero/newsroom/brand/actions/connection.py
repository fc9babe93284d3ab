"""Connect the server of the manual, confirm its key, have it read, and disconnect it (D-3)."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero import vault
from pregonero.errors import Conflict, Refused, WrongState
from pregonero.newsroom.brand import queries
from pregonero.newsroom.brand.rules import check_in_use, needs_confirmed_key
from pregonero.newsroom.brand_models import BrandServer
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@dataclass(frozen=True)
class ServerPlan:
    """Where the server is and who signs in. Without a password, the one that is stored goes on."""

    protocol: str
    host: str
    port: int
    username: str
    folder: str = ""
    password: str = field(default="", repr=False)


@transaction.atomic(durable=True)
def save_server(*, plan: ServerPlan, by: Member, now: datetime) -> BrandServer:
    """Store the connection, its password encrypted, and read the server soon; by SFTP, once its key is confirmed.

    At another server the confirmed key and the stored password do not count: a password is never sent to a server
    for which it was not written.
    """
    check_may(by, "brand.connect", now=now)
    # Two people who connect the manual at once: the second one waits here.
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    server = BrandServer.objects.filter(entity_id=by.entity_id).first() or BrandServer(entity_id=by.entity_id)
    is_same = (server.protocol, server.host, server.port) == (plan.protocol, plan.host, plan.port)
    if not plan.password and (server.pk is None or not is_same):
        raise Refused("Escribe la contraseña: la de otro servidor no sirve para este.")
    server.protocol, server.host, server.port = plan.protocol, plan.host, plan.port
    server.username, server.folder = plan.username, plan.folder
    server.saved_by, server.saved_at = by, now
    server.disconnected_by = server.disconnected_at = None
    server.problem, server.failures = "", 0
    if not is_same:
        server.server_key, server.key_confirmed_by, server.key_confirmed_at = "", None, None
    if plan.password:
        server.encrypted_password = vault.encrypt(plan.password, context=server.encryption_context)
    server.next_check_at = None if needs_confirmed_key(server) else now
    server.save()
    if server.next_check_at is not None:
        _read_soon(server)
    _record(server, "brand.connected", by, now, protocol=plan.protocol, folder=plan.folder)
    return server


@transaction.atomic(durable=True)
def confirm_key(*, fingerprint: str, server: BrandServer, by: Member, now: datetime) -> BrandServer:
    """Store the fingerprint of the server's key or certificate, which a person compared with the real one."""
    check_may(by, "brand.connect", now=now)
    seen = server
    server = queries.get_server(member=by, for_update=True)
    check_in_use(server)
    if (server.protocol, server.host, server.port) != (seen.protocol, seen.host, seen.port):
        raise Conflict("Alguien cambió la conexión mientras comparabas la huella: pruébala otra vez.")
    server.server_key, server.key_confirmed_by, server.key_confirmed_at = fingerprint, by, now
    server.next_check_at, server.problem, server.failures = now, "", 0
    server.save()
    _read_soon(server)
    _record(server, "brand.key_confirmed", by, now, fingerprint=fingerprint)
    return server


@transaction.atomic(durable=True)
def disconnect_server(*, by: Member, now: datetime) -> BrandServer:
    """Stop reading the server. What it brought stays, and saving the connection again reads it once more."""
    check_may(by, "brand.connect", now=now)
    server = queries.get_server(member=by, for_update=True)
    check_in_use(server)
    server.disconnected_by, server.disconnected_at, server.next_check_at = by, now, None
    server.save(update_fields=["disconnected_by", "disconnected_at", "next_check_at"])
    _record(server, "brand.disconnected", by, now)
    return server


@transaction.atomic(durable=True)
def read_now(*, by: Member, now: datetime) -> BrandServer:
    """Have the server read at once."""
    check_may(by, "brand.connect", now=now)
    server = queries.get_server(member=by, for_update=True)
    check_in_use(server)
    if needs_confirmed_key(server):
        raise WrongState("Primero prueba la conexión y confirma la llave del servidor.")
    server.next_check_at = now
    server.save(update_fields=["next_check_at"])
    _read_soon(server)
    return server


def _read_soon(server: BrandServer) -> None:
    app.configure_task("newsroom.read_brand_server").defer(server_id=server.pk)


def _record(server: BrandServer, event_type: str, by: Member, now: datetime, **facts: object) -> None:
    record(entity_id=server.entity_id, event_type=event_type, actor=by.actor, ref=server.ref, at=now, facts=facts)
