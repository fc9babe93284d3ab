"""The static files that are built from installed packages: the font and the sprite of icons.

The repository does not contain them. They are built once for each version of the packages and of this module, into a
folder of the installation's data.
"""

import importlib.resources
import io
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import fontpkg_work_sans
import simple_icons_pack
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from pregonero.ui.icons import ICONS, MARKS

PACKAGES = ("fontpkg-work-sans", "fonttools", "lucide", "simple-icons-pack")
SVG = "http://www.w3.org/2000/svg"
SOLID = ("icon-pause",)  # drawn filled, so that its two bars stay visible at 14 px
WEIGHTS = (400, 600)  # one file for the weights between both
# The characters of Spanish and its nearest languages: Latin-1, quotes, dashes, the euro, arrows, comparison signs.
CHARACTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x100), 0x131, 0x152, 0x153, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C,
    0x201D, 0x201E, 0x2020, 0x2022, 0x2026, 0x2030, 0x2039, 0x203A, 0x20AC, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193,
    0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
)  # fmt: skip
FEATURES = ["calt", "ccmp", "kern", "liga", "lnum", "locl", "mark", "mkmk", "tnum"]


def work_sans() -> bytes:
    """Return the font as WOFF2, with only `CHARACTERS` and `WEIGHTS`."""
    font = TTFont(fontpkg_work_sans.ROOT / "files" / "WorkSans[wght].ttf")
    options = subset.Options(hinting=False, layout_features=FEATURES, flavor="woff2")
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
    output = io.BytesIO()
    subset.save_font(font, output, options)
    return output.getvalue()


def sprite() -> bytes:
    """Return an SVG with one symbol for each icon and mark, named `icon-<name>` and `mark-<name>`."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.Element(f"{{{SVG}}}svg")
    with importlib.resources.files("lucide").joinpath("lucide.zip").open("rb") as file, ZipFile(file) as icons:
        for name in ICONS:
            root.append(_symbol(f"icon-{name}", icons.read(f"{name}.svg")))
    for name in MARKS:
        mark = simple_icons_pack.get_icon(name)
        if mark is None:
            raise ValueError(f"The package simple-icons-pack has no mark «{name}».")
        root.append(_symbol(f"mark-{name}", mark.svg.encode()))
    return ElementTree.tostring(root)


def _symbol(name: str, svg: bytes) -> ElementTree.Element:
    """Return the drawing of an SVG as a symbol; its title is left out, because the page says what it means."""
    source = ElementTree.fromstring(svg)  # noqa: S314  a pinned package, not input
    symbol = ElementTree.Element(f"{{{SVG}}}symbol", {"id": name, "viewBox": source.get("viewBox", "0 0 24 24")})
    if name in SOLID:
        symbol.set("fill", "currentColor")
    symbol.extend(child for child in source if child.tag != f"{{{SVG}}}title")
    for element in symbol.iter():
        element.tail = element.text = None
    return symbol


ASSETS: dict[str, Callable[[], bytes]] = {"ui/work-sans.woff2": work_sans, "ui/icons.svg": sprite}


class PackageAssetsFinder(BaseFinder):
    """Finds the files of `ASSETS` for `collectstatic` and for the development server."""

    def find(self, path: str, find_all: bool = False, **_: object) -> Any:
        """Return the path of the file, which is built if it is missing, or an empty list for any other path."""
        if path not in ASSETS:
            return []
        file = str(_built(path))
        return [file] if find_all else file

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each file with the storage that has it."""
        storage = FileSystemStorage(location=_folder())
        for path in ASSETS:
            _built(path)
            yield path, storage


def _folder() -> Path:
    """Return the folder of the files that the installed packages and this code make."""
    parts = [Path(__file__).read_text(encoding="utf-8"), *ICONS, *MARKS, *map(version, PACKAGES)]
    return Path(settings.DATA_DIR) / "assets" / sha256("\n".join(parts).encode()).hexdigest()[:16]


def _built(path: str) -> Path:
    """Return a file of the folder, built if it is missing. It is written whole, whoever else builds it at the time."""
    file = _folder() / path
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
        unfinished.write_bytes(ASSETS[path]())
        unfinished.replace(file)
    return file
