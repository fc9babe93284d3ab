"""A control of X, a finding and an incident, for the attacks."""

from dataclasses import dataclass

from pregonero.controls.actions import checks
from pregonero.controls.actions.departures import start_departure
from pregonero.controls.actions.devices import add_known_access
from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.models import (
    Check,
    Control,
    Departure,
    DepartureStep,
    Evidence,
    Finding,
    Incident,
    KnownAccess,
    KnownKind,
)
from pregonero.controls.states import EvidenceKind, Result
from pregonero.networks.account_audit import Administrator
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.conftest import NOW


@dataclass(frozen=True)
class ControlRows:
    """The rows of controls that the attacks aim at."""

    control: Control
    finding: Finding
    incident: Incident
    sessions: Control
    known: KnownAccess
    administrator: str
    check: Check
    document: Evidence
    departure: Departure
    step: DepartureStep


def make_controls(
    accounts: dict[str, Account], strategist: Member, coordinator: Member, leaving: Member
) -> ControlRows:
    """Return a control of X, and what two controls of other networks that are not met opened."""
    controls = {control.code: control for control in adopt_catalog(entity=strategist.entity, now=NOW)}
    evidence = (checks.EvidenceDraft(EvidenceKind.NOTE, body="Está apagada."),)
    draft = checks.CheckDraft(Result.NOT_MET, NOW, "Está apagada.", evidence)
    for code, network in (("FB-3", "facebook"), ("IG-1", "instagram")):
        checks.record_check(control=controls[code], account=accounts[network], draft=draft, by=strategist, now=NOW)
    pdf = checks.EvidenceDraft(EvidenceKind.DOCUMENT, content=b"%PDF-1.4 %%EOF", name="acta.pdf")
    written = checks.CheckDraft(Result.MET, NOW, evidence=(pdf,))
    checks.record_check(control=controls["FB-2"], account=accounts["facebook"], draft=written, by=strategist, now=NOW)
    seen = checks.CheckDraft(Result.MET, NOW, administrators=(Administrator("501", "Ana R."),))
    checks.record_automatic_check(control=controls["FB-1"], account=accounts["facebook"], draft=seen, now=NOW)
    known = add_known_access(kind=KnownKind.PLACE, text="Bogotá, Colombia", by=coordinator, now=NOW)
    departure = start_departure(member=leaving, by=coordinator, now=NOW)
    return ControlRows(
        controls["X-1"],
        Finding.objects.get(),
        Incident.objects.get(),
        controls["X-2"],
        known,
        "501",
        Check.objects.latest("pk"),
        Evidence.objects.get(kind=EvidenceKind.DOCUMENT),
        departure,
        departure.steps.filter(is_verified=False)[0],
    )
