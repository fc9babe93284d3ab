"""The register of controls: its rows, versions, checks, states over a year, exceptions and findings (section 6)."""

from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.controls import queries
from pregonero.controls.actions import checks, register
from pregonero.controls.actions.checks import CheckDraft, EvidenceDraft
from pregonero.controls.actions.register import ControlText, adopt_catalog
from pregonero.controls.cadence import Cadence, due_after
from pregonero.controls.catalog import shipped
from pregonero.controls.models import Check, Control, ControlVersion, Evidence, Finding, FindingState
from pregonero.controls.oscal import catalog_of
from pregonero.controls.states import ControlState, EvidenceKind, Result
from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.networks.registry import network_choices
from pregonero.people.actions import Absence, name_stand_in
from pregonero.people.models import Member, Notice
from pregonero.people.roles import Role
from pregonero.records.models import Event
from pregonero.working_days import is_working_day
from tests.conftest import NOW

pytestmark = pytest.mark.procedure(
    "YT-1", "YT-2", "YT-3", "YT-4", "GM-1", "GM-2", "GM-3", "X-1", "X-2", "FB-1", "FB-2", "FB-3", "IG-1", "IG-2"
)
CODES = {
    "YT-1", "YT-2", "YT-3", "YT-4", "YT-5", "GM-1", "GM-2", "GM-3", "X-1", "X-2",
    "FB-1", "FB-2", "FB-3", "FB-4", "FB-5", "ALL-1", "IG-1", "IG-2", "FB-6",
}  # fmt: skip
TODAY = timezone.localdate(NOW)
Controls = dict[str, Control]
Accounts = dict[str, Account]


def seen(result: Result = Result.MET, at: datetime = NOW, **changes: Any) -> CheckDraft:
    """Return a check with a written piece of evidence."""
    note = "" if result == Result.MET else "No está activa."
    evidence = (EvidenceDraft(EvidenceKind.NOTE, body="Se ve activa en la pantalla."),)
    return CheckDraft(**{"result": result, "observed_at": at, "note": note, "evidence": evidence} | changes)


def cell(member: Member, code: str, network: str, day: date) -> queries.Cell:
    """Return a control on the account of a network, on a day."""
    rows = queries.matrix(member.entity, day=day)
    return next(one for row in rows for one in row.cells if row.control.code == code and one.account.network == network)


def test_the_register_has_every_row_of_the_procedure_and_is_adopted_once(controls: Controls, carmen: Member) -> None:
    assert set(controls) == CODES
    assert adopt_catalog(entity=carmen.entity, now=NOW) == []
    assert all(version.number == 1 and version.criterion for version in ControlVersion.objects.all())
    cadences = dict(ControlVersion.objects.values_list("control__code", "cadence"))
    assert (cadences["YT-3"], cadences["FB-5"]) == (Cadence.MONTHLY, Cadence.DAILY)  # set by the procedure
    assert Event.objects.filter(event_type="control.version").count() == len(CODES)


def test_every_shipped_text_fits_its_column() -> None:
    for row in shipped().controls:
        for field in ControlVersion._meta.get_fields():
            limit = getattr(field, "max_length", None)
            assert limit is None or len(getattr(row, field.name, "")) <= limit, (row.code, field.name)


@given(day=st.dates(date(2025, 1, 1), date(2027, 12, 31)), cadence=st.sampled_from(Cadence))
def test_a_check_falls_due_on_a_working_day_after_it_and_not_long_after_its_period(day: date, cadence: Cadence) -> None:
    due = due_after(day, cadence)
    assert is_working_day(due) and due > day
    longest = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.MONTHLY: 31, Cadence.QUARTERLY: 92}[cadence]
    assert due - day <= timedelta(days=longest + 5)  # Holy Week: Thursday to Sunday, and a Monday


@pytest.mark.parametrize(
    ("checked", "cadence", "due"),
    [
        (date(2026, 1, 9), Cadence.DAILY, date(2026, 1, 13)),  # Monday the 12th is Reyes
        (date(2026, 3, 25), Cadence.WEEKLY, date(2026, 4, 1)),
        (date(2026, 3, 26), Cadence.WEEKLY, date(2026, 4, 6)),  # Holy Thursday
        (date(2026, 1, 31), Cadence.MONTHLY, date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2026, 9, 25), Cadence.QUARTERLY, date(2026, 12, 28)),  # Christmas is a Friday
    ],
)
def test_worked_due_days(checked: date, cadence: Cadence, due: date) -> None:
    assert due_after(checked, cadence) == due


