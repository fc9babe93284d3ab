"""The script of the form of pieces: several files go up in parts, also after a cut, and each makes a piece (D-1)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect
from pytest_django import DjangoDbBlocker

from pregonero.newsroom.models import News
from pregonero.newsroom.piece_models import Piece
from pregonero.people.roles import Role
from tests.conftest import member
from tests.films import picture
from tests.media.upload_site import Site, site
from tests.newsroom.factories import inform
from tests.ui.browser import in_browser

__all__ = ["site"]

pytestmark = pytest.mark.procedure("D-1")


@pytest.fixture(autouse=True)
def _on_site(site: Site, django_db_blocker: DjangoDbBlocker, media_folder: Path) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def news(site: Site) -> News:
    return inform(member(site.rosa.entity, "luis", "Luis Peña", Role.CONTENT_MANAGER))


def test_two_files_go_up_after_a_cut_and_make_two_pieces(site: Site, news: News) -> None:
    cuts = []

    def cut_once(route: Route) -> None:
        if route.request.method == "PATCH" and not cuts:
            cuts.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def use(browser: Browser) -> list[str]:
        context = browser.new_context()
        context.add_cookies(
            [{"name": name, "value": value, "url": site.address} for name, value in site.cookies.items()]
        )
        page = context.new_page()
        page.route("**/subidas/**", cut_once)
        page.goto(f"{site.address}/piezas/nueva/?completa={news.get_absolute_url()}")
        files: list[Any] = [
            {"name": f"{name}.png", "mimeType": "image/png", "buffer": picture("PNG", size)}
            for name, size in (("mapa", (64, 48)), ("foto", (48, 64)))
        ]
        page.get_by_label("Archivo (opcional)").set_input_files(files)
        queue = page.get_by_role("list", name="Archivos que suben").locator("li")
        expect(queue.filter(has_text="listo")).to_have_count(2, timeout=60_000)
        page.get_by_role("textbox", name="Título").fill("Cosecha")
        page.get_by_role("button", name="Guardar la pieza").click()
        expect(page.get_by_text("2 piezas creadas.")).to_be_visible(timeout=60_000)
        return [row.inner_text() for row in page.locator(".rows .what").all()]

    shown = in_browser(use)
    assert len(cuts) == 1
    assert sorted(text.split("\n")[0].strip()[:11] for text in shown) == ["Cosecha (1)", "Cosecha (2)"]
    assert sorted(piece.versions.get().medium.width for piece in Piece.objects.all()) == [48, 64]
