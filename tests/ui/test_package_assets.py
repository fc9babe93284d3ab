"""The face and the sprite of icons come from the installed packages, whole and small."""

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from pytest_django import Settings

from pregonero.ui import package_assets
from pregonero.ui.icons import ICONS, MARK_ICONS, MARKS, STATE_ICONS
from pregonero.ui.package_assets import SVG, sprite, work_sans

ROOT = Path(__file__).parents[2]
USED = re.compile(r"""{% icon "([\w-]+)"|\bicon="([\w-]+)\"""")
SPANISH = "áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”‘’–—…€ºª°·×→−%@#0123456789"


def test_sprite_has_each_icon_and_mark_and_nothing_but_drawings() -> None:
    root = ElementTree.fromstring(sprite())  # noqa: S314  our own file
    symbols = {symbol.get("id"): symbol for symbol in root}
    assert set(symbols) == {f"icon-{name}" for name in ICONS} | {f"mark-{name}" for name in MARKS}
    assert [name for name, symbol in symbols.items() if not len(symbol)] == []
    drawn = {element.tag.removeprefix(f"{{{SVG}}}") for symbol in root for element in symbol}
    assert drawn <= {"path", "circle", "rect", "line", "polyline", "polygon", "ellipse"}


def test_face_has_what_spanish_writes_in_the_three_weights() -> None:
    data = work_sans()
    font = TTFont(io.BytesIO(data))
    assert data[:4] == b"wOF2"
    assert set(map(ord, SPANISH)) - set(font.getBestCmap()) == set()
    assert [(axis.axisTag, axis.minValue, axis.maxValue) for axis in font["fvar"].axes] == [("wght", 400, 600)]
    assert len(data) < 40_000


@pytest.mark.parametrize("path", package_assets.ASSETS)
def test_finder_makes_a_file_once(path: str, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    finder = package_assets.PackageAssetsFinder()
    found = finder.find(path)
    assert isinstance(found, str)
    made = Path(found)
    before = made.stat().st_mtime_ns
    assert finder.find(path, find_all=True) == [str(made)]
    assert made.stat().st_mtime_ns == before
    assert [file.name for file in made.parent.glob(".*")] == []


def test_threads_that_make_a_file_at_once_make_it_whole(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thread of a new server may be the first that needs it."""
    settings.DATA_DIR = tmp_path
    together, write = threading.Barrier(4), Path.write_bytes

    def write_all_before_any_goes_on(file: Path, data: bytes) -> int:
        count = write(file, data)
        together.wait(timeout=60)
        return count

    monkeypatch.setattr(Path, "write_bytes", write_all_before_any_goes_on)
    monkeypatch.setitem(package_assets.ASSETS, "ui/icons.svg", lambda: b"entero")
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda _: package_assets.PackageAssetsFinder().find("ui/icons.svg"), range(4)))
    assert {Path(file).read_bytes() for file in files} == {b"entero"}
    assert [each.name for each in Path(files[0]).parent.iterdir()] == ["icons.svg"]


def test_finder_lists_its_files_for_collectstatic(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    listed = dict(package_assets.PackageAssetsFinder().list([]))
    assert set(listed) == set(package_assets.ASSETS)
    assert all(storage.exists(path) for path, storage in listed.items())
    assert not finders.find("ui/no-such.svg")


def test_templates_use_only_the_icons_of_the_sprite() -> None:
    used = {
        name
        for template in ROOT.glob("pregonero/*/templates/**/*.html")
        for names in USED.findall(template.read_text(encoding="utf-8"))
        for name in names
        if name
    }
    assert used
    assert (used | set(STATE_ICONS.values()) | set(MARK_ICONS.values())) - set(ICONS) == set()


def test_marks_are_those_of_every_network() -> None:
    from pregonero.networks.registry import network_choices

    assert {key for key, _ in network_choices()} == set(MARKS)
