"""python -m tests.attack.faulty_processes web|worker: the real processes, where every call of one account fails.

The bug stands for the worst of an SDK: an unexpected exception whose message contains the token.
"""

import sys
from typing import Any

from pregonero import stack

BROKEN = "rota"  # the handle of the account


def set_up() -> None:
    """Set Django up as in production, and make every call of one account fail."""
    stack.set_up()
    from django.conf import settings

    from pregonero.networks.client import NetworkClient

    settings.DEBUG = False  # the tests' environment has it on, for the static files
    exchange = NetworkClient._exchange

    def broken(line: NetworkClient, method: str, url: str, body: Any, headers: dict[str, str]) -> Any:
        if line.credentials.handle == BROKEN:
            raise RuntimeError(f"Invalid header value {headers!r} in {method} {url}")
        return exchange(line, method, url, body, headers)

    NetworkClient._exchange = broken  # type: ignore[method-assign]


def application() -> Any:
    """Return the web application."""
    set_up()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def main(part: str, *arguments: str) -> None:
    """Run the web or the worker."""
    if part == "worker":
        set_up()
        from pregonero.worker import work

        work()
        return
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "tests.attack.faulty_processes:application",
        factory=True,
        address="127.0.0.1",
        port=int(arguments[0]),
        interface=Interfaces.WSGI,
        blocking_threads=stack.WEB_THREADS,
        log_enabled=True,
        log_access=True,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
