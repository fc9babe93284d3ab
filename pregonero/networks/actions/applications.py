"""The entity's application at each network: its client id, and its secret, encrypted."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.networks import vault
from pregonero.networks.models import Application, Network
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def keep_application(
    *, network: Network, server: str, client_id: str, secret: str, by: Member, now: datetime
) -> Application:
    """Keep the entity's application at a network. Without a new secret, the one that was there stays."""
    check_may(by, "accounts.manage", now=now)
    Entity.objects.select_for_update(no_key=True).get(pk=by.entity_id)  # two people keep the first one at once
    found = Application.objects.select_for_update().filter(entity_id=by.entity_id, network=network, server=server)
    application = found.first() or Application(entity_id=by.entity_id, network=network, server=server)
    if not secret.strip() and application.pk is None:
        raise Refused(f"Falta el secreto de la aplicación en {network.label}.")
    application.client_id, application.updated_at = client_id.strip(), now
    if secret.strip():
        application.sealed_secret = vault.seal(secret.strip(), bound=application.sealed_for)
    application.save()
    record(
        entity_id=by.entity_id, event_type="application.saved", actor=by.actor, ref=application.ref, at=now,
        facts={"network": network, "server": server, "client_id": application.client_id, "new_secret": bool(secret)},
    )  # fmt: skip
    return application
