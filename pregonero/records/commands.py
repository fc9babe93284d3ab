"""`pregonero verify`: says whether the records are whole, for a person or for a program."""

import json
import sys
from dataclasses import asdict

import click

from pregonero.records.queries import ChainCheck, Verification, verify


@click.command("verify")
@click.option("--entity", "entity_id", type=int, help="Número de la entidad; sin él se revisan todas.")
@click.option("--head", "noted_head", default="", help="Cabeza anotada antes: debe seguir en la cadena.")
@click.option("--json", "as_json", is_flag=True, help="Responde en JSON, para programas.")
def verify_command(entity_id: int | None, noted_head: str, as_json: bool) -> None:
    """Comprueba que los registros están completos y como se sellaron.

    Rehace cada huella, cada raíz y cada cabeza de la cadena. Termina con 0 si todo coincide y con 1 si algo
    no; en ese caso dice qué es lo primero que falla.
    """
    sys.exit(report(entity_id=entity_id, noted_head=noted_head, as_json=as_json))


def report(*, entity_id: int | None, noted_head: str = "", as_json: bool = False) -> int:
    """Check the records, print what was found, and return the exit code."""
    verification = verify(entity_id, noted_head=noted_head.strip().lower())
    click.echo(json.dumps(_as_data(verification), ensure_ascii=False) if as_json else _as_text(verification))
    return 0 if verification.ok else 1


def _as_data(verification: Verification) -> dict[str, object]:
    problem = verification.problem
    return {
        "ok": verification.ok,
        "chains": [asdict(chain) for chain in verification.chains],
        "problem": asdict(problem) if problem else None,
    }


def _as_text(verification: Verification) -> str:
    lines = [_line_of(chain) for chain in verification.chains]
    if verification.problem is None:
        return "\n".join([*lines, "Los registros están completos y como se sellaron."])
    entity_id = verification.problem.entity_id
    where = f"Entidad {entity_id}: " if entity_id is not None else ""
    return "\n".join([*lines, f"✗ {where}{verification.problem.sentence}"])


def _line_of(chain: ChainCheck) -> str:
    return (
        f"✓ Entidad {chain.entity_id}: {chain.sealed} registros sellados en {chain.batches} lotes, "
        f"{chain.pending} por sellar; cabeza {chain.head}"
    )
