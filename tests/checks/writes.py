"""Only actions, migrations and tests write to the database."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "update", "delete"}
ONLY_OF_QUERYSETS = {"update", "delete", "create"}
"""Methods that other objects have too, such as dict; they count only on an expression that looks like a queryset."""

# A manager that Django's authentication requires, and code that writes images to files in a process without a database.
ALLOWED = {
    "pregonero/people/models.py",
    "pregonero/media/sandbox/arms.py",
    "pregonero/media/sandbox/image.py",
    "pregonero/media/sandbox/thumbnails.py",
}


def check() -> list[str]:
    """Return each write that is outside an action."""
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
    """Return whether an expression uses `.objects` or a method of querysets."""
    while True:
        if isinstance(value, ast.Call):
            value = value.func
        elif isinstance(value, ast.Attribute):
            if value.attr in {"objects", "filter", "exclude", "select_for_update"}:
                return True
            value = value.value
        else:
            return False
