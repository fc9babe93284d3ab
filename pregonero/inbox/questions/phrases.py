"""The phrases that ship with the system: written for it, with what each asks for, and a part that no model learns from.

A phrase that asks two things has the question that needs more care: press, then petition, then PQRSD, then basic.
"""

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pregonero.inbox.states import Question

FILE = Path(__file__).parent.parent / "data" / "question_phrases.tsv"


@dataclass(frozen=True)
class Phrase:
    """A message and what it asks for. `author` tells who wrote it; each shipped phrase has an author of its own."""

    text: str
    question: Question
    author: str
    trait: str = ""  # what makes it hard


@cache
def shipped_phrases(part: str) -> tuple[Phrase, ...]:
    """Return the shipped phrases of a part, `training` or `held_out`."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(
        Phrase(row["text"], Question(row["question"]), f"shipped:{number}", row["trait"])
        for number, row in enumerate(rows)
        if row["set"] == part
    )


@cache
def digest_of_phrases() -> str:
    """Return the SHA-256 of the file of phrases."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
