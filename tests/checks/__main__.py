"""`python -m tests.checks [--fast]` runs every check, also after one fails, and exits with 1 if any failed."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.checks import budgets, formatting, hosts, imports, locks, tables, traceability, translations, writes

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def tool(*command: str) -> Callable[[], list[str]]:
    """Return a check that runs a tool of the environment and returns its output if it fails."""

    def run() -> list[str]:
        done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()

    return run


def migrations() -> list[str]:
    """Return the model changes that no migration has."""
    with tempfile.TemporaryDirectory(prefix="pregonero-check-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        environment = {**os.environ, "PREGONERO_DATA": folder}
        command = [sys.executable, "-m", "tests.checks.migrations"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()


FAST: dict[str, Callable[[], list[str]]] = {
    "escrituras solo en actions": writes.check,
    "bloqueos de filas": locks.check,
    "presupuestos de tamaño": budgets.check,
    "formato solo a mano en tablas": formatting.check,
    "círculos de importación": imports.check,
    "nombres de equipos y registros": hosts.check,
    "trazabilidad": traceability.check,
    "tablas de la documentación": tables.check,
    "traducciones compiladas": translations.check,
}
ALL: dict[str, Callable[[], list[str]]] = {
    "ruff": tool("ruff", "check", "--output-format", "concise", "."),
    "formato": tool("ruff", "format", "--check", "."),
    "contratos entre apps": tool("lint-imports"),
    "migraciones": migrations,
    **FAST,
    "tipos": tool("mypy"),
}


def main() -> int:
    """Run the checks and print the result of each."""
    failed = 0
    for name, check in (FAST if "--fast" in sys.argv else ALL).items():
        started = time.monotonic()
        problems = check()
        failed += bool(problems)
        print(f"{'FALLA' if problems else 'bien '}  {name} ({time.monotonic() - started:.1f} s)")
        for problem in problems[:60]:
            print(f"       {problem}")
    print(f"{failed} revisiones fallaron." if failed else "Todo en orden.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
