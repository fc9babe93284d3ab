"""The community rules with which an entity may begin: a proposal that its people change before it is in force."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pregonero.moderation.actions.community import WrittenRule
from pregonero.moderation.states import Criterion

PATH = Path(__file__).parent / "data" / "first_rules.toml"


@dataclass(frozen=True)
class FirstRules:
    """The proposed rules, and how they meet each criterion of T-475 of 2024."""

    introduction: str
    reason: str
    rules: tuple[WrittenRule, ...]
    notes: dict[Criterion, str]


@cache
def first_rules() -> FirstRules:
    """Return the proposed rules."""
    data = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return FirstRules(
        introduction=_unwrapped(data["introduction"]),
        reason=data["reason"],
        rules=tuple(WrittenRule(rule["category"], rule["title"], _unwrapped(rule["text"])) for rule in data["rules"]),
        notes={Criterion(name): note for name, note in data["notes"].items()},
    )


def _unwrapped(text: str) -> str:
    """Return a text with one line for each paragraph."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
