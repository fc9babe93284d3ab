"""The laboratory must be faster than what it judges: 1,500 posts a second of one core, with the ledger on."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.lab.process import Lab, Speaker

CONNECTIONS, EACH = 8, 250
TARGET = 1500


def core_seconds(process: int) -> float:
    """Time of processor used, which a busy machine does not change as it changes the clock on the wall."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def publish(lab: Lab, token: str, name: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", lab.port)
    for number in range(EACH):
        text = f"Noticia {name}-{number} https://www.mincit.gov.co/prensa/noticias/comercio/n-{name}-{number} #Exporta"
        body = json.dumps({"text": text}).encode()
        head = f"POST /x/2/tweets HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 201"), answer
        await reader.readexactly(int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
    writer.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is read from /proc")
def test_keeps_up_with_thousands_of_posts_a_second(lab: Lab) -> None:
    x = Speaker(lab, lab.new_account("x"))

    async def all_at_once() -> None:
        await asyncio.gather(*(publish(lab, x.account["token"], name) for name in range(CONNECTIONS)))

    before = core_seconds(lab.process.pid)
    asyncio.run(all_at_once())
    rate = CONNECTIONS * EACH / (core_seconds(lab.process.pid) - before)

    assert len(lab.posts(account=x.id)) == CONNECTIONS * EACH
    assert rate > TARGET, f"{rate:.0f} posts a second of one core"
