"""The register of accounts, read; and the access that a call to a network needs."""

from django.conf import settings
from django.db.models import QuerySet

from pregonero.errors import NotFound, Refused
from pregonero.networks import vault
from pregonero.networks.base import Access
from pregonero.networks.models import Account, Credential
from pregonero.people.models import Entity, Member


def get_account(*, member: Member, pk: int, for_update: bool = False) -> Account:
    """Return an account of the member's entity; any other is not found."""
    accounts = Account.objects.select_for_update() if for_update else Account.objects.all()
    account = accounts.filter(pk=pk, entity_id=member.entity_id).first()
    if account is None:
        raise NotFound
    return account


def accounts_of(entity: Entity) -> QuerySet[Account]:
    """Return the entity's accounts, in the order that the screens show them."""
    return Account.objects.filter(entity=entity).order_by("pk")


def access_to(account: Account) -> Access:
    """Return what a connector needs to speak for an account. Never keep it, log it or show it."""
    credential = Credential.objects.filter(account=account).first()
    if credential is None:
        raise Refused(f"{account} no está conectada: falta autorizarla en la red.")
    return Access(
        remote_id=account.remote_id,
        handle=account.handle,
        address=account.server or settings.NETWORK_ADDRESSES[account.network],
        token=vault.unseal(bytes(credential.sealed_token)),
        seconds=settings.CALL_SECONDS,
        network=account.network,
        account_id=account.pk,
    )


def place_of(account: Account) -> Access:
    """Return where an account is, without its token: enough to know its addresses, and to call nothing."""
    address = account.server or settings.NETWORK_ADDRESSES[account.network]
    return Access(account.remote_id, account.handle, address, token="")
