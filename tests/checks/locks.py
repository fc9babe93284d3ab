"""Every lock of a row is `select_for_update(no_key=True, of=("self",))`, with `skip_locked=True` where it is wanted.

Without `no_key`, the lock stops every transaction that inserts a row with a foreign key to the locked one. Without
`of`, it also locks what `select_related` joins. Either gives deadlocks between actions that share only an account.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = {"no_key": "True", "of": "('self',)"}


def check() -> list[str]:
    """Return each lock of the product that takes more than the row needs."""
    return [
        f"{path.relative_to(ROOT)}:{line} select_for_update(no_key=True, of=('self',)): sin eso hay interbloqueos"
        for path in sorted((ROOT / "pregonero").rglob("*.py"))
        for line in strong_locks(path.read_text(encoding="utf-8"))
    ]


def strong_locks(source: str) -> Iterator[int]:
    """Yield the line of each lock that is stronger than required."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "select_for_update"
        ):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if any(given.get(name) != value for name, value in REQUIRED.items()):
                yield node.lineno
