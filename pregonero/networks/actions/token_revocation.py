"""What opened an account goes back to its network, later and apart: that it cannot be told undoes nothing."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.networks import queries
from pregonero.networks.auth_config import AppPassword, Consent
from pregonero.networks.base import ApiCredentials
from pregonero.networks.models import Account, Credential, PendingRevocation
from pregonero.networks.registry import auth_config_of
from pregonero.people.actions import notify
from pregonero.people.queries import members_with
from pregonero.people.roles import PERMISSIONS
from pregonero.records.actions import SYSTEM, record

TRIED_FOR = timedelta(days=3)


@dataclass(frozen=True)
class Due:
    """What is to be given back: the access that it was, and the token that renewed it."""

    account: Account
    access: ApiCredentials = field(repr=False)
    refresh: str = field(repr=False)


def relinquish(account: Account, *, now: datetime) -> bool:
    """Forget what opens an account, inside the caller's transaction; where its network takes it back, a job tells it.

    Returns whether there was anything to forget.
    """
    credential = Credential.objects.filter(account=account).first()
    if credential is None:
        return False
    if takes_back(account.network):
        kept = PendingRevocation.objects.create(account=account, sealed=bytes(credential.sealed), given_up_at=now)
        app.configure_task("networks.give_back").defer(relinquished_id=kept.pk)
    credential.delete()
    return True


def takes_back(network: str) -> bool:
    """Whether a network can be told that its authorisation is no longer wanted."""
    way = auth_config_of(network)
    return bool(way.revoke) if isinstance(way, Consent) else way.close is not None


@transaction.atomic(durable=True)
def take_relinquished(*, relinquished_id: int) -> Due | None:
    """Return what is to be given back; None when it was, or when giving it back would end what is in use now."""
    kept = PendingRevocation.objects.select_related("account").filter(pk=relinquished_id).first()
    if kept is None:
        return None
    if _ends_all(kept.account.network) and _is_in_use(kept.account):
        kept.delete()
        return None
    return Due(kept.account, *queries.opened(kept.account, kept))


def _ends_all(network: str) -> bool:
    way = auth_config_of(network)
    return isinstance(way, AppPassword) or way.revokes_all


def _is_in_use(account: Account) -> bool:
    """Whether the same account was connected again meanwhile, in this row of the register or in a later one."""
    same = Account.objects.filter(
        entity_id=account.entity_id, network=account.network, server=account.server, remote_id=account.remote_id
    ).exclude(remote_id="")
    return Credential.objects.filter(account__in=same).exists()


@transaction.atomic(durable=True)
def keep_given_back(*, relinquished_id: int, confirmed: bool, now: datetime) -> None:
    """Forget it for good; those who can take the permission back are told when the network did not confirm it."""
    kept = PendingRevocation.objects.select_for_update().filter(pk=relinquished_id).first()
    if kept is None:
        return
    _settle(kept, confirmed=confirmed, now=now)


@transaction.atomic(durable=True)
def forget_relinquished(*, now: datetime) -> None:
    """Forget what no network took back in all this time."""
    for kept in PendingRevocation.objects.select_for_update(skip_locked=True).filter(given_up_at__lt=now - TRIED_FOR):
        _settle(kept, confirmed=False, now=now)


def _settle(kept: PendingRevocation, *, confirmed: bool, now: datetime) -> None:
    account = Account.objects.select_related("entity").get(pk=kept.account_id)
    kept.delete()
    record(
        entity_id=account.entity_id, event_type="account.authorization_revoked", actor=SYSTEM, ref=account.ref, at=now,
        facts={"confirmed": confirmed},
    )  # fmt: skip
    if not confirmed:
        able = members_with(account.entity, PERMISSIONS["accounts.manage"].roles, today=timezone.localdate(now))
        notify(
            members=able, kind=f"account.not_given_back:{now:%Y%m%d%H%M%S}", ref=account.ref,
            title=f"Retira en {account.get_network_display()} el permiso de {account}",
            why="La cuenta ya no se usa aquí, y la red no confirmó que retirara la autorización.",
            path=reverse("networks:account", args=[account.pk]), now=now,
        )  # fmt: skip
