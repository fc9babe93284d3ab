"""Contrast of the tokens, by WCAG 2.2: 4.5 for text, 3 for the edges of controls and for focus."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOKENS = (ROOT / "pregonero/ui/static/ui/tokens.css").read_text(encoding="utf-8")
LIGHT, _, DARK = TOKENS.partition("@media (prefers-color-scheme: dark)")
GROUNDS = ("paper", "ground", "sel", "sunk")
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
TEXT = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "link", "brand") for ground in GROUNDS]
TEXT += [(ink, f"{state}-bg") for state in STATES for ink in (state, "ink", "ink-2", "link")]
TEXT += [(state, ground) for state in STATES for ground in ("paper", "ground")]
TEXT += [(f"on-{ground}", ground) for ground in ("act", "danger", "toast")]
TEXT += [("on-act", "act-hover"), ("on-danger", "danger-hover"), ("on-toast", "toast-over"), ("toast-ok", "toast")]
EDGES = [("edge", ground) for ground in GROUNDS] + [("focus", "focus-ink"), ("link", "paper"), ("act", "ground")]
EDGES += [("toast-line", "toast"), *((f"c{number}", "paper") for number in range(1, 5))]


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


def test_styles_use_only_the_tokens_that_exist() -> None:
    known = set(re.findall(r"(--[\w-]+):", TOKENS))
    styles = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("pregonero/*/static/**/*.css")}
    own = {path: set(re.findall(r"(--[\w-]+):", css)) for path, css in styles.items()}
    unknown = {path.name: set(re.findall(r"var\((--[\w-]+)", css)) - known - own[path] for path, css in styles.items()}
    assert {name: names for name, names in unknown.items() if names} == {}
