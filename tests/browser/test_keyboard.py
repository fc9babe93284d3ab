"""The main tasks work with the keyboard alone, and the focus is always visible (N-6)."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import JourneyInstallation, SampleInstallation
from tests.browser.windows import BrowserUser, Windows, trust
from tests.conftest import PASSWORD
from tests.lab.process import Lab, until

pytestmark = pytest.mark.procedure("N-6")
TITLE = "Exportaciones no mineras crecieron 8,4 %"
PLACE = "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron"
STOPS = 80  # more focusable elements than any of these pages has
# Returns the text of the focused element, and whether its focus ring is visible.
FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  const picker = ["date", "time"].includes(element.type) && !element.matches(":focus");  // its ring is the browser's
  const seen = (picker || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2))
    && box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
  return [element.labels?.[0]?.innerText ?? element.innerText ?? "", seen];
}"""


def tab_to(page: Page, words: str) -> None:
    """Press Tab until an element with that text has the focus; the focus is visible at every stop."""
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        said, seen = page.evaluate(FOCUSED)
        assert seen, f"«{said}» has the focus and it does not show, on {page.url}"
        if said.strip().startswith(words):
            return
    raise AssertionError(f"no key reaches «{words}» on {page.url}")


def press(page: Page, words: str) -> None:
    """Move the focus to an element and press Enter."""
    tab_to(page, words)
    page.keyboard.press("Enter")


def follow(page: Page, words: str) -> None:
    """Move the focus to an element, press Enter and wait for the next page."""
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, words: str, text: str) -> None:
    """Move the focus to a field and replace its text."""
    tab_to(page, words)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def sign_in(windows: Windows, stage: JourneyInstallation, first_name: str) -> Page:
    person = BrowserUser(windows.window(), stage.address)
    trust(person.page, stage.address)
    page = person.go("/cuenta/login/")
    write(page, "Correo institucional", stage.teams["teclado"].people[first_name].user.email)
    write(page, "Contraseña", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Hoy,")).to_be_visible()
    return page


def skip_to_content(page: Page) -> None:
    """Follow the first link of a page, which skips its menu."""
    tab_to(page, "Saltar al contenido")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.procedure("P-1", "P-2")
def test_main_tasks_need_no_mouse(stage: JourneyInstallation, windows: Windows, lab: Lab) -> None:
    luis = sign_in(windows, stage, "luis")
    follow(luis, "Noticias")
    skip_to_content(luis)
    follow(luis, "Informar un enlace")
    write(luis, "Enlace", lab.url + PLACE)
    follow(luis, "Informar")
    expect(luis.get_by_role("heading", level=1, name=TITLE)).to_be_visible()

    beto = sign_in(windows, stage, "beto")
    skip_to_content(beto)
    follow(beto, TITLE)
    until(lambda: beto.reload() and beto.get_by_role("link", name="Abrir el video").count(), timeout=180)
    follow(beto, "Programar")
    write(beto, "Por qué va sin subtítulos", "El video no tiene voz.")
    tab_to(beto, "Día")
    # The same day next year; on 29 February, 28 January, whatever the order of day and month in this browser.
    back = ["ArrowDown"] * (f"{timezone.localdate():%d-%m}" == "29-02")
    for key in (*back, "Tab", *back, "Tab", "ArrowUp"):
        beto.keyboard.press(key)
    follow(beto, "Programar")
    expect(beto).to_have_url(re.compile(r"/publicaciones/\d+/$"))
    expect(beto.locator(".lead").get_by_text("programada", exact=True)).to_be_visible()
    skip_to_content(beto)
    follow(beto, "Editar")
    expect(beto.get_by_role("button", name="Reprogramar")).to_be_visible()


def test_focus_stays_when_the_page_updates_itself(
    sample: SampleInstallation, open_as: Callable[[str], BrowserUser]
) -> None:
    """While a publication goes out its page reloads a part every two seconds; a focused link keeps the focus."""
    page = open_as("ana").go(f"/publicaciones/{sample.day.publications['peru']}/")
    link = page.get_by_role("link", name="ver en Facebook")
    link.focus()
    old = link.element_handle()
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        pass
    page.wait_for_function("old => !old.isConnected", arg=old)
    expect(link).to_be_focused()
