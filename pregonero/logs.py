"""Logs: events as JSON, a line each, from our code and from the libraries alike; to standard error.

Whatever this process has held as a secret is blotted out of what it writes, wherever it comes from: the words of an
exception are not ours, and may hold the header that a library could not send.
"""

import threading
from collections import OrderedDict
from typing import Any
from urllib.parse import quote

import structlog

SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

# Never the values of local variables: among them are passwords, tokens and what people wrote.
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))

SHORTEST = 8  # characters: less is no secret of a network's, and would blot out words
MOST = 2_000  # the newest of them: of each account a token, the one that renews it, and those before
BLOT = "[secreto]"
_held: OrderedDict[str, None] = OrderedDict()
_holding = threading.Lock()


def register_secret(*secrets: str) -> None:
    """Have these blotted out of everything that this process writes from now on."""
    for secret in secrets:
        for dress in {secret.strip(), quote(secret.strip(), safe="")}:
            if len(dress) >= SHORTEST:
                _hold(dress)


def _hold(secret: str) -> None:
    with _holding:
        _held[secret] = None
        _held.move_to_end(secret)
        if len(_held) > MOST:
            _held.popitem(last=False)


def redact(text: str) -> str:
    """Return a text without the secrets that this process has held."""
    with _holding:
        present = [secret for secret in _held if secret in text]
    for secret in sorted(present, key=len, reverse=True):  # one may be a part of another
        text = text.replace(secret, BLOT)
    return text


def _blot_line(_logger: object, _name: str, line: Any) -> str:
    """Do it last of all, to the line as it will be written."""
    return redact(line)


def configuration() -> dict[str, Any]:
    """Return Django's LOGGING, and configure structlog to go the same way."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": structlog.stdlib.ProcessorFormatter, "foreign_pre_chain": SHARED, "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            TRACEBACKS,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            _blot_line,
        ]}},
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["standard_error"], "level": "WARNING"},
        "loggers": {"pregonero": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
    }  # fmt: skip
