"""The controls of section 6 of the procedure and the measures that networks offer, as each entity receives them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

EVERY_NETWORK = ""
GMAIL = "gmail"
FILE = Path(__file__).with_name("catalog.toml")


@dataclass(frozen=True)
class CatalogControl:
    """A control as it is shipped; its fields are those of `Control` and `ControlVersion`."""

    code: str
    network: str
    topic: str
    title: str
    statement: str
    purpose: str
    kind: str
    cadence: str
    duty: str
    criterion: str
    evidence: str
    consequence: str
    screen: str
    origin: str


@dataclass(frozen=True)
class OfferedMeasure:
    """A measure that a network offers and the procedure does not name, and why it may matter."""

    code: str
    network: str
    title: str
    why: str


@dataclass(frozen=True)
class Catalog:
    """What is shipped, in the order in which pages list it."""

    controls: tuple[CatalogControl, ...]
    measures: tuple[OfferedMeasure, ...]


@cache
def shipped() -> Catalog:
    """Return the shipped controls and measures."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Catalog(
        controls=tuple(CatalogControl(**row) for row in data["controls"]),
        measures=tuple(OfferedMeasure(**row) for row in data["measures"]),
    )
