"""Checks of the controls of the accounts on the sample day: one of each state, a finding with its plan."""

from datetime import datetime, timedelta

from django.utils import timezone

from pregonero.controls.actions.checks import CheckDraft, EvidenceDraft, plan_finding, record_check
from pregonero.controls.actions.register import adopt_catalog, grant_exception
from pregonero.controls.models import Control, Finding
from pregonero.controls.states import EvidenceKind, Result
from tests.browser.sample_entities import Team

# code, network, result, note, days before now
CHECKED = (
    ("YT-1", "youtube", Result.MET, "Dos números; el segundo es de Carmen Ortiz, de planta.", 3),
    ("YT-4", "youtube", Result.NOT_MET, "La casilla de bloquear enlaces está apagada.", 1),
    ("GM-2", "youtube", Result.UNVERIFIABLE, "Google ya no lo muestra en la web.", 5),
    ("X-1", "x", Result.MET, "", 2),
    ("FB-2", "facebook", Result.MET, "", 2),
    ("FB-3", "facebook", Result.MET, "", 4),
)  # fmt: skip


def make_controls(team: Team, now: datetime) -> dict[str, int]:
    """Give the entity its register, and return the keys of its controls and of the finding by name."""
    carmen, beto = team.people["carmen"], team.people["beto"]
    controls = {control.code: control for control in adopt_catalog(entity=team.entity, now=now)}
    accounts = {account.network: account for account in team.entity.accounts.all()}
    for code, network, result, note, days in CHECKED:
        by = carmen if code == "YT-1" else beto
        evidence = (EvidenceDraft(EvidenceKind.NOTE, body=f"Mirado en la pantalla de {network}."),)
        draft = CheckDraft(result, now - timedelta(days=days), note, evidence)
        record_check(control=controls[code], account=accounts[network], draft=draft, by=by, now=now)
    today = timezone.localdate(now)
    grant_exception(
        control=controls["GM-3"],
        account=accounts["youtube"],
        reason="La cuenta pasa a un buzón institucional.",
        compensation="Revisión semanal de dispositivos.",
        ends_on=today + timedelta(days=40),
        by=carmen,
        now=now,
    )
    finding = Finding.objects.get(entity=team.entity)
    until = today + timedelta(days=10)
    plan_finding(finding=finding, owner=beto, plan="Activarla y adjuntar la captura.", until=until, by=carmen, now=now)
    return _keys(controls) | {"hallazgo": finding.pk, "cuenta x": accounts["x"].pk}


def _keys(controls: dict[str, Control]) -> dict[str, int]:
    return {code: control.pk for code, control in controls.items()}
