"""The gate before every commit call: those who claim pass it together; who pauses waits for them and then shuts it.

So that a pause is effective at once: when its act has ended, whatever is in the air is written down, and nothing
more goes out. Both are locks of the database, let go with the transaction of their act.
"""

from django.db import connection

KEY = "pregonero.gate"


def enter_send_section() -> None:
    """Wait for a pause that is being made; first of all in the transaction of a claim."""
    _lock("pg_advisory_xact_lock_shared")


def block_sends() -> None:
    """Wait for the claims that are being made; first of all in the transaction of a pause."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [KEY])
