"""python -m tests.faults.own_database: a PostgreSQL of its own in `PREGONERO_DATA`, told by lines to stop and start."""

import sys

from pregonero import embedded_postgres


def main() -> None:
    """Start; then obey "stop" and "start" until the input ends, answering each when it is done."""
    server = embedded_postgres.start()
    print(embedded_postgres.database_url(), flush=True)
    for line in sys.stdin:
        if line.strip() == "stop":
            embedded_postgres.stop(server)
        elif line.strip() == "start" or server.poll() is not None:  # "revive": only what has ended by itself
            server = embedded_postgres.start()
        print("done", flush=True)
    embedded_postgres.stop(server)


if __name__ == "__main__":
    main()
