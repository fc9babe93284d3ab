"""The child process that parses one feed, listing or page of outside.

It reads one job (pickled by the parent, which it trusts) from its input and writes one JSON object: {"parsed": …} or
{"refused": [class, message]}. The kernel limits its processor time and memory; at a limit it ends without an answer.
"""

import json
import pickle
import resource
import sys
from dataclasses import asdict, is_dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from pregonero.newsroom.reading.errors import Unreadable

PROCESSOR_SECONDS = 9
DATA_BYTES = 250 * 1024**2  # its code and libraries, about 40 MB, are apart


def main() -> int:
    """Parse the document of the job and write the result, or why it is refused."""
    job = pickle.load(sys.stdin.buffer)  # noqa: S301  the parent wrote it
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = {"parsed": _parse(job)}
    except Unreadable as refusal:
        answer = {"refused": [type(refusal).__name__, refusal.message]}
    except MemoryError:
        return 0
    sys.stdout.write(json.dumps(answer, default=_as_json))
    return 0


def _parse(job: dict[str, Any]) -> Any:
    # The parsers are imported here, after the limits are set.
    if job["parser"] == "page":
        from pregonero.newsroom.reading.page_parser import parse_page  # noqa: PLC0415

        return parse_page(job["document"])
    module, _, name = job["parser"].rpartition(".")
    return getattr(import_module(module), name)().parse(job["document"], job["options"])


def _as_json(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"a parser returned a {type(value).__name__}")


if __name__ == "__main__":
    sys.exit(main())
