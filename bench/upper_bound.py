"""The upper bound: a plain asynchronous loop that posts and records nothing."""

import asyncio
import time

import aiohttp

CONNECTIONS = 64


async def post_all(url: str, posts: list[tuple[str, str]]) -> float:
    """Post every pair of text and token, and return the seconds that it took."""
    remaining = iter(posts)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, force_close=False)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post_some() -> None:
            for text, token in remaining:
                headers = {"Authorization": f"Bearer {token}"}
                async with session.post(url, json={"text": text}, headers=headers) as response:
                    await response.read()
                    response.raise_for_status()

        started = time.perf_counter()
        await asyncio.gather(*(post_some() for _ in range(CONNECTIONS)))
        return time.perf_counter() - started
