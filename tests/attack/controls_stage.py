"""A control of X and a finding, for the attacks."""

from pregonero.controls.actions import checks
from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.models import Control, Finding
from pregonero.controls.states import EvidenceKind, Result
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.conftest import NOW


def make_controls(account: Account, strategist: Member) -> tuple[Control, Finding]:
    """Return a control of X and the finding of another one that was not met."""
    controls = {control.code: control for control in adopt_catalog(entity=strategist.entity, now=NOW)}
    evidence = (checks.EvidenceDraft(EvidenceKind.NOTE, body="Está apagada."),)
    draft = checks.CheckDraft(Result.NOT_MET, NOW, "Está apagada.", evidence)
    checks.record_check(control=controls["X-2"], account=account, draft=draft, by=strategist, now=NOW)
    return controls["X-1"], Finding.objects.get()
