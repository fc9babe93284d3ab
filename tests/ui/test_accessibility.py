"""Every component and scene checked with axe, in light and dark, on a desktop and on a phone (N-6, D-4)."""

from typing import Literal

import pytest
from django.test import Client
from playwright.sync_api import Browser

from pregonero.ui.gallery import SCENES
from tests.ui.browser import DESK, PHONE, SMALL_TARGETS, Answer, answers_of, faults_of, in_browser, open_page

OURS = ["/ui/", *(f"/ui/escenas/{name}/" for name in SCENES), "/cuenta/password/change/", "/mi-seguridad/"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ANYBODYS = ["/cuenta/login/", "/cuenta/password/reset/", "/no-existe/"]


@pytest.fixture
def pages(signed_in: Client) -> dict[str, Answer]:
    return answers_of(signed_in, OURS) | answers_of(Client(), ANYBODYS)


@pytest.mark.procedure("N-6")
def test_axe_finds_no_violation(pages: dict[str, Answer]) -> None:
    def look(browser: Browser) -> dict[str, list[str]]:
        faults = {}
        for path in pages:
            page = open_page(browser, path, pages)
            for width, height in (DESK, PHONE):
                page.set_viewport_size({"width": width, "height": height})
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme)
                    faults[f"{path} {width} {scheme}"] = faults_of(page, colours_only=scheme != SCHEMES[0])
            page.close()
        return {where: found for where, found in faults.items() if found}

    assert in_browser(look) == {}


def test_controls_are_large_enough_for_a_finger(pages: dict[str, Answer]) -> None:
    def look(browser: Browser) -> list[str]:
        small = []
        for path in pages:
            page = open_page(browser, path, pages, size=PHONE)
            small += [f"{path} {element}" for element in page.evaluate(SMALL_TARGETS)]
            page.close()
        return small

    assert in_browser(look) == []


def test_scripts_run_without_violating_the_security_policy(pages: dict[str, Answer]) -> None:
    """The page's own scripts run, htmx included, and the browser reports nothing refused."""

    def look(browser: Browser) -> tuple[list[str], bool, str, int]:
        page = open_page(browser, "/ui/", pages, size=DESK)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.reload()
        page.fill("#exact textarea", "Año 2026 👩‍👩‍👧‍👦")
        page.locator("h1").first.click()
        page.keyboard.press("?")
        listed = page.locator("dialog.keys li").count()
        config = page.evaluate("htmx.config.allowEval === false && htmx.config.includeIndicatorStyles === false")
        return said, config, page.locator("#exact [data-count]").inner_text(), listed

    said, config, count, listed = in_browser(look)
    assert said == []
    assert config is True
    assert count == "10 de 280"
    assert listed == 1


@pytest.mark.parametrize(
    ("status", "body", "place", "said"),
    [
        (422, b"<p>Falta la hora.</p>", "#part", "Falta la hora."),
        (409, b'<h1>No</h1><div id="refusal">Ya sali\xc3\xb3.</div>', "#flash", "Ya salió."),
        (500, b'<h1>No</h1><div id="refusal">Fall\xc3\xb3.</div>', "#flash", "Falló."),
    ],
)
def test_htmx_swaps_the_response_into_its_target(
    signed_in: Client, status: int, body: bytes, place: str, said: str
) -> None:
    """A form that is wrong comes back where it was; a refusal leaves its reason in the place for messages."""
    pages = answers_of(signed_in, ["/ui/escenas/hoy/"])
    page = pages["/ui/escenas/hoy/"]
    asking = b'<a id="ask" href="#x" hx-get="/part/" hx-target="#part">Pedir</a><div id="part">antes</div></main>'
    pages["/ui/escenas/hoy/"] = Answer(page.status, page.headers, page.body.replace(b"</main>", asking))
    pages["/part/"] = Answer(status, {"Content-Type": "text/html; charset=utf-8"}, body)

    def look(browser: Browser) -> tuple[str, str]:
        window = open_page(browser, "/ui/escenas/hoy/", pages)
        with window.expect_response("**/part/"):
            window.click("#ask")
        window.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')")
        return window.locator(place).inner_text(), window.locator("#part").inner_text()

    where, part = in_browser(look)
    assert where == said
    assert part == (said if place == "#part" else "antes")
