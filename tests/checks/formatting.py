"""`# fmt: skip` and `# fmt: off` stand only on tables of data: ruff lays out everything else."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARK = re.compile(r"#\s*fmt:\s*(skip|off)\s*$")
ALLOWED_ELSEWHERE = 0
"""How many marks outside tables are still accepted. It only goes down, to 0."""


def check() -> list[str]:
    """Return the marks outside tables, when there are more than are accepted."""
    names = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    misplaced = [problem for name in names.split() for problem in _misplaced(ROOT / name)]
    return misplaced if len(misplaced) > ALLOWED_ELSEWHERE else []


def _misplaced(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    marked = [number for number, line in enumerate(source.splitlines(), start=1) if MARK.search(line)]
    tables = [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in _tables(source)] if marked else []
    for number in marked:
        if not any(number in lines for lines in tables):
            yield f"{path.relative_to(ROOT)}:{number}: «fmt: skip» fuera de una tabla de datos"


def _tables(source: str) -> Iterator[ast.expr]:
    """Yield the literals assigned at module level, and the arguments of `pytest.mark.parametrize`."""
    tree = ast.parse(source)
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value and _is_literal(statement.value):
            yield statement.value
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from (
                item for item in node.decorator_list if ast.unparse(item).startswith("pytest.mark.parametrize(")
            )


def _is_literal(value: ast.expr) -> bool:
    """Return whether an expression is a literal collection, maybe inside one call such as `frozenset({…})`."""
    if isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords:
        value = value.args[0]
    return isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set)
