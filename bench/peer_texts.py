"""Puts the peer's tasks in its queue; the same bodies as ours."""

from bench import peer


def enqueue(count: int) -> None:
    """Enqueue as many posts, over one connection."""
    with peer.app.producer_pool.acquire(block=True) as producer:
        for number in range(count):
            text = f"Nota {number}: crecen las exportaciones. https://www.mincit.gov.co/n/{number}"
            peer.post.apply_async((text,), queue="posts", producer=producer)
