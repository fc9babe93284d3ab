"""The output of `pregonero verify`."""

import json
from dataclasses import asdict

import click

from pregonero.records.verification import ChainCheck, Verification, verify


def report(*, entity_id: int | None, noted_head: str = "", as_json: bool = False) -> int:
    """Verify the records, print the result as text or JSON, and return the exit code: 0, or 1 for a problem."""
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
    lines = [_chain_line(chain) for chain in verification.chains]
    if verification.problem is None:
        return "\n".join([*lines, "Los registros están completos y como se guardaron."])
    entity_id = verification.problem.entity_id
    location = f"Entidad {entity_id}: " if entity_id is not None else ""
    return "\n".join([*lines, f"✗ {location}{verification.problem.sentence}"])


def _chain_line(chain: ChainCheck) -> str:
    noun = "registro verificado" if chain.sealed == 1 else "registros verificados"
    return (
        f"✓ Entidad {chain.entity_id}: {chain.sealed} {noun}, {chain.pending} en verificación; "
        f"lotes: {chain.batches}; cabeza {chain.head}"
    )
