"""Screenshots of the guide, taken of the sample day; the documents use every picture and miss none."""

import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, cast

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import SampleInstallation
from tests.browser.windows import DESKTOP, PHONE, BrowserUser, Windows

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "img"
HEAVIEST = 200_000  # bytes
COLOURS = 256
IMAGE = re.compile(r"!\[[^\]]+\]\(([^)\s]+\.png)\)|<img[^>]+src=\"([^\"]+\.png)\"")


@dataclass(frozen=True)
class Picture:
    """A screenshot: who opens which path, the window size and the colour scheme."""

    who: str
    path: str
    size: tuple[int, int] = DESKTOP
    scheme: Literal["light", "dark"] = "light"
    whole: bool = False
    written: tuple[tuple[str, str], ...] = ()


ABOVE_THE_MINUTE = (1440, 868)  # cut above the time field, whose format depends on the browser's translations
EDITOR = "/publicaciones/{publications[certificados]}/editor/?hora=17:00"
FILE = "/publicaciones/{publications[exportaciones]}/"
PICTURES = {
    "informar": Picture(
        "luis",
        "/noticias/informe/",
        written=(
            ("Enlace", "https://www.mincit.gov.co/prensa/noticias/comercio/exportaciones-no-mineras-crecieron"),
            ("Número de la publicación", "SEDE-2026-0417"),
        ),
    ),
    "noticias": Picture("luis", "/noticias/"),
    "noticias-telefono": Picture("luis", "/noticias/", PHONE),
    "hoy": Picture("beto", "/"),
    "hoy-telefono": Picture("beto", "/", PHONE),
    "hoy-oscuro": Picture("beto", "/", scheme="dark"),
    "editor": Picture("beto", EDITOR, ABOVE_THE_MINUTE),
    "editor-telefono": Picture("beto", EDITOR, PHONE),
    "parrilla": Picture("beto", "/parrilla/", whole=True),
    "parrilla-telefono": Picture("beto", "/parrilla/", PHONE),
    "parrilla-oscuro": Picture("beto", "/parrilla/", scheme="dark"),
    "expediente": Picture("ana", FILE),
    "expediente-telefono": Picture("ana", FILE, PHONE),
    "conversacion": Picture("ana", "/conversacion/{conversations[fecha]}/"),
    "conversacion-telefono": Picture("ana", "/conversacion/", PHONE),
    "peticion": Picture("rita", "/peticiones/{petitions[contrato]}/"),
    "seguridad": Picture("carmen", "/seguridad/", whole=True),
    "seguridad-telefono": Picture("carmen", "/seguridad/", PHONE),
    "expediente-en-camino": Picture("ana", "/publicaciones/{publications[peru]}/"),
}
asked = pytest.mark.skipif(
    os.environ.get("PREGONERO_SCREENSHOTS") != "1", reason="screenshots are taken only with PREGONERO_SCREENSHOTS=1"
)


@asked
@pytest.mark.parametrize("name", PICTURES)
def test_screenshot_of_the_sample_day(
    name: str, sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    picture = PICTURES[name]
    page = open_as(picture.who, picture.size).page
    page.emulate_media(color_scheme=picture.scheme)
    day = sample.day
    page.goto(sample.address + picture.path.format(**{field.name: getattr(day, field.name) for field in fields(day)}))
    for label, text in picture.written:
        page.get_by_label(label).fill(text)
    draw(page, name, whole=picture.whole)


@asked
@pytest.mark.parametrize(("name", "size"), [("entrar", DESKTOP), ("entrar-telefono", PHONE)])
def test_screenshot_of_the_sign_in_page(
    name: str, size: tuple[int, int], sample: SampleInstallation, windows: Windows
) -> None:
    page = windows.window(size)
    page.goto(f"{sample.address}/cuenta/login/")
    draw(page, name)


@asked
@pytest.mark.parametrize(("name", "size"), [("red-x", DESKTOP), ("red-x-telefono", PHONE)])
def test_screenshot_of_a_network_page(
    name: str, size: tuple[int, int], sample: SampleInstallation, windows: Windows
) -> None:
    page = windows.window(size)
    page.goto(f"{sample.lab}/x/{sample.day.team.handles['x']}")
    draw(page, name)


def draw(page: Page, name: str, *, whole: bool = False) -> None:
    """Save a screenshot of the window in few colours."""
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    taken = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    path = FOLDER / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    in_few_colours(taken).save(path, optimize=True)
    assert path.stat().st_size < HEAVIEST


def in_few_colours(taken: Image.Image) -> Image.Image:
    """Return the picture with a palette: the commonest colours as they are, and room for those of a few pixels."""
    found = cast("list[tuple[int, tuple[int, int, int]]]", taken.getcolors(taken.width * taken.height))
    counted = sorted(found, reverse=True)
    common = [colour for _, colour in counted[: COLOURS // 2]]
    rest = taken.quantize(COLOURS - len(common), method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in common for part in colour] + rest)
    return taken.quantize(palette=palette, dither=Image.Dither.NONE)


def test_documents_and_pictures_agree() -> None:
    named = {
        (document.parent / (markdown or html)).resolve()
        for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for markdown, html in IMAGE.findall(document.read_text(encoding="utf-8"))
    }
    kept = {path.resolve() for path in FOLDER.glob("*")}
    assert {path.name for path in named if not path.exists()} == set()
    assert {path.name for path in kept - named} == set()


def test_no_picture_is_heavy() -> None:
    assert [path.name for path in FOLDER.glob("*") if path.stat().st_size >= HEAVIEST] == []
