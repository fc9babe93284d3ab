"""The laboratory refuses in the networks' own words: real answers, read from a folder of data and not kept here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lab.graph import errors as graph
from lab.messages import ApiError
from lab.x import errors as x
from lab.youtube import errors as youtube
from tests.networks.subjects import SHARED

EXAMPLES = SHARED / "api_examples" / "errores"
SAME: dict[str, Callable[[], ApiError]] = {
    "x-401": x.unauthorized,
    "x-403-duplicado": x.duplicate,
    "x-429-limite": lambda: x.STATUS_ERRORS[429],
    "graph-190-463-sesion-vencida": graph.token_expired,
    "instagram-36004-2207010-texto-largo": lambda: graph.error(
        400, 36004, "The caption was too long.", subcode=2207010
    ),
    "instagram-9007-2207027-medio-no-listo": lambda: graph.error(
        400, 9007, "Media ID is not available", subcode=2207027
    ),
    "youtube-403-quotaExceeded": youtube.quota_exceeded,
}
TOLD_DIFFERENTLY = ("message", "fbtrace_id")  # an instant and a trace are each answer's own


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="PREGONERO_SHARED_DATA no apunta a los ejemplos de respuestas reales")
@pytest.mark.parametrize("example", SAME)
def test_a_refusal_is_worded_as_the_real_one(example: str) -> None:
    real = json.loads((EXAMPLES / f"{example}.json").read_text(encoding="utf-8"))
    ours = SAME[example]().response

    assert ours.status == real["status"]
    assert _lacking(real["body"], ours.body) == []


def _lacking(real: Any, ours: Any, at: str = "") -> list[str]:
    """Return what a real answer says and ours does not, or says otherwise."""
    if isinstance(real, dict):
        return [
            each for name in real for each in _lacking(real[name], (ours or {}).get(name), f"{at}.{name}")
        ]  # fmt: skip
    if isinstance(real, list):
        return [
            each for at_, pair in enumerate(zip(real, ours, strict=True)) for each in _lacking(*pair, f"{at}[{at_}]")
        ]
    own = at.rpartition(".")[2] in TOLD_DIFFERENTLY
    return [] if (real == ours or (own and ours)) else [f"{at}: {real!r}, and ours {ours!r}"]
