"""Logging configuration: one JSON object a line on standard error, for this code and for libraries.

Registered secrets are replaced in every line, because the message of a library's exception can contain a request
header.
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

# Without local variables, which contain passwords, tokens and what people wrote.
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))

SHORTEST = 8  # characters; a shorter text is no secret, and redacting it would make logs unreadable
SECRET_LIMIT = 2_000  # the latest ones: the access and refresh tokens of each account, and earlier ones
REPLACEMENT = "[secreto]"
_secrets: OrderedDict[str, None] = OrderedDict()
_lock = threading.Lock()


def register_secret(*secrets: str) -> None:
    """Redact these secrets, also in their URL-quoted form, in everything that this process logs from now on."""
    for secret in secrets:
        for form in {secret.strip(), quote(secret.strip(), safe="")}:
            if len(form) >= SHORTEST:
                _add(form)


def _add(secret: str) -> None:
    with _lock:
        _secrets[secret] = None
        _secrets.move_to_end(secret)
        if len(_secrets) > SECRET_LIMIT:
            _secrets.popitem(last=False)


def redact(text: str) -> str:
    """Return the text with every registered secret replaced."""
    with _lock:
        present = [secret for secret in _secrets if secret in text]
    for secret in sorted(present, key=len, reverse=True):  # longest first: one can contain another
        text = text.replace(secret, REPLACEMENT)
    return text


def _redact_line(_logger: object, _name: str, line: Any) -> str:
    """Redact the final line, after every other processor."""
    return redact(line)


def configuration() -> dict[str, Any]:
    """Configure structlog to log through the standard library, and return Django's LOGGING."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    TRACEBACKS,
                    structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                    _redact_line,
                ],
            }
        },
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["standard_error"], "level": "WARNING"},
        "loggers": {"pregonero": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
    }
