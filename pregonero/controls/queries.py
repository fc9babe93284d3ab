"""The register of controls as pages and exports read it: the matrix of a day, one control, and the findings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from pregonero.controls.cadence import DUE_SOON, Cadence
from pregonero.controls.catalog import EVERY_NETWORK, GMAIL
from pregonero.controls.models import (
    Check,
    Control,
    ControlException,
    ControlVersion,
    EvidenceFile,
    Finding,
    FindingState,
    Incident,
    KnownAccess,
    MeasureDecision,
)
from pregonero.controls.rules import Standing, standing_of
from pregonero.controls.states import Consequence, ControlState, EvidenceKind, Result, StepKind
from pregonero.errors import NotFound
from pregonero.networks.models import Account, AccountState
from pregonero.networks.queries import get_account
from pregonero.people.models import Entity, Member
from pregonero.people.rules import may

PAGE = 50


@dataclass(frozen=True)
class Cell:
    """A control on an account on a day: its standing and the check that it rests on."""

    control: Control
    version: ControlVersion
    account: Account
    standing: Standing
    last: Check | None
    exception: ControlException | None

    @property
    def check_path(self) -> str:
        """Return the page where it is checked: the review of devices, or the check of any other control."""
        page = "devices" if self.version.consequence == Consequence.SESSION else "check"
        return reverse(f"controls:{page}", args=[self.control.pk, self.account.pk])


@dataclass(frozen=True)
class MatrixRow:
    """A control of the matrix and its cells, one for each account that it applies to."""

    control: Control
    version: ControlVersion
    cells: tuple[Cell, ...]


def applies_to(control: Control, account: Account) -> bool:
    """Return whether a control applies to an account; those of Gmail apply to the accounts of YouTube, its owner."""
    wanted = "youtube" if control.network == GMAIL else control.network
    return wanted in (EVERY_NETWORK, account.network)


def matrix(entity: Entity, *, day: date) -> list[MatrixRow]:
    """Return every control that was in the register on a day, with its standing on each account then."""
    end = _end_of(day)
    accounts = _accounts_on(entity, end)
    versions = _versions_until(entity, end)
    checks, exceptions, incidents = _checks_until(entity, end), _exceptions_on(entity, end), _incidents_on(entity, end)
    rows = []
    for control in _controls_on(entity, end, day):
        version = versions[control.pk]
        cells = []
        for account in accounts:
            if not applies_to(control, account):
                continue
            last, exception = checks.get((control.pk, account.pk)), exceptions.get((control.pk, account.pk))
            since = max(control.since, timezone.localdate(account.registered_at))
            standing = standing_of(version, since=since, last=last, exception=exception, day=day)
            if (control.pk, account.pk) in incidents:
                standing = replace(standing, state=ControlState.INCIDENT)
            cells.append(Cell(control, version, account, standing, last, exception))
        rows.append(MatrixRow(control, version, tuple(cells)))
    return rows


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def _controls_on(entity: Entity, end: datetime, day: date) -> Iterable[Control]:
    in_use = Q(retired_at__isnull=True) | Q(retired_at__gt=end)
    return Control.objects.filter(in_use, entity=entity, since__lte=day).order_by("position", "code")


def _accounts_on(entity: Entity, end: datetime) -> list[Account]:
    in_use = ~Q(state=AccountState.RETIRED) | Q(retired_at__gt=end)
    return list(Account.objects.filter(in_use, entity=entity, registered_at__lte=end).order_by("network", "pk"))


def _versions_until(entity: Entity, end: datetime) -> dict[int, ControlVersion]:
    versions = ControlVersion.objects.filter(control__entity=entity, at__lte=end)
    return {one.control_id: one for one in versions.order_by("control_id", "-number").distinct("control_id")}


def _checks_until(entity: Entity, end: datetime) -> dict[tuple[int, int], Check]:
    checks = Check.objects.filter(control__entity=entity, received_at__lte=end)
    latest = checks.order_by("control_id", "account_id", "-observed_at", "-pk").distinct("control_id", "account_id")
    return {(one.control_id, one.account_id): one for one in latest.select_related("by")}


def _exceptions_on(entity: Entity, end: datetime) -> dict[tuple[int, int], ControlException]:
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=end)
    found = ControlException.objects.filter(in_force, control__entity=entity, at__lte=end).select_related("by")
    return {(one.control_id, one.account_id): one for one in found.order_by("at")}


def _incidents_on(entity: Entity, end: datetime) -> set[tuple[int, int]]:
    is_open = Q(closed_at__isnull=True) | Q(closed_at__gt=end)
    return set(Incident.objects.filter(is_open, entity=entity, opened_at__lte=end).values_list("control", "account"))


def counts_of(rows: Iterable[MatrixRow]) -> dict[ControlState, int]:
    """Return how many cells of a matrix are in each state."""
    counts = dict.fromkeys(ControlState, 0)
    for row in rows:
        for cell in row.cells:
            counts[cell.standing.state] += 1
    return counts


def due_for(member: Member, *, now: datetime) -> list[Cell]:
    """Return what this person must check now, also as a stand-in, the most overdue first."""
    if not may(member, "controls.check", now=now):
        return []
    day = timezone.localdate(now)
    roles = member.roles_on(day)
    cells = [cell for row in matrix(member.entity, day=day) for cell in row.cells]
    mine = [cell for cell in cells if cell.version.duty in roles and _falls_due(cell, day)]
    return sorted(mine, key=lambda cell: (cell.standing.due_on, cell.control.position))


def _falls_due(cell: Cell, day: date) -> bool:
    """Return whether a control must be checked now, also one that is not met: only a check finds that it is again."""
    is_near = day >= cell.standing.due_on - DUE_SOON[Cadence(cell.version.cadence)]
    return is_near and cell.standing.state != ControlState.EXCEPTED


def get_control(*, member: Member, pk: int, for_update: bool = False) -> Control:
    """Return a control of the member's entity. Raises `NotFound`."""
    controls = Control.objects.select_for_update(no_key=True, of=("self",)) if for_update else Control.objects.all()
    control = controls.filter(pk=pk, entity_id=member.entity_id).select_related("entity").first()
    if control is None:
        raise NotFound
    return control


