"""The starting list of sources for Colombia's trade, industry and tourism: data to be confirmed by who installs."""

import tomllib
from functools import cache
from pathlib import Path

from pregonero.monitoring.actions.watch import Watched
from pregonero.monitoring.models import WatchedRole

FILE = Path(__file__).with_name("data") / "colombia.toml"


@cache
def starting_list() -> tuple[Watched, ...]:
    """Return the sources of the starting list, none of them confirmed."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["source"]
    return tuple(
        Watched(row["kind"], WatchedRole(row["role"]), row["name"], row["address"], row.get("options", {}), False)
        for row in rows
    )
