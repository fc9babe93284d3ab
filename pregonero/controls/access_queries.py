"""What the system checks by itself, who administers each account, and what each person holds."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from pregonero.controls.access_rules import ENDS_SOON_DAYS, flags_of, flags_of_rights, flags_of_shared
from pregonero.controls.models import AdministratorLink, AdministratorSeen, Check, Control, ControlVersion
from pregonero.controls.queries import applies_to, current_version
from pregonero.controls.states import Result
from pregonero.networks.models import Account, AccountState, Administrator, Credential, CredentialState
from pregonero.networks.registry import auth_config_of
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
    accounts = list(Account.objects.filter(entity=entity).exclude(state=AccountState.RETIRED).order_by("network", "pk"))
    links = {account.pk: administrator_links(account) for account in accounts}
    users: dict[tuple[str, str], set[Member]] = defaultdict(set)
    for account in accounts:
        for link in links[account.pk].values():
            if link.member is not None:
                users[account.network, link.remote_id].add(link.member)
    shared = {user: tuple(sorted(map(str, members))) for user, members in users.items() if len(members) > 1}
    return [_access_of(account, links[account.pk], shared, day) for account in accounts]


def _access_of(
    account: Account,
    links: dict[str, AdministratorLink],
    shared: dict[tuple[str, str], tuple[str, ...]],
    day: date,
) -> AccountAccess:
    seen = tuple((one, links.get(one.remote_id)) for one in administrators_of(account))
    credential = Credential.objects.filter(account=account).first()
    registered = tuple(
        account.administrators.filter(until__isnull=True).select_related("member__user").order_by("name")
    )
    people = [(str(one), link.member if link else None) for one, link in seen if not (link and link.is_own_system_user)]
    people += [] if seen else [(str(one), one.member) for one in registered]
    last_entry = {member.pk: member.user.last_login for _, member in people if member}
    flags = [
        *flags_of(people, credential, last_entry, day=day),
        *flags_of_shared({str(one): shared.get((account.network, one.remote_id), ()) for one, _ in seen}),
        *flags_of_rights(credential, auth_config_of(account.network)),
    ]
    return AccountAccess(account, seen, registered, credential, tuple(flags))


def contracts_ending(entity: Entity, *, day: date) -> list[Member]:
    """Return the people whose membership ends within thirty days, the soonest first."""
    ending = Member.objects.filter(entity=entity, ends_on__gte=day, ends_on__lte=day + timedelta(days=ENDS_SOON_DAYS))
    return list(ending.order_by("ends_on", "name", "pk"))


@dataclass(frozen=True)
class AdministratorProblem:
    """An administrator who must not be one, or whom the network does not show; `key` names the cause."""

    key: str
    account: Account
    member: Member
    title: str
    detail: str


def administrator_problems(entity: Entity, *, day: date) -> list[AdministratorProblem]:
    """Return the administrators of the accounts in use who left, and those whom the network no longer shows."""
    accounts = Account.objects.filter(entity=entity).exclude(state=AccountState.RETIRED).order_by("network", "pk")
    return [problem for account in accounts for problem in _problems_of(account, day)]


def _problems_of(account: Account, day: date) -> Iterator[AdministratorProblem]:
    links = administrator_links(account)
    seen = [link.member for one in administrators_of(account) if (link := links.get(one.remote_id)) and link.member]
    rows = account.administrators.filter(until__isnull=True, member__isnull=False).select_related("member__user")
    registered = [one.member for one in rows.order_by("pk") if one.member]
    for member in dict.fromkeys([*seen, *registered]):
        if not member.is_current(day) or not member.user.is_active:
            title = f"{member} ya no está en la entidad y todavía administra {account}"
            detail = "Quítale el acceso en la red y anótalo en el registro de cuentas."
            yield AdministratorProblem(f"left:{account.pk}:{member.pk}", account, member, title, detail)
    for member in registered if seen else ():
        if member not in seen:
            title = f"La red ya no muestra a {member} entre quienes administran {account}"
            detail = "Pregunta quién le quitó el acceso, o anota en el registro hasta cuándo la administró."
            yield AdministratorProblem(f"missing:{account.pk}:{member.pk}", account, member, title, detail)
