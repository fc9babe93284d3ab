"""Enqueues the peer's tasks: python -m bench.celery_enqueue, with JSON pairs of text and token on standard input."""

import json
import sys

from bench import celery_baseline


def enqueue(posts: list[tuple[str, str]]) -> None:
    """Enqueue one task for each pair of text and token, over one connection."""
    with celery_baseline.app.producer_pool.acquire(block=True) as producer:
        for post in posts:
            celery_baseline.post.apply_async(post, queue="posts", producer=producer)


if __name__ == "__main__":
    enqueue(json.load(sys.stdin))
