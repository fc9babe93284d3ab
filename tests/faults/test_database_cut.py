"""The way to the database is cut while calls are in the air: what only the worker knows is kept once it is mended."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pregonero.people.models import Member
from tests.faults.crowd import all_final, counted, due_at_once
from tests.faults.test_crowds import ENOUGH, shown, stop
from tests.lab.process import Lab, until
from tests.stage import Workers

pytestmark = pytest.mark.procedure("P-6")


class Wire:
    """A way to the database that can be cut: what goes through is neither read nor changed."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
        self._place: tuple[str, int] | Path = (
            Path(host) / ".s.PGSQL.5432" if host.startswith("/") else (host, parts.port or 5432)
        )
        self._loop, self._whole = asyncio.new_event_loop(), True
        self._open: set[asyncio.StreamWriter] = set()
        self.broken = 0
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self._port = self._server.sockets[0].getsockname()[1]
        self._name, self._user = parts.path, f"{parts.username or 'postgres'}:{parts.password or ''}".rstrip(":")
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"postgresql://{self._user}@127.0.0.1:{self._port}{self._name}"

    def cut(self) -> None:
        """Break every connection, and take no more."""
        self._whole = False
        self._loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)

    def _break(self) -> None:
        for each in self._open:
            each.transport.abort()
            self.broken += 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        inside = (
            await asyncio.open_unix_connection(self._place)
            if isinstance(self._place, Path)
            else await asyncio.open_connection(*self._place)
        )
        pair = {writer, inside[1]}
        self._open |= pair
        if not self._whole:  # cut while this one was being opened
            self._break()
        with contextlib.suppress(OSError):
            await asyncio.wait(
                [asyncio.create_task(_pass(reader, inside[1])), asyncio.create_task(_pass(inside[0], writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
        for each in pair:
            each.transport.abort()
        self._open -= pair


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


@pytest.fixture
def wire(workers: Workers) -> Iterator[Wire]:
    made = Wire(workers.url)
    yield made
    made.close()


@pytest.mark.slow
def test_a_cut_way_to_the_database_changes_nothing(
    wire: Wire, lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    deliveries = due_at_once(lab, people, 10, ("x", "facebook"))
    lab.fault(kind="hold_after", network="x", endpoint="commit")
    direct = workers.url
    workers.environment["DATABASE_URL"] = wire.url
    worker = workers.start()
    try:
        until(lambda: held(lab) > 0, timeout=ENOUGH)
        wire.cut()
        lab.client.delete("/faults")  # the answers come, and there is nowhere to keep them
        until(lambda: held(lab) == 0, timeout=ENOUGH)
        assert wire.broken
        assert counted(direct)["PUBLISHED"] <= deliveries // 2
        wire.mend()
        until(lambda: all_final(direct, deliveries), timeout=ENOUGH)
        assert worker.poll() is None
    finally:
        stop([worker])
    assert shown(lab, workers, deliveries).states == {"PUBLISHED": deliveries}


def held(lab: Lab) -> int:
    return int(lab.client.get("/faults").json()["held"])
