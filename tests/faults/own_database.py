"""python -m tests.faults.own_database: a separate PostgreSQL in `PREGONERO_DATA` that stops and starts on request."""

import sys

from pregonero import embedded_postgres


def main() -> None:
    """Start the server; then run each "stop" or "start" line of the input and print "done" when it is finished."""
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