def get_target(*, member: Member, control: Control, account_id: int) -> Account:
    """Return an account of the entity that a control applies to. Raises `NotFound`."""
    account = get_account(member=member, pk=account_id)
    if not applies_to(control, account):
        raise NotFound
    return account


def control_of_sessions(account: Account) -> Control | None:
    """Return the control that looks at who has a session in an account; None on a network that has none."""
    controls = Control.objects.filter(entity_id=account.entity_id, network=account.network, retired_at__isnull=True)
    return next(
        (
            control
            for control in controls.order_by("position", "pk")
            if current_version(control).consequence == Consequence.SESSION
        ),
        None,
    )


def current_version(control: Control) -> ControlVersion:
    """Return what a control says now."""
    return control.versions.order_by("-number")[:1].get()


def get_check(*, member: Member, pk: int) -> Check:
    """Return a check of the member's entity. Raises `NotFound`."""
    check = (
        Check.objects.filter(pk=pk, control__entity_id=member.entity_id).select_related("control", "account").first()
    )
    if check is None:
        raise NotFound
    return check


def get_document(*, member: Member, pk: int) -> EvidenceFile:
    """Return the document of a piece of evidence of the member's entity. Raises `NotFound`."""
    files = EvidenceFile.objects.filter(evidence__check_made__control__entity_id=member.entity_id)
    found = files.select_related("evidence").filter(evidence_id=pk).first()
    if found is None:
        raise NotFound
    return found


