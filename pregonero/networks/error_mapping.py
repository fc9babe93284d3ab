"""The meaning of failed calls for a delivery, by each network's own table of error codes.

Without an entry in the table: no connection and 429 are `Transient`; 401 is `Unauthorized`; the rest of 4xx is
`Permanent`; a lost response or a 5xx is `Unknown` in the call that publishes, and `Transient` in the others.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from pregonero.http_client import ConnectFailed, HttpClientError, ResponseLost
from pregonero.networks.base import NetworkError, Permanent, QuotaExhausted, Transient, Unauthorized, Unknown
from pregonero.networks.client import HttpError

log = structlog.get_logger(__name__)

SERVER_ERROR = 500
RETRY_SECONDS = 15.0  # when the network does not say how long to wait
FIRST_CLIENT_ERROR = 400


@dataclass(frozen=True)
class ErrorMeaning:
    """What an error code means; `wait` is in seconds, for responses that do not say how long to wait."""

    error: type[NetworkError]
    reason: str  # Spanish, a whole sentence, safe to show
    wait: float | None = None


@dataclass(frozen=True)
class ErrorTable:
    """A network's errors. `keys` returns the codes of an error, the most specific first; `wait`, seconds to wait."""

    label: str
    table: Mapping[str, ErrorMeaning]
    keys: Callable[[HttpError], tuple[str, ...]]
    wait: Callable[[HttpError], float | None]

    def meaning(self, refusal: HttpError) -> tuple[str, ErrorMeaning]:
        """Return the code that is in the table, or the status, and its meaning."""
        for key in (*self.keys(refusal), str(refusal.status)):
            if key in self.table:
                return key, self.table[key]
        return str(refusal.status), self._by_status(refusal.status)

    def _by_status(self, status: int) -> ErrorMeaning:
        known = {
            401: ErrorMeaning(Unauthorized, f"{self.label} ya no acepta la autorización de esta cuenta."),
            402: ErrorMeaning(QuotaExhausted, f"Se agotó el saldo para usar {self.label}.", 3600),
            408: ErrorMeaning(Unknown, f"{self.label} no terminó de recibir el envío.", RETRY_SECONDS),
            429: ErrorMeaning(Transient, f"{self.label} pide esperar: se alcanzó su límite de llamadas.", 60),
        }
        if status in known:
            return known[status]
        if status >= SERVER_ERROR or status < FIRST_CLIENT_ERROR:
            return ErrorMeaning(Unknown, f"{self.label} respondió con un error suyo ({status}).", RETRY_SECONDS)
        return ErrorMeaning(Permanent, f"{self.label} no aceptó el envío ({status}).")


@contextmanager
def mapped_errors(codes: ErrorTable, *, public: bool) -> Iterator[None]:
    """Raise the errors inside as `NetworkError`; `public` when the call inside publishes something."""
    try:
        yield
    except HttpClientError as error:
        raise network_error_for(codes, error, public=public) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # The network answered, and its SDK or we did not understand it: the outcome is not known.
        log.warning("network.unreadable", network=codes.label, error=type(error).__name__, public=public)
        meaning = Unknown if public else Transient
        raise meaning(f"{codes.label} respondió algo que no entendimos.", code="unreadable") from error


def network_error_for(codes: ErrorTable, error: HttpClientError, *, public: bool) -> NetworkError:
    """Return the meaning of a failed call for a delivery."""
    if isinstance(error, ConnectFailed):
        return Transient(f"No pudimos conectar con {codes.label}.", code="no_connection", retry_after=RETRY_SECONDS)
    if isinstance(error, HttpError):
        return _error_of_response(codes, error, public=public)
    if public or not isinstance(error, ResponseLost):
        return Unknown(f"No llegó la respuesta de {codes.label}: puede haberlo publicado.", code="lost")
    return Transient(f"Se cortó la conexión con {codes.label}.", code="lost", retry_after=RETRY_SECONDS)


def _error_of_response(codes: ErrorTable, refusal: HttpError, *, public: bool) -> NetworkError:
    code, meaning = codes.meaning(refusal)
    wait = codes.wait(refusal)
    after = meaning.wait if wait is None else wait
    if issubclass(meaning.error, Transient):
        return meaning.error(meaning.reason, code=code, retry_after=after)
    if meaning.error is Unknown and not public:
        return Transient(meaning.reason, code=code, retry_after=after)
    return meaning.error(meaning.reason, code=code)
