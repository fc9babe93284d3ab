"""How quick a publisher is: clicks, fields and pages from a draft to its schedule are counted (issue 11, item 4)."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.newsroom.models import News
from pregonero.publishing import actions
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.sample_day import PLACES
from tests.browser.test_keyboard import FOCUSED, STOPS
from tests.browser.windows import DESKTOP, HOUR, PHONE, BrowserUser, Windows, wider_than_window
from tests.lab.process import Lab
from tests.stage import informed_news

pytestmark = pytest.mark.procedure("P-2", "P-3", "N-6")
MOST_STOPS = 12  # Tabs from the page's content to «Programar»; there were 34
Enter = Callable[..., BrowserUser]
# Counts what a person does on the pages of a window: presses on links, buttons and summaries, fields, and pages.
COUNTER = """
addEventListener("click", ({ target, isTrusted }) => {
  if (!isTrusted || !target.closest("a, button, summary")) return;
  sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
}, true);
addEventListener("change", ({ target, isTrusted }) => {
  if (!isTrusted) return;
  sessionStorage.fields = Number(sessionStorage.fields ?? 0) + 1;
}, true);
"""


@pytest.fixture
def enter(stage: JourneyInstallation, windows: Windows) -> Enter:
    def enter(first_name: str, size: tuple[int, int] = DESKTOP) -> BrowserUser:
        return windows.enter(stage.address, stage.teams["rapido"].people[first_name], size)

    return enter


@pytest.fixture
def news(stage: JourneyInstallation, lab: Lab) -> News:
    """Return a news item that is informed, on a page that answers."""
    people = stage.teams["rapido"].people

    def make() -> News:
        news = informed_news(lab, people["luis"], timezone.now(), title=f"Crecen las exportaciones {uuid4().hex[:6]}")
        news.address = f"{lab.url}/sitio/prensa/noticias/{PLACES['exportaciones']}"
        news.save(update_fields=["address"])
        return news

    return run_in_thread(stage.workers, make)


@pytest.fixture
def draft(stage: JourneyInstallation, news: News) -> int:
    """Return a draft as it is just after it is made."""
    beto = stage.teams["rapido"].people["beto"]

    def make() -> int:
        return actions.draft_publication(source=news.ref, key=uuid4(), by=beto, now=timezone.now()).pk

    return run_in_thread(stage.workers, make)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_four_networks_take_two_clicks_and_one_field(enter: Enter, news: News, size: tuple[int, int]) -> None:
    beto = enter("beto", size)
    beto.page.add_init_script(COUNTER)
    page = beto.go("/")
    pages: list[str] = []
    page.on("framenavigated", lambda frame: pages.append(frame.url))
    row = page.get_by_role("listitem").filter(has_text=news.title)
    row.get_by_role("button", name=HOUR).click()
    page.get_by_label("Por qué va sin subtítulos", exact=True).fill("El video no tiene voz.")
    page.get_by_role("button", name="Programar").click()
    expect(page).to_have_url(re.compile(r"/publicaciones/\d+/$"))
    clicks, fields = page.evaluate("[sessionStorage.clicks, sessionStorage.fields].map(Number)")
    assert (clicks, fields) == (2, 1)
    assert len({url for url in pages if "/editor/" in url}) == 1  # one screen before the expediente
    for name in ("X", "Facebook", "Instagram", "YouTube"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_one_text_for_all_and_then_one_is_adjusted(enter: Enter, draft: int, size: tuple[int, int]) -> None:
    page = enter("beto", size).go(f"/publicaciones/{draft}/editor/")
    tabs = page.get_by_role("navigation", name="Redes")
    tabs.get_by_role("link", name="General").click()
    page.get_by_label("Texto para todas las redes").fill("Lo mismo en todas.")
    expect(page.get_by_label("Texto para Facebook")).to_have_value("Lo mismo en todas.")
    tabs.get_by_role("link", name="X").click()
    x = page.get_by_label("Texto para X")
    expect(x).to_have_value(re.compile(r"^Lo mismo en todas\.\n\nhttp"))
    x.fill("Solo en X.")
    expect(page.get_by_text("X tiene su propio texto.")).to_be_visible()
    tabs.get_by_role("link", name="General").click()
    page.get_by_label("Texto para todas las redes").fill("Otra cosa en todas.")
    expect(page.get_by_label("Texto para Facebook")).to_have_value("Otra cosa en todas.")
    expect(page.get_by_text("Borrador guardado a las")).to_be_visible()
    expect(x).to_have_value("Solo en X.")
    tabs.get_by_role("link", name="X").click()
    page.get_by_role("button", name="Usar el texto general en X").click()
    expect(x).to_have_value(re.compile(r"^Otra cosa en todas\.\n\nhttp"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_publish_now_asks_once_and_goes_out(enter: Enter, draft: int, size: tuple[int, int]) -> None:
    page = enter("beto", size).go(f"/publicaciones/{draft}/editor/")
    page.get_by_label("Por qué va sin subtítulos", exact=True).fill("El video no tiene voz.")
    page.locator("summary").filter(has_text="Publicar ya").click()
    expect(page.get_by_text("Sale en este momento en X, Facebook, Instagram y YouTube.")).to_be_in_viewport()
    page.get_by_role("button", name="Sí, publicar ya").click()
    expect(page).to_have_url(re.compile(r"/publicaciones/\d+/$"))
    expect(page.get_by_text("publicada en 4 de 4", exact=True)).to_be_visible()


def test_few_tabs_reach_the_schedule(enter: Enter, draft: int) -> None:
    page = enter("beto").go(f"/publicaciones/{draft}/editor/")
    page.locator("#main").focus()
    assert stops_to(page, "Ir a la hora") <= MOST_STOPS
    page.keyboard.press("Enter")
    assert stops_to(page, "Programar") <= MOST_STOPS


def stops_to(page: Page, words: str) -> int:
    """Press Tab until an element with that text has the focus; return how many times."""
    for stop in range(1, STOPS):
        page.keyboard.press("Tab")
        said, seen = page.evaluate(FOCUSED)
        assert seen, f"«{said}» has the focus and it does not show"
        if said.strip().startswith(words):
            return stop
    raise AssertionError(f"no key reaches «{words}»")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_tabs_are_one_row_and_the_acts_stay_in_sight(enter: Enter, draft: int, size: tuple[int, int]) -> None:
    page = enter("beto", size).go(f"/publicaciones/{draft}/editor/")
    tops = page.locator(".nettabs a").evaluate_all("tabs => tabs.map((tab) => tab.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    expect(page.get_by_role("button", name="Programar")).to_be_in_viewport(ratio=1)
    page.mouse.wheel(0, 3000)
    expect(page.get_by_role("button", name="Programar")).to_be_in_viewport(ratio=1)
    height = page.locator(".nettabs").evaluate("nav => nav.clientHeight")
    tabs = page.get_by_role("navigation", name="Redes")
    tabs.get_by_role("link", name="X").click()
    page.get_by_label("Texto para X").fill("a" * 3000)
    expect(tabs.get_by_role("link", name="X")).to_contain_text("Sobran")
    assert page.locator(".nettabs").evaluate("nav => nav.clientHeight") == height
    assert wider_than_window(page) == []