def earlier_use(check: Check) -> Check | None:
    """Return the last earlier check of the entity that has the same file as evidence; notes may repeat."""
    files = [EvidenceKind.CAPTURE, EvidenceKind.DOCUMENT]
    digests = check.evidence.filter(kind__in=files).values_list("sha256", flat=True)
    same = Check.objects.filter(evidence__sha256__in=list(digests), control__entity_id=check.control.entity_id)
    return same.filter(pk__lt=check.pk).select_related("control", "account").order_by("-pk").first()


def checks_of(control: Control, *, limit: int = PAGE) -> list[Check]:
    """Return the last checks of a control with their evidence, newest first."""
    checks = control.checks.select_related("account", "by", "version").prefetch_related("evidence__medium", "devices")
    return list(checks.order_by("-observed_at", "-pk")[:limit])


def open_exception(control: Control, account: Account) -> ControlException | None:
    """Return the exception of a control on an account that was not ended, even if its date passed."""
    return control.exceptions.filter(account=account, ended_at__isnull=True).first()


def findings_of(entity: Entity, *, state: FindingState = FindingState.OPEN, limit: int = PAGE) -> QuerySet[Finding]:
    """Return the findings of an entity in a state, newest first."""
    findings = Finding.objects.filter(entity=entity, state=state).select_related("control", "account", "owner")
    return findings.order_by("-opened_at", "-pk")[:limit]


def get_finding(*, member: Member, pk: int, for_update: bool = False) -> Finding:
    """Return a finding of the member's entity. Raises `NotFound`."""
    findings = Finding.objects.select_for_update(no_key=True, of=("self",)) if for_update else Finding.objects.all()
    finding = findings.filter(pk=pk, entity_id=member.entity_id).select_related("entity", "owner").first()
    if finding is None:
        raise NotFound
    return finding


def incidents_of(entity: Entity, *, is_open: bool, limit: int = PAGE) -> list[Incident]:
    """Return the incidents of an entity that are open, or the last ones that were closed."""
    incidents = Incident.objects.filter(entity=entity, closed_at__isnull=is_open)
    return list(incidents.select_related("account", "control", "opened_by").order_by("-opened_at", "-pk")[:limit])


def get_incident(*, member: Member, pk: int, for_update: bool = False) -> Incident:
    """Return an incident of the member's entity. Raises `NotFound`."""
    incidents = Incident.objects.select_for_update(no_key=True, of=("self",)) if for_update else Incident.objects.all()
    known = incidents.filter(pk=pk, entity_id=member.entity_id)
    found = known.select_related("entity", "account", "control", "opened_by", "medium").first()
    if found is None:
        raise NotFound
    return found


def next_step(incident: Incident) -> StepKind | None:
    """Return the step of an incident that follows, or None when all are done."""
    done = incident.done()
    return next((kind for kind in incident.kinds_of_steps if kind not in done), None)


def measure_decisions(entity: Entity) -> dict[str, MeasureDecision]:
    """Return the decision in force on each measure that has one, by its code."""
    decisions = MeasureDecision.objects.filter(entity=entity).select_related("by")
    return {one.code: one for one in decisions.order_by("code", "-at", "-pk").distinct("code")}


def known_access(entity: Entity) -> list[KnownAccess]:
    """Return the devices, places and hours that an entity knows as its own now."""
    known = KnownAccess.objects.filter(entity=entity, removed_at__isnull=True).select_related("added_by")
    return list(known.order_by("kind", "text", "pk"))


def get_known_access(*, member: Member, pk: int, for_update: bool = False) -> KnownAccess:
    """Return a known device, place or hours of the member's entity that is in force. Raises `NotFound`."""
    rows = KnownAccess.objects.select_for_update(no_key=True, of=("self",)) if for_update else KnownAccess.objects.all()
    known = rows.filter(pk=pk, entity_id=member.entity_id, removed_at__isnull=True).first()
    if known is None:
        raise NotFound
    return known


def incident_of(check: Check) -> Incident | None:
    """Return the open incident of the control and account of a check that was not met."""
    if check.result != Result.NOT_MET:
        return None
    opened = Incident.objects.filter(account=check.account, control=check.control, closed_at__isnull=True)
    return opened.first()
