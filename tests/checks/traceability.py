"""Generates docs/trazabilidad.md: each requirement with its source, its page and the tests that prove it.

The input is docs/requisitos.toml and the `procedure` markers in the source of the tests.
"""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "trazabilidad.md"
HEAD = """# Trazabilidad

Qué pide el procedimiento (o la ley, o la red, o una decisión nuestra), dónde se ve y qué pruebas lo demuestran. Sale de
`docs/requisitos.toml` y de las marcas de las pruebas: se rehace con `make fix` y `make check` avisa si no está al día.
«Pendiente» es eso: todavía no está construido.

| Requisito | Pide | Qué pide | Pantalla | Pruebas |
|---|---|---|---|---|
"""


def check() -> list[str]:
    """Return a problem if the page is outdated, and one for each marker with an unknown requirement."""
    unknown = [f"{where}: no existe el requisito {name}" for name, where in _unknown()]
    behind = [] if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page() else ["falta rehacerla: make fix"]
    return unknown + behind


def page() -> str:
    """Return the contents of the page."""
    tests = _tests_by_requirement()
    rows = [_row(name, fields, tests.get(name, {})) for name, fields in _requirements().items()]
    return HEAD + "".join(rows)


def _row(name: str, fields: dict[str, str], tests: dict[str, int]) -> str:
    proofs = "<br>".join(f"`{path}` ({count})" for path, count in sorted(tests.items())) or "pendiente"
    screen = f"`{fields['pantalla']}`" if "pantalla" in fields else ""
    return f"| {name} | {fields['origen']} | {fields['pide']} | {screen} | {proofs} |\n"


def _requirements() -> dict[str, dict[str, str]]:
    return tomllib.loads((ROOT / "docs" / "requisitos.toml").read_text(encoding="utf-8"))


def _tests_by_requirement() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for path, names, count in _markers():
        for name in names:
            found[name][path] += count
    return found


def _unknown() -> list[tuple[str, str]]:
    known = set(_requirements())
    return [(name, path) for path, names, _ in _markers() for name in names if name not in known]


def _markers() -> Iterator[tuple[str, list[str], int]]:
    """Yield each marker: its file, its requirements, and the number of tests that it marks."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
        where = str(path.relative_to(ROOT))
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "pytestmark":
                yield from ((where, names, len(tests)) for names in _named(statement.value))
        for test in tests:
            for decorator in test.decorator_list:
                yield from ((where, names, 1) for names in _named(decorator))


def _named(node: ast.AST) -> Iterator[list[str]]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.procedure":
            yield [argument.value for argument in call.args if isinstance(argument, ast.Constant)]  # type: ignore[misc]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit(bool(check()))
