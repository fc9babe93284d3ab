"""The peer: Celery 5 with Redis, which posts at least once. One task for each post, acknowledged after it ran.

It runs in an environment of its own (.venv-bench) and imports nothing of the product.
"""

import os
import threading

import requests
from celery import Celery

app = Celery("peer", broker=os.environ.get("BENCH_REDIS", ""))
app.conf.update(
    task_acks_late=True, worker_prefetch_multiplier=16, task_ignore_result=True, worker_hijack_root_logger=False
)
_local = threading.local()


@app.task(name="post", autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=5)
def post(text: str, token: str) -> None:
    """Post one text with an account's token; a failed call is repeated, so a text may be posted twice."""
    session = getattr(_local, "session", None)
    if session is None:
        session = _local.session = requests.Session()
    headers = {"Authorization": f"Bearer {token}"}
    session.post(os.environ["BENCH_URL"], json={"text": text}, headers=headers, timeout=20).raise_for_status()
