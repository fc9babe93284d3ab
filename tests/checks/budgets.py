"""The maximum lines of a file, a function, a view and a template."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE, FUNCTION, VIEW, TEMPLATE, TEST_FILE = 400, 40, 25, 150, 500
TEMPLATE_LINE = 160


def check() -> list[str]:
    """Return every file and function over its limit."""
    return [*_python(), *_templates(), *_tests()]


def _python() -> Iterator[str]:
    for folder in ("pregonero", "lab"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _file(path, FILE)
                yield from _functions(path)


def _file(path: Path, most: int) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").count("\n")
    if lines > most:
        yield f"{path.relative_to(ROOT)}: {lines} líneas, y el máximo es {most}"


def _functions(path: Path) -> Iterator[str]:
    most = VIEW if path.name == "views.py" or "views" in path.parts else FUNCTION
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > most:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} líneas, y el máximo es {most}"


def _templates() -> Iterator[str]:
    for path in sorted(
        path for folder in ("pregonero", "lab") for path in (ROOT / folder).rglob("templates/**/*.html")
    ):
        yield from _file(path, TEMPLATE)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if len(line) > TEMPLATE_LINE:
                yield f"{path.relative_to(ROOT)}:{number}: {len(line)} caracteres, y el máximo es {TEMPLATE_LINE}"


def _tests() -> Iterator[str]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        yield from _file(path, TEST_FILE)
