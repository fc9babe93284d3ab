"""Puts the peer's tasks in its queue; the same bodies as ours."""

from bench import celery_baseline


def enqueue(count: int) -> None:
    """Enqueue as many posts, over one connection."""
    with celery_baseline.app.producer_pool.acquire(block=True) as producer:
        for number in range(count):
            text = f"Nota {number}: crecen las exportaciones. https://www.mincit.gov.co/n/{number}"
            celery_baseline.post.apply_async((text,), queue="posts", producer=producer)
