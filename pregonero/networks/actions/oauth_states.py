"""The way to the network's consent page and back: one session, one return, a few minutes."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from pregonero.errors import Refused
from pregonero.networks import queries, rules, vault
from pregonero.networks.models import Account, Authorization
from pregonero.people.models import Member

LASTS = timedelta(minutes=10)
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Taken:
    """An authorisation that came back: for which account, and the secret half of its PKCE."""

    account: Account
    verifier: str = field(repr=False)


@transaction.atomic(durable=True)
def begin_authorization(
    *, account: Account, state: str, session: str, verifier: str, by: Member, now: datetime
) -> Authorization:
    """Remember who goes to the network for which account; the one they began before is over."""
    account = queries.get_account(member=by, pk=account.pk)
    rules.check_may_connect(by, account, now=now)
    Authorization.objects.filter(account=account, member=by, ended_at__isnull=True).update(ended_at=now)
    begun = Authorization(
        account=account, member=by, state_digest=_digest(state), session_digest=_digest(session), started_at=now,
        expires_at=now + LASTS,
    )  # fmt: skip
    begun.sealed_verifier = vault.seal(verifier, bound=begun.sealed_for)
    begun.save()
    return begun


@transaction.atomic(durable=True)
def take_authorization(*, state: str, session: str, by: Member, now: datetime) -> Taken:
    """Take back what this person began in this very session, once. Whatever comes of it, it cannot be taken again."""
    begun = Authorization.objects.select_for_update().filter(state_digest=_digest(state), member=by).first()
    if begun is None or begun.session_digest != _digest(session):
        raise Refused("Esta respuesta de la red no corresponde a una conexión que hayas empezado en esta sesión.")
    if begun.ended_at is not None:
        raise Refused("Esta autorización ya se usó, o empezaste otra después. Empieza de nuevo desde la cuenta.")
    if begun.expires_at < now:
        raise Refused("Pasaron más de diez minutos desde que empezaste. Empieza de nuevo desde la cuenta.")
    begun.ended_at = now
    begun.save(update_fields=["ended_at"])
    account = queries.get_account(member=by, pk=begun.account_id)
    rules.check_may_connect(by, account, now=now)
    return Taken(account, vault.unseal(begun.sealed_verifier, bound=begun.sealed_for))


@transaction.atomic(durable=True)
def forget_authorizations(*, now: datetime) -> None:
    """Remove those that are long over."""
    Authorization.objects.filter(started_at__lt=now - KEPT).delete()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
