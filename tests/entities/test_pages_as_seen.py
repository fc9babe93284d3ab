"""The entity's page and its arms or initials, as they are seen: with axe, at two widths and in both schemes (N-6)."""

from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser

from pregonero.demo.seed import ARMS
from pregonero.media.actions import save_upload
from pregonero.media.store import path_of, store_arms
from pregonero.people.actions import EntityProfile, edit_entity
from pregonero.people.models import Member
from tests.entities.test_edit import NAMES
from tests.ui.browser import DESK, PHONE, Answer, answers_of, faults_by_page, in_browser, open_page

pytestmark = pytest.mark.procedure("N-6")
PLACES = ("/entidad/", "/entidad/datos/", "/mas/")
SIZES = """() => [...document.querySelectorAll(".arms")].filter((arms) => arms.checkVisibility())
  .map((arms) => [arms, arms.clientWidth - 2 * parseFloat(getComputedStyle(arms).paddingLeft)])
  .map(([arms, drawn]) => [arms.clientWidth, arms.clientHeight,
    arms.naturalWidth !== 0 && drawn > .85 * arms.clientWidth])"""


def answers(carmen: Member, prefix: str) -> dict[str, Answer]:
    client = Client()
    client.force_login(carmen.user)
    seen = answers_of(client, PLACES) | answers_of(Client(), ["/cuenta/login/"])
    assert {answer.status for answer in seen.values()} == {200}
    return {f"{prefix}{path}": answer for path, answer in seen.items()}


@pytest.fixture
def pages(carmen: Member, media_folder: Path, now: datetime) -> dict[str, Answer]:
    """Return the pages of an entity with arms and of the same one without, which shows its initials."""
    without = answers(carmen, "/sin-escudo")
    client = Client()
    client.force_login(carmen.user)
    wrong = client.post("/entidad/datos/", NAMES | {"initials": "M C"})
    without["/mal/"] = Answer(wrong.status_code, dict(wrong.headers), wrong.content)
    medium = save_upload(stored=store_arms([ARMS.read_bytes()], ARMS.name), by=carmen, now=now)
    profile = EntityProfile(carmen.entity.name, "MinComercio", "MC", medium.sha256, "Escudo del Ministerio")
    entity = edit_entity(entity=carmen.entity, profile=profile, by=carmen, now=now)
    picture = Answer(200, {"Content-Type": "image/png"}, path_of(medium).read_bytes())
    return without | answers(carmen, "") | {entity.arms_path: picture}


def rooms(pages: dict[str, Answer]) -> list[str]:
    return [path for path in pages if not path.startswith("/escudos/")]


def test_axe_finds_nothing(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, rooms(pages), schemes=("light", "dark")) == {}


def test_arms_have_their_size_and_no_picture_is_broken(pages: dict[str, Answer]) -> None:
    def look(browser: Browser) -> dict[str, list[tuple[int, int, bool]]]:
        found = {}
        for path in rooms(pages):
            for size in (DESK, PHONE):
                page = open_page(browser, path, pages, size=size)
                page.emulate_media(color_scheme="dark")  # there the arms have a white plate around them
                found[f"{path} {size[0]}"] = page.evaluate(SIZES)
                page.close()
        return found

    seen = in_browser(look)
    assert {box for boxes in seen.values() for box in map(tuple, boxes)} == {
        (side, side, True) for side in (24, 32, 64)
    }
    assert [page for page, boxes in seen.items() if not boxes] == []
