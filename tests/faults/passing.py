"""Where a worker passes: before and after each durable transaction, and before, during and after each network call.

Whoever wants to know says so with `on_passing`; until then nothing happens. Only the tests' own workers are watched.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

Listener = Callable[[str, set[str]], None]
ANYBODY: set[str] = set()
"""An act that concerns whatever it finds, and not one delivery."""

ACTS = "pregonero.outbox.actions"
"""Whose transactions are watched: those of deliveries. What else a worker does has tests of its own."""

_listeners: list[Listener] = []


class _Now(threading.local):
    """What this thread is doing at a network: for whom, by which verb, and which call of it."""

    account = ""
    event_type = ""
    calls = 0
    sending = ""


NOW = _Now()


def on_passing(listener: Listener) -> None:
    """Have somebody told of each boundary, and of whom it concerns, from the thread that stands there."""
    _listeners.append(listener)


def _pass(boundary: str, whom: set[str]) -> None:
    for listener in _listeners:
        listener(boundary, whom)


def watch_transactions() -> None:
    """Wrap every act on deliveries that is decorated as one durable transaction from now on."""
    from django.db.transaction import Atomic

    plain = Atomic.__call__

    def watched(self: Any, function: Callable[..., Any]) -> Callable[..., Any]:
        inner = plain(self, function)
        if not self.durable or not function.__module__.startswith(ACTS):
            return inner

        def call(*args: Any, **kwargs: Any) -> Any:
            whom = _whom(kwargs)
            _pass(f"{function.__name__} · antes", whom)
            result = inner(*args, **kwargs)
            _pass(f"{function.__name__} · después", whom | _accounts_of([result]))
            return result

        call.__name__, call.__doc__, call.__module__ = function.__name__, function.__doc__, function.__module__
        return call

    Atomic.__call__ = watched


def watch_connectors(connectors: Iterable[Any]) -> None:
    """Know, during each verb of a connector, whose it is."""
    for connector in connectors:
        for event_type in ("prepare", "commit", "resolve", "discard"):
            setattr(type(connector), event_type, _known(event_type, getattr(type(connector), event_type)))


def _known(event_type: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, access: Any, *args: Any, **kwargs: Any) -> Any:
        before = NOW.event_type, NOW.account, NOW.calls
        NOW.event_type, NOW.account, NOW.calls = event_type, access.remote_id, 0
        try:
            return inner(self, access, *args, **kwargs)
        finally:
            NOW.event_type, NOW.account, NOW.calls = before

    return call


def watch_calls() -> None:
    """Wrap each exchange with a network: before a byte leaves, when all have left, and when the answer is here."""
    from pregonero import deadlines
    from pregonero.networks import client

    exchange, read = client.NetworkClient._exchange, deadlines._Reader.readinto

    def watched(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if not NOW.event_type:
            return exchange(self, method, url, *args, **kwargs)
        name = _name_of_call(url)
        _pass(f"{name} · antes", {NOW.account})
        NOW.sending = name
        try:
            answer = exchange(self, method, url, *args, **kwargs)
        finally:
            NOW.sending = ""
        _pass(f"{name} · después", {NOW.account})
        return answer

    def reading(self: Any, buffer: Any) -> Any:
        name, NOW.sending = NOW.sending, ""
        if name:
            _pass(f"{name} · enviada", {NOW.account})
        return read(self, buffer)

    client.NetworkClient._exchange = watched
    deadlines._Reader.readinto = reading


def _name_of_call(url: str) -> str:
    """Return a call's name: its number in the verb, but for the opening of a session, which only some workers need."""
    if url.endswith("createSession"):
        return f"{NOW.event_type} sesión"
    NOW.calls += 1
    return f"{NOW.event_type} {NOW.calls}"


def _whom(arguments: dict[str, Any]) -> set[str]:
    """Return the network's own ids of the accounts that an act concerns, from what it was called with."""
    from pregonero.networks.models import Account
    from pregonero.outbox.models import Delivery

    found = _accounts_of(arguments.values())
    assert found or not arguments.keys() & {"job", "results"}, "a job names its account"
    if "delivery_id" in arguments:
        asked = Delivery.objects.filter(pk=arguments["delivery_id"])
        found.update(asked.values_list("account__remote_id", flat=True))
    elif "account_id" in arguments:
        found.update(Account.objects.filter(pk=arguments["account_id"]).values_list("remote_id", flat=True))
    return found


def _accounts_of(values: Iterable[Any]) -> set[str]:
    """Return the network's own ids of the accounts of the jobs and results among some values."""
    from pregonero.outbox.send_job import SendJob, SendResult

    found: set[str] = set()
    for each in values:
        for item in each if isinstance(each, list | tuple) else (each,):
            job = item.job if isinstance(item, SendResult) else item
            if isinstance(job, SendJob):
                found.add(job.credentials.remote_id)
    return found