def test_a_control_goes_from_due_to_met_to_due_to_overdue_by_itself(
    controls: Controls, accounts: Accounts, beto: Member
) -> None:
    assert cell(beto, "X-1", "x", TODAY).standing.state == ControlState.DUE
    checks.record_check(control=controls["X-1"], account=accounts["x"], draft=seen(), by=beto, now=NOW)

    due = cell(beto, "X-1", "x", TODAY).standing.due_on
    by_day = [(TODAY, ControlState.MET), (due, ControlState.DUE), (due + timedelta(days=1), ControlState.OVERDUE)]
    assert [(day, cell(beto, "X-1", "x", day).standing.state) for day, _ in by_day] == by_day


def test_a_control_that_is_not_met_opens_one_finding_and_is_closed_by_a_check_that_finds_it_met(
    controls: Controls, accounts: Accounts, ana: Member, carmen: Member
) -> None:
    for _ in range(2):
        checks.record_check(
            control=controls["YT-4"], account=accounts["youtube"], draft=seen(Result.NOT_MET), by=ana, now=NOW
        )
    finding = Finding.objects.get()
    assert finding.state == FindingState.OPEN and "YT-4" in finding.title
    assert Notice.objects.filter(member=carmen, kind="finding.opened").count() == 1
    with pytest.raises(WrongState):
        checks.close_finding(finding=finding, reason="Listo", by=carmen, now=NOW)

    checks.record_check(control=controls["YT-4"], account=accounts["youtube"], draft=seen(), by=ana, now=NOW)
    finding.refresh_from_db()
    assert finding.state == FindingState.CLOSED
    assert cell(ana, "YT-4", "youtube", TODAY).standing.state == ControlState.MET


def test_the_matrix_of_a_past_day_is_the_one_of_that_day(controls: Controls, accounts: Accounts, beto: Member) -> None:
    later = NOW + timedelta(days=40)
    checks.record_check(control=controls["X-1"], account=accounts["x"], draft=seen(), by=beto, now=NOW)
    draft = seen(Result.NOT_MET, at=later)
    checks.record_check(control=controls["X-1"], account=accounts["x"], draft=draft, by=beto, now=later)

    states = [cell(beto, "X-1", "x", TODAY + timedelta(days=days)).standing.state for days in (0, 39, 40)]
    assert states == [ControlState.MET, ControlState.OVERDUE, ControlState.INCIDENT]


def test_an_exception_says_what_compensates_it_and_ends_by_itself(
    controls: Controls, accounts: Accounts, carmen: Member
) -> None:
    where = {"control": controls["GM-2"], "account": accounts["youtube"], "by": carmen, "now": NOW}
    given = {"reason": "Google no lo muestra.", "compensation": "Revisión de dispositivos."}
    with pytest.raises(Refused):
        register.grant_exception(**where, **given, ends_on=TODAY - timedelta(days=1))
    register.grant_exception(**where, **given, ends_on=TODAY + timedelta(days=90))
    with pytest.raises(Conflict):
        register.grant_exception(**where, **given, ends_on=TODAY + timedelta(days=90))

    on = [cell(carmen, "GM-2", "youtube", TODAY + timedelta(days=days)).standing.state for days in (0, 90, 95)]
    assert on == [ControlState.EXCEPTED, ControlState.EXCEPTED, ControlState.OVERDUE]
    register.end_exception(**where)
    with pytest.raises(NotFound):
        register.end_exception(**where)


