"""Two database locks that make a pause effective at once: claims share one, and a pause takes it exclusively.

When the transaction of a pause ends, every claim before it is visible, and no later claim includes what is paused.
Both locks end with their transaction.
"""

from django.db import connection

KEY = "pregonero.gate"


def enter_send_section() -> None:
    """Wait until no pause is being made. Call it first in the transaction of a claim."""
    _lock("pg_advisory_xact_lock_shared")


def block_sends() -> None:
    """Wait until no claim is being made. Call it first in the transaction of a pause."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [KEY])
