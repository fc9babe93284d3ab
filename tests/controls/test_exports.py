"""What leaves the register: the OSCAL catalog, valid for NIST's model, and a spreadsheet without formulas (R-2)."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from trestle.oscal.catalog import Catalog

from pregonero.controls.actions import checks, register
from pregonero.controls.actions.register import ControlText
from pregonero.controls.models import Control
from pregonero.controls.states import Result
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.actions import seal_events
from tests.conftest import NOW
from tests.controls.test_register import CODES, seen

pytestmark = pytest.mark.procedure("R-2", "X-1")


@pytest.fixture
def client(carmen: Member) -> Client:
    signed_in = Client()
    signed_in.force_login(carmen.user)
    return signed_in


def test_the_oscal_catalog_is_valid_and_has_every_control(
    controls: dict[str, Control], carmen: Member, client: Client
) -> None:
    hostile = "a" * 80 + "\x0b<b>& \u202e"
    text = ControlText(
        title=f" {hostile}",
        statement=hostile,
        purpose=hostile,
        kind="EVIDENCE",
        cadence="MONTHLY",
        duty="COORDINATOR",
        criterion=hostile,
        evidence=hostile,
        consequence="FINDING",
        screen="\n",
        advice=" dos\nlíneas ",
    )
    register.add_control(code="mc-1", network="x", text=text, reason="Propio.", by=carmen, now=NOW)
    data = json.loads(client.get("/seguridad/descarga/oscal.json/").content)
    catalog = Catalog.parse_obj(data["catalog"])
    assert catalog.groups is not None and len(catalog.groups) == len(data["catalog"]["groups"])
    ids = {control["id"] for group in data["catalog"]["groups"] for control in group["controls"]}
    assert ids == {code.lower() for code in CODES} | {"mc-1"}
    assert data == json.loads(client.get("/seguridad/descarga/oscal.json/").content)


def test_an_outsider_checks_a_proof_offline_with_one_file(
    controls: dict[str, Control],
    accounts: dict[str, Account],
    beto: Member,
    carmen: Member,
    client: Client,
    tmp_path: Path,
) -> None:
    where: dict[str, Any] = {"account": accounts["x"], "by": beto, "now": NOW}
    made = [checks.record_check(control=controls[code], draft=seen(), **where) for code in ("X-1", "ALL-1", "X-1")]
    path = f"/seguridad/revisiones/{made[1].pk}/prueba/"
    assert client.get(path).status_code == 409
    seal_events(entity_id=carmen.entity_id, now=NOW)
    proof, evidence = tmp_path / "proof.json", tmp_path / "evidence.txt"
    proof.write_bytes(client.get(path).content)
    evidence.write_text(made[1].evidence.get().body, encoding="utf-8")
    data = json.loads(proof.read_text())

    def said(*arguments: str) -> str:
        command = [sys.executable, "-I", "bin/check_evidence.py", str(proof), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout[:2]

    assert said(str(evidence)) == said(str(evidence), data["head"]) == "OK"
    assert said(str(evidence), "0" * 64) == "NO"
    evidence.write_text("otra cosa", encoding="utf-8")
    assert said(str(evidence)) == "NO"
    for change in (
        {"event": data["event"].replace("MET", "NOT")},
        {"index": data["index"] + 1},
        {"proof": data["proof"][1:]},
        {"batch": data["batch"].replace('"size":', '"size": ')},
        {"format": "otro"},
        {"proof": None},
    ):
        proof.write_text(json.dumps(data | change), encoding="utf-8")
        assert said() == "NO", change


def test_the_spreadsheet_has_the_standing_and_the_checks_as_text(
    controls: dict[str, Control], accounts: dict[str, Account], ana: Member, client: Client
) -> None:
    note = '=HYPERLINK("https://ejemplo.co")'
    draft = seen(Result.NOT_MET, note=note)
    checks.record_check(control=controls["YT-4"], account=accounts["youtube"], draft=draft, by=ana, now=NOW)
    book = load_workbook(BytesIO(client.get("/seguridad/descarga/controles.xlsx/").content))
    assert book.sheetnames == ["Hoy", "Revisiones"]
    today = {(row[0], row[3]) for row in book["Hoy"].iter_rows(min_row=2, values_only=True)}
    assert {code for code, _ in today} == CODES and ("YT-4", "no se cumple") in today
    (made,) = book["Revisiones"].iter_rows(min_row=2)
    assert (made[3].value, made[3].data_type) == (f"'{note}", "s")
