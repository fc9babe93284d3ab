"""The lab's error responses have every field of real ones, which are read from an external folder of data."""

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
LAB_ERRORS: dict[str, Callable[[], ApiError]] = {
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
VARIABLE_FIELDS = ("message", "fbtrace_id")  # they contain an instant or a trace id


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="PREGONERO_SHARED_DATA no apunta a los ejemplos de respuestas reales")
@pytest.mark.parametrize("example", LAB_ERRORS)
def test_error_response_equals_the_real_one(example: str) -> None:
    real = json.loads((EXAMPLES / f"{example}.json").read_text(encoding="utf-8"))
    ours = LAB_ERRORS[example]().response

    assert ours.status == real["status"]
    assert _differences(real["body"], ours.body) == []


def _differences(real: Any, ours: Any, at: str = "") -> list[str]:
    """Return the fields of a real response that the lab's lacks or has with another value."""
    if isinstance(real, dict):
        pairs = [(real[name], (ours or {}).get(name), f"{at}.{name}") for name in real]
        return [difference for pair in pairs for difference in _differences(*pair)]
    if isinstance(real, list):
        items = enumerate(zip(real, ours, strict=True))
        return [difference for index, pair in items for difference in _differences(*pair, f"{at}[{index}]")]
    is_variable = at.rpartition(".")[2] in VARIABLE_FIELDS
    return [] if (real == ours or (is_variable and ours)) else [f"{at}: {real!r}, but the lab has {ours!r}"]
