"""`pregonero verify`, as a person and as a program use it."""

import json

import psycopg
import pytest
from click.testing import CliRunner, Result

from pregonero.records.commands import verify_command
from tests.records.acts import leave, leave_and_seal


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verify_command, list(arguments))


@pytest.mark.procedure("R-1")
def test_verify_says_that_all_is_whole_and_ends_with_0(committed: str) -> None:
    leave_and_seal([2, 1])
    leave()
    result = run()
    assert result.exit_code == 0
    assert "Entidad 1: 3 registros sellados en 2 lotes, 1 por sellar; cabeza " in result.output
    assert "Los registros están completos" in result.output


@pytest.mark.procedure("R-1")
def test_verify_names_the_first_broken_one_and_ends_with_1(committed: str) -> None:
    sealed = leave_and_seal([2, 1])
    alter_an_event(committed, sealed[1])
    result = run("--entity", "1")
    assert result.exit_code == 1
    assert f"Entidad 1: El registro {sealed[1]} (lote 1, hoja 1) no coincide con su sello" in result.output


def test_verify_answers_programs_in_json(committed: str) -> None:
    sealed = leave_and_seal([2])
    data = json.loads(run("--json").output)
    assert data["ok"] is True
    assert (data["chains"][0]["sealed"], data["problem"]) == (2, None)
    alter_an_event(committed, sealed[0])
    result = run("--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["problem"]["code"] == "event_changed"


def test_verify_asks_for_a_noted_head(committed: str) -> None:
    leave_and_seal([2])
    head = json.loads(run("--json").output)["chains"][0]["head"]
    assert run("--head", head.upper()).exit_code == 0
    assert run("--head", "0" * 64).exit_code == 1


def test_verify_explains_itself_in_spanish() -> None:
    assert "Comprueba que los registros están completos" in run("--help").output


def alter_an_event(url: str, pk: int) -> None:
    with psycopg.connect(url) as owner:
        owner.execute("ALTER TABLE records_event DISABLE TRIGGER append_only")
        owner.execute("UPDATE records_event SET label = 'Otra' WHERE id = %s", [pk])
