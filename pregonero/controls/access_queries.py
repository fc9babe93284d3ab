"""What the system checks by itself, who administers each account, and what each person holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from pregonero.controls.access_rules import ENDS_SOON_DAYS, flags_of
from pregonero.controls.models import AdministratorLink, AdministratorSeen, Check, Control, ControlVersion
from pregonero.controls.queries import applies_to, current_version
from pregonero.controls.states import Result
from pregonero.networks.models import Account, AccountState, Administrator, Credential, CredentialState
from pregonero.people.models import Entity, Member


@dataclass(frozen=True)
class AutomaticTarget:
    """A control that the system checks on a connected account, with what it says and its last check."""

    control: Control
    version: ControlVersion
    account: Account
    last: Check | None


def automatic_targets(*, codes: Collection[str]) -> list[AutomaticTarget]:
    """Return the controls with these codes on every connected account that they apply to."""
    controls = Control.objects.filter(code__in=codes, retired_at__isnull=True).select_related("entity")
    connected = Credential.objects.filter(account=OuterRef("pk"), state=CredentialState.GOOD)
    targets = []
    for control in controls.order_by("pk"):
        version = current_version(control)
        latest = control.checks.order_by("account_id", "-observed_at", "-pk").distinct("account_id")
        last = {check.account_id: check for check in latest}
        accounts = Account.objects.filter(Exists(connected), entity_id=control.entity_id, retired_at__isnull=True)
        targets += [
            AutomaticTarget(control, version, account, last.get(account.pk))
            for account in accounts.order_by("pk")
            if applies_to(control, account)
        ]
    return targets


def administrator_links(account: Account) -> dict[str, AdministratorLink]:
    """Return who each known administrator of an account is, by the network's id."""
    links = AdministratorLink.objects.filter(account=account).select_related("member__user", "by")
    return {one.remote_id: one for one in links.order_by("remote_id", "-at", "-pk").distinct("remote_id")}


def was_linked_since(account: Account, last: Check | None) -> bool:
    """Return whether somebody said who an administrator is after a check."""
    return last is not None and AdministratorLink.objects.filter(account=account, at__gt=last.received_at).exists()


def administrators_of(account: Account) -> list[AdministratorSeen]:
    """Return who administered an account when its network last told."""
    told = Check.objects.filter(account=account, administrators__isnull=False).exclude(result=Result.UNVERIFIABLE)
    last = told.order_by("-observed_at", "-pk").first()
    return list(last.administrators.order_by("name", "remote_id")) if last else []


@dataclass(frozen=True)
class AccountAccess:
    """Who administers an account, each with who they are at the entity, its authorization, and what is wrong.

    `registered` are the administrators that people wrote in the register of accounts (M-3), where no network tells.
    """

    account: Account
    administrators: tuple[tuple[AdministratorSeen, AdministratorLink | None], ...]
    registered: tuple[Administrator, ...]
    credential: Credential | None
    flags: tuple[str, ...]


def access_review(entity: Entity, *, day: date) -> list[AccountAccess]:
    """Return who may use each account in use of an entity, and what is wrong with it on a day."""
    accounts = Account.objects.filter(entity=entity).exclude(state=AccountState.RETIRED).order_by("network", "pk")
    return [_access_of(account, day) for account in accounts]


def _access_of(account: Account, day: date) -> AccountAccess:
    links = administrator_links(account)
    seen = tuple((one, links.get(one.remote_id)) for one in administrators_of(account))
    credential = Credential.objects.filter(account=account).first()
    registered = tuple(
        account.administrators.filter(until__isnull=True).select_related("member__user").order_by("name")
    )
    people = [(str(one), link.member if link else None) for one, link in seen if not (link and link.is_own_system_user)]
    people += [] if seen else [(str(one), one.member) for one in registered]
    last_entry = {member.pk: member.user.last_login for _, member in people if member}
    flags = flags_of(people, credential, last_entry, day=day)
    return AccountAccess(account, seen, registered, credential, tuple(flags))


def contracts_ending(entity: Entity, *, day: date) -> list[Member]:
    """Return the people whose membership ends within thirty days, the soonest first."""
    ending = Member.objects.filter(entity=entity, ends_on__gte=day, ends_on__lte=day + timedelta(days=ENDS_SOON_DAYS))
    return list(ending.order_by("ends_on", "name", "pk"))
