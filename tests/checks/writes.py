"""Writes to the database stand in actions, migrations and tests, and nowhere else (style 4.2)."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "update", "delete",
}  # fmt: skip
ONLY_OF_QUERYSETS = {"update", "delete", "create"}
"""Names that other things have too (a dict, a client): counted only on something that reads like a queryset."""

# A manager of the framework's contract, and the one place of the demonstration that has none.
# And what writes pictures to files, in a process that has no database.
ALLOWED = {"pregonero/people/models.py", "pregonero/media/sandbox/image.py"}


def check() -> list[str]:
    """Return each write that stands in the wrong room."""
    return [problem for path in _files() for problem in _writes(path)]


def _files() -> Iterator[Path]:
    for path in sorted((ROOT / "pregonero").rglob("*.py")):
        inside = path.relative_to(ROOT)
        if "migrations" in inside.parts or "actions" in inside.parts or path.name == "actions.py":
            continue
        if str(inside) not in ALLOWED:
            yield path


def _writes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_write(node.func):
            yield f"{path.relative_to(ROOT)}:{node.lineno} .{node.func.attr}(): va en una acción"


def _is_write(function: ast.Attribute) -> bool:
    if function.attr not in WRITES:
        return False
    return function.attr not in ONLY_OF_QUERYSETS or _is_queryset(function.value)


def _is_queryset(value: ast.expr) -> bool:
    """Return whether an expression goes through `.objects` or a queryset's own methods."""
    while True:
        if isinstance(value, ast.Call):
            value = value.func
        elif isinstance(value, ast.Attribute):
            if value.attr in {"objects", "filter", "exclude", "select_for_update"}:
                return True
            value = value.value
        else:
            return False
