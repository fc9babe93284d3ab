"""Parsing in a child process: the parent's side.

A feed or a page of a few megabytes may be made so that parsing it takes minutes or gigabytes. The child has limits of
processor time and memory, and neither the settings nor the secrets of this process.
"""

import json
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed, TooLarge, Unreachable, Unreadable

ROOT = Path(__file__).resolve().parents[3]
CLOCK_SECONDS = 90  # a busy machine may take this long to give the child its seconds of processor
ERRORS: dict[str, type[Unreadable]] = {error.__name__: error for error in (Malformed, TooLarge, Unreadable)}

log = structlog.get_logger(__name__)


def parse_apart(parser: str, document: Document, *, name: str, options: Mapping[str, str] | None = None) -> Any:
    """Return what a parser makes of a document, as JSON data.

    `parser` is "page", or the module and class of a kind of source; `name` starts the Spanish error messages. Raises
    `Unreadable`: `TooLarge` if a limit of the child ended it.
    """
    job = pickle.dumps({"parser": parser, "document": document, "options": dict(options or {})})
    command = [sys.executable, "-m", "pregonero.newsroom.reading.parser_main"]
    try:
        child = subprocess.run(command, input=job, capture_output=True, cwd=ROOT, env={}, timeout=CLOCK_SECONDS)  # noqa: PLW1510
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{name} no alcanzó a leerse: el equipo está ocupado. Se intentará más tarde.") from error
    if child.returncode < 0 or not child.stdout:
        _report(parser, document, child)
    answer = json.loads(child.stdout or b"{}")
    if "parsed" in answer:
        return answer["parsed"]
    if "refused" in answer:
        error_name, message = answer["refused"]
        raise ERRORS.get(error_name, Unreadable)(message)
    if child.returncode > 0:
        raise Malformed(f"{name} está dañada y no se pudo leer. No se guardó nada de ella.")
    raise TooLarge(
        f"{name} pide demasiado tiempo o memoria para leerse: trae mucho más de lo que trae una página de noticias. "
        "No se guardó nada de ella."
    )


def _report(parser: str, document: Document, child: subprocess.CompletedProcess[bytes]) -> None:
    """Log that a child ended without an answer: at a limit, or by a fault of a parser, with its traceback."""
    is_fault = child.returncode > 0
    (log.error if is_fault else log.warning)(
        "parser.ended",
        parser=parser,
        address=document.address,
        returncode=child.returncode,
        errors=child.stderr.decode(errors="replace")[-4000:],
    )
