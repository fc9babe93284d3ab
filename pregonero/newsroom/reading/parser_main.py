"""The child process that parses feeds, listings and pages of outside.

It reads a list of jobs (pickled by the parent, which it trusts) from its input and writes one JSON object a line for
each, in order: {"parsed": …} or {"refused": [class, message]}. The kernel limits its memory, and its processor time for
each document; at a limit it ends without the answer of that document.
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

PROCESSOR_SECONDS = 9  # for one document
DATA_BYTES = 250 * 1024**2  # its code and libraries, about 40 MB, are apart


def main() -> int:
    """Parse the document of each job and write the result, or why it is refused."""
    jobs = pickle.load(sys.stdin.buffer)  # noqa: S301  the parent wrote it
    resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for job in jobs:
        _allow_more_seconds()
        try:
            answer = {"parsed": _parse(job)}
        except Unreadable as refusal:
            answer = {"refused": [type(refusal).__name__, refusal.message]}
        except MemoryError:
            return 0
        sys.stdout.write(json.dumps(answer, default=_as_json) + "\n")
        sys.stdout.flush()
    return 0


def _allow_more_seconds() -> None:
    """Limit the processor time of the next document; the kernel counts that of the whole process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + PROCESSOR_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))


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
