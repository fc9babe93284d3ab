"""Contrast of the tokens, by WCAG 2.2: 4.5 for text, 3 for the edges of controls and for focus."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "pregonero/ui/static/ui/tokens.css").read_text(encoding="utf-8")
LIGHT, _, DARK = TOKENS.partition("@media (prefers-color-scheme: dark)")
GROUNDS = ("paper", "ground", "blue-tint")
STATES = ("ok", "wait", "bad", "hold")


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


SCHEMES = {"light": colours(LIGHT), "dark": colours(LIGHT) | colours(DARK)}
TEXT = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "blue", "marine") for ground in GROUNDS]
TEXT += [(state, f"{state}-tint") for state in STATES] + [("ink", f"{state}-tint") for state in STATES]
TEXT += [("blue", f"{state}-tint") for state in STATES] + [(state, "paper") for state in STATES]
TEXT += [("act-ink", "act"), ("act-ink", "act-over"), ("bad", "ground"), ("ok", "ground")]
EDGES = [("edge", ground) for ground in GROUNDS] + [("focus", "focus-ring"), ("blue", "paper"), ("act", "ground")]


def test_contrast_matches_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_has_enough_contrast(scheme: str) -> None:
    of = SCHEMES[scheme]
    assert {
        pair: round(contrast(of[pair[0]], of[pair[1]]), 2) for pair in TEXT if contrast(of[pair[0]], of[pair[1]]) < 4.5
    } == {}


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_edges_and_focus_have_enough_contrast(scheme: str) -> None:
    of = SCHEMES[scheme]
    assert {
        pair: round(contrast(of[pair[0]], of[pair[1]]), 2) for pair in EDGES if contrast(of[pair[0]], of[pair[1]]) < 3
    } == {}
