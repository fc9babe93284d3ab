"""The peers of `bench.moderation`: reads terms and texts as JSON on standard input, prints the rows as JSON.

It runs in an environment of its own (.venv-bench) and imports nothing of the product.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

MISSING = "sin medir: {} no está instalado; ejecuta «bin/setup-bench»"


def main() -> None:
    """Measure each peer that is installed."""
    question = json.load(sys.stdin)
    rows = [
        _row("Hyperscan: solo buscar", "hyperscan", lambda: _hyperscan_rate(question["patterns"], question["folded"])),
        _row("better-profanity", "better-profanity", lambda: _profanity_rate(question["terms"], question["comments"])),
    ]
    json.dump(rows, sys.stdout)


def _row(program: str, package: str, rate: Callable[[], float]) -> dict[str, Any]:
    try:
        return {"program": program, "per_second": rate(), "why_not": ""}
    except ImportError:
        return {"program": program, "per_second": None, "why_not": MISSING.format(package)}


def _hyperscan_rate(patterns: Sequence[str], folded: Sequence[str]) -> float:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern.encode() for pattern in patterns],
        ids=list(range(len(patterns))),
        elements=len(patterns),
        flags=[0] * len(patterns),
    )
    found: set[int] = set()

    def note(which: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        found.add(which)

    return _rate(lambda text: database.scan(text, match_event_handler=note), [text.encode() for text in folded])


def _profanity_rate(terms: Sequence[str], comments: Sequence[str]) -> float:
    from better_profanity import profanity

    profanity.load_censor_words(list(terms))
    return _rate(profanity.contains_profanity, comments)


def _rate(search: Callable[[Any], object], texts: Sequence[Any]) -> float:
    started = time.process_time()
    for text in texts:
        search(text)
    return len(texts) / (time.process_time() - started)


if __name__ == "__main__":
    main()
