"""The output and the exit code of `pregonero verify`."""

import json

import psycopg
import pytest

from pregonero.records.commands import report
from pregonero.records.verification import verify
from tests.records.acts import record_act, record_and_seal


@pytest.mark.procedure("R-1")
def test_report_returns_0_and_counts_the_events_of_intact_records(
    committed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record_and_seal([2, 1])
    record_act()
    assert report(entity_id=None) == 0
    output = capsys.readouterr().out
    assert "Entidad 1: 3 registros verificados, 1 en verificación; lotes: 2; cabeza " in output
    assert "Los registros están completos" in output


@pytest.mark.procedure("R-1")
def test_report_returns_1_and_names_the_first_damaged_event(committed: str, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = record_and_seal([2, 1])
    alter_an_event(committed, sealed[1])
    assert report(entity_id=1) == 1
    sentence = f"Entidad 1: El registro {sealed[1]} (lote 1, hoja 1) no dice lo mismo que cuando se guardó"
    assert sentence in capsys.readouterr().out


def test_report_prints_json_for_programs(committed: str, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = record_and_seal([2])
    assert report(entity_id=None, as_json=True) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["ok"] is True
    assert (data["chains"][0]["sealed"], data["problem"]) == (2, None)
    alter_an_event(committed, sealed[0])
    assert report(entity_id=None, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["problem"]["code"] == "event_changed"


def test_report_fails_when_the_noted_head_is_in_no_chain(committed: str) -> None:
    record_and_seal([2])
    head = verify().chains[0].head
    assert report(entity_id=None, noted_head=head.upper()) == 0
    assert report(entity_id=None, noted_head="0" * 64) == 1


def alter_an_event(url: str, pk: int) -> None:
    with psycopg.connect(url) as owner:
        owner.execute("ALTER TABLE records_event DISABLE TRIGGER append_only")
        owner.execute("UPDATE records_event SET label = 'Otra' WHERE id = %s", [pk])