def test_evidence_is_asked_for_kept_once_and_never_changes(
    controls: Controls, accounts: Accounts, beto: Member
) -> None:
    where = {"control": controls["X-1"], "account": accounts["x"], "by": beto, "now": NOW}
    with pytest.raises(Refused, match="Falta la evidencia"):
        checks.record_check(**where, draft=seen(evidence=()))
    note = EvidenceDraft(EvidenceKind.NOTE, body="La vi activa.")
    check = checks.record_check(**where, draft=seen(evidence=(note, note)))
    assert [piece.sha256 for piece in check.evidence.all()] == [note.sha256]
    assert Event.objects.get(event_type="control.checked").facts["evidence"] == [note.sha256]
    for rows in (Evidence.objects.all(), Check.objects.all(), ControlVersion.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.update(body="otra cosa")


def test_a_check_in_the_future_or_without_a_note_or_of_another_network_is_refused(
    controls: Controls, accounts: Accounts, beto: Member
) -> None:
    where = {"control": controls["X-1"], "by": beto, "now": NOW}
    for account, draft, error in (
        ("x", seen(at=NOW + timedelta(minutes=1)), Refused),
        ("x", seen(Result.NOT_MET, note="  "), Refused),
        ("x", seen(evidence=(EvidenceDraft(EvidenceKind.NOTE, body="a" * 200_001),)), Refused),
        ("youtube", seen(), NotFound),
    ):
        with pytest.raises(error):
            checks.record_check(account=accounts[account], draft=draft, **where)
    assert not Check.objects.exists()


def test_who_may_check_and_who_may_change_the_register(
    controls: Controls, accounts: Accounts, ana: Member, luis: Member, carmen: Member
) -> None:
    facebook = {"control": controls["FB-1"], "account": accounts["facebook"], "draft": seen(), "now": NOW}
    with pytest.raises(Refused):  # its duty is the coordinator's
        checks.record_check(by=ana, **facebook)
    with pytest.raises(NotAllowed):
        checks.record_check(by=luis, **facebook)
    checks.record_check(by=carmen, **facebook)
    with pytest.raises(NotAllowed):
        register.retire_control(control=controls["FB-3"], reason="Ya no", by=ana, now=NOW)


def test_who_covers_the_coordinator_checks_their_controls_inside_the_dates_only(
    controls: Controls, accounts: Accounts, ana: Member, carmen: Member
) -> None:
    absence = Absence(Role.COORDINATOR, TODAY, TODAY + timedelta(days=40), "Vacaciones")
    name_stand_in(absent=carmen, member=ana, absence=absence, by=carmen, now=NOW)
    cover, after = Member.objects.get(pk=ana.pk), NOW + timedelta(days=60)
    facebook = {"control": controls["FB-1"], "account": accounts["facebook"]}

    checks.record_check(by=cover, draft=seen(), now=NOW, **facebook)
    with pytest.raises(Refused):
        checks.record_check(by=cover, draft=seen(at=after), now=after, **facebook)
    assert "YT-1" in {one.control.code for one in queries.due_for(cover, now=NOW + timedelta(days=40))}
    assert "YT-1" not in {one.control.code for one in queries.due_for(cover, now=after)}


def test_the_catalog_in_oscal_takes_a_control_of_any_network(controls: Controls, carmen: Member) -> None:
    shown = queries.current_version(controls["X-1"])
    text = ControlText(**{field.name: getattr(shown, field.name) for field in fields(ControlText)})
    for number, (network, _) in enumerate(network_choices()):
        register.add_control(code=f"MC-{number}", network=network, text=text, reason="Nuestro.", by=carmen, now=NOW)
    groups = catalog_of(carmen.entity, now=NOW)["catalog"]["groups"]
    assert [group["title"] for group in groups][:2] == ["Todas las cuentas", "Correo externo (Gmail)"]
    assert {label for _, label in network_choices()} <= {group["title"] for group in groups}


def test_a_control_is_edited_in_versions_and_retired_with_its_history(
    controls: Controls, accounts: Accounts, beto: Member, carmen: Member
) -> None:
    control = controls["X-1"]
    check = checks.record_check(control=control, account=accounts["x"], draft=seen(), by=beto, now=NOW)
    old = queries.current_version(control)
    said = {field.name: getattr(old, field.name) for field in fields(ControlText)}
    text = ControlText(**said | {"criterion": "Con llave."})
    with pytest.raises(Refused, match="por qué"):
        register.edit_control(control=control, text=text, reason=" ", by=carmen, now=NOW)
    version = register.edit_control(control=control, text=text, reason="Se compraron llaves.", by=carmen, now=NOW)
    assert (version.number, Check.objects.get(pk=check.pk).version) == (2, old)

    register.retire_control(control=control, reason="Se cerró la cuenta.", by=carmen, now=NOW + timedelta(days=2))
    days = [TODAY + timedelta(days=count) for count in (1, 3)]
    by_day = [{row.control.code for row in queries.matrix(carmen.entity, day=day)} for day in days]
    assert ["X-1" in codes for codes in by_day] == [True, False]
    with pytest.raises(WrongState):
        checks.record_check(control=control, account=accounts["x"], draft=seen(), by=beto, now=NOW)


def test_a_person_sees_what_their_role_must_check_the_most_overdue_first(
    controls: Controls, ana: Member, carmen: Member, luis: Member
) -> None:
    late = NOW + timedelta(days=60)
    mine = queries.due_for(ana, now=late)
    assert [one.standing.due_on for one in mine] == sorted(one.standing.due_on for one in mine)
    assert {one.control.code for one in queries.due_for(carmen, now=late)} == {"YT-1", "FB-1"}
    assert "FB-1" not in {one.control.code for one in mine} and not queries.due_for(luis, now=late)


def test_the_matrix_takes_the_same_queries_with_many_checks(
    controls: Controls, accounts: Accounts, beto: Member, django_assert_num_queries: Any
) -> None:
    for minutes in range(30):
        draft = seen(at=NOW - timedelta(minutes=minutes))
        checks.record_check(control=controls["X-1"], account=accounts["x"], draft=draft, by=beto, now=NOW)
    with django_assert_num_queries(6):
        queries.matrix(beto.entity, day=TODAY)
