"""Parsing in a child process: the parent's side.

A feed or a page of a few megabytes may be made so that parsing it takes minutes or gigabytes. The child has limits of
processor time and memory, and neither the settings nor the secrets of this process. One child may parse many documents,
each within its own limit of time.
"""

import json
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed, TooLarge, Unreachable, Unreadable

ROOT = Path(__file__).resolve().parents[3]
CLOCK_SECONDS = 90  # a busy machine may take this long to give the child its seconds of processor
MORE_SECONDS = 1  # for each further document
ERRORS: dict[str, type[Unreadable]] = {error.__name__: error for error in (Malformed, TooLarge, Unreadable)}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ParserJob:
    """A document to parse. `parser` is "page", or the module and class of a kind of source.

    `name` starts the Spanish error messages.
    """

    parser: str
    document: Document
    name: str
    options: Mapping[str, str] = field(default_factory=dict)


def parse_apart(parser: str, document: Document, *, name: str, options: Mapping[str, str] | None = None) -> Any:
    """Return what a parser makes of a document, as JSON data.

    Raises `Unreadable`: `TooLarge` if a limit of the child ended it.
    """
    (parsed,) = parse_many([ParserJob(parser, document, name, dict(options or {}))])
    if isinstance(parsed, Unreadable):
        raise parsed
    return parsed


def parse_many(jobs: Sequence[ParserJob]) -> list[Any]:
    """Return what the parsers make of each document, as JSON data, or the `Unreadable` that says why not.

    A document that ends the child does not spoil the others: another child parses those after it.
    """
    answers: list[Any] = []
    while len(answers) < len(jobs):
        left = jobs[len(answers) :]
        output, ended = _run(left)
        answers += [_answer(line) for line in output.splitlines(keepends=True) if line.endswith(b"\n")]
        if len(answers) < len(jobs):
            answers.append(_why(jobs[len(answers)], ended))
    return answers


def _run(jobs: Sequence[ParserJob]) -> tuple[bytes, subprocess.CompletedProcess[bytes] | None]:
    """Return what a child wrote, and how it ended: None if the machine gave it no time."""
    job = pickle.dumps([{"parser": one.parser, "document": one.document, "options": dict(one.options)} for one in jobs])
    command = [sys.executable, "-m", "pregonero.newsroom.reading.parser_main"]
    seconds = CLOCK_SECONDS + MORE_SECONDS * (len(jobs) - 1)
    try:
        child = subprocess.run(command, input=job, capture_output=True, cwd=ROOT, env={}, timeout=seconds)  # noqa: PLW1510
    except subprocess.TimeoutExpired as error:
        return error.stdout or b"", None
    return child.stdout, child


def _answer(line: bytes) -> Any:
    answer = json.loads(line)
    if "parsed" in answer:
        return answer["parsed"]
    error_name, message = answer["refused"]
    return ERRORS.get(error_name, Unreadable)(message)


def _why(job: ParserJob, child: subprocess.CompletedProcess[bytes] | None) -> Unreadable:
    """Return why a child ended without an answer, and log it: at a limit, or by a fault of a parser."""
    if child is None:
        return Unreachable(f"{job.name} no alcanzó a leerse: el equipo está ocupado. Se intentará más tarde.")
    is_fault = child.returncode > 0
    (log.error if is_fault else log.warning)(
        "parser.ended",
        parser=job.parser,
        address=job.document.address,
        returncode=child.returncode,
        errors=child.stderr.decode(errors="replace")[-4000:],
    )
    if is_fault:
        return Malformed(f"{job.name} está dañada y no se pudo leer. No se guardó nada de ella.")
    return TooLarge(
        f"{job.name} pide demasiado tiempo o memoria para leerse: trae mucho más de lo que trae una página de "
        "noticias. No se guardó nada de ella."
    )
