"""A publication from news to post: one person informs a link, another schedules it, a third sees it published (5.1)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import JourneyInstallation
from tests.browser.windows import DESKTOP, HOUR, PHONE, BrowserUser, Windows
from tests.lab.process import Lab, until

pytestmark = pytest.mark.procedure("P-1", "P-2", "P-3", "P-6", "M-1")
TITLE = "Exportaciones no mineras crecieron 8,4 %"
PLACE = "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron"
REFERENCE = "SEDE-2026-0417"
WHY = "Muestra en qué sectores crece el empleo que exporta."
MINE = "Las exportaciones no mineras crecieron 8,4 %. Mira en qué sectores: "
TOO_LONG = ("Las exportaciones crecen. " * 12)[:292]
MARGIN = timedelta(seconds=15)  # so that the chosen minute has not passed when the form arrives
WINDOWS: dict[str, dict[str, Any]] = {
    "escritorio": {"size": DESKTOP},
    "telefono": {"size": PHONE},
    "sin-programas": {"java_script_enabled": False},
}
NETWORKS = ("X", "Facebook", "Instagram", "YouTube")


@pytest.fixture(params=WINDOWS)
def way(request: pytest.FixtureRequest) -> str:
    """The kind of window, which is also the slug of the entity."""
    return str(request.param)


@pytest.fixture
def enter(way: str, stage: JourneyInstallation, windows: Windows) -> Callable[[str], BrowserUser]:
    def enter(first_name: str) -> BrowserUser:
        return windows.enter(stage.address, stage.teams[way].people[first_name], **WINDOWS[way])

    return enter


def test_a_publication_goes_from_news_to_post(
    way: str, stage: JourneyInstallation, enter: Callable[[str], BrowserUser], lab: Lab
) -> None:
    link, scripted = lab.url + PLACE, way != "sin-programas"
    luis, ana, beto = enter("luis"), enter("ana"), enter("beto")
    inform(luis, link)
    assert_notified(luis, ana, "Ana Rojas")
    assert_notified(luis, beto, "Beto Mora")
    prepare(beto)
    assert_each_network_is_shown(beto.page, scripted)
    assert_too_long_is_refused(beto.page, scripted)
    programme(beto.page, link)
    posts = published_posts(beto.page, scripted)
    assert_visible_to(ana, posts)
    problems = [said for person in (luis, ana, beto) for said in person.problems if said.startswith(stage.address)]
    assert [said for said in problems if "422" not in said] == []


def inform(luis: BrowserUser, link: str) -> None:
    """Inform the link as the content manager, with its reference."""
    page = luis.go("/noticias/")
    page.get_by_role("main").get_by_role("link", name="Informar un enlace").click()
    page.get_by_label("Enlace").fill(link)
    page.get_by_label("Número de la publicación").fill(REFERENCE)
    page.get_by_role("button", name="Informar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    expect(page.get_by_text("Listo: les avisamos a Ana y a Beto.")).to_be_visible()


def assert_notified(luis: BrowserUser, told: BrowserUser, name: str) -> None:
    """Check that Today offers to schedule the news item, and that acknowledging it is seen by the informer."""
    receipt = luis.page.get_by_role("region", name="Quién la abrió").get_by_role("listitem").filter(has_text=name)
    expect(receipt).to_contain_text("sin abrir")
    page = told.go("/")
    row = page.get_by_role("region", name="Lo que te toca").get_by_role("listitem").filter(has_text=TITLE)
    expect(row).to_contain_text("Luis Peña la informó")
    expect(row.get_by_role("button", name=HOUR)).to_be_visible()
    row.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="La recibí").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    luis.page.reload()
    expect(receipt).to_contain_text("la abrió")


def prepare(beto: BrowserUser) -> None:
    """Start the publication as the strategist, once the picture and the video are stored."""
    page = beto.page
    until(lambda: page.reload() and page.get_by_role("link", name="Abrir el video").count(), timeout=180)
    page.get_by_role("button", name="Programar").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()


def assert_each_network_is_shown(page: Page, scripted: bool) -> None:
    """Check that the editor previews every network: one at a time with JavaScript, all at once without it."""
    for name in NETWORKS:
        if scripted:
            page.get_by_role("navigation", name="Redes").get_by_role("link", name=name).click()
        expect(page.get_by_label(f"Texto para {name}")).to_be_visible()
        sample = page.get_by_role("article", name=f"así se verá en {name}")
        expect(sample).to_be_visible()
        expect(sample).to_contain_text(TITLE)
    if scripted:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name="X").click()


def assert_too_long_is_refused(page: Page, scripted: bool) -> None:
    """Check that a text too long for X is refused with its limit; with JavaScript, already while it is written."""
    if scripted:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name="YouTube").click()
    page.get_by_label("Por qué va sin subtítulos", exact=True).fill("El video no tiene voz.")
    if scripted:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name="General").click()
    page.get_by_label("Por qué le interesa").fill(WHY)
    if scripted:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name="X").click()
    page.get_by_label("Texto para X").fill(TOO_LONG)
    if scripted:
        expect(page.get_by_text("292 de 280: sobran 12").first).to_be_visible()
    page.get_by_role("button", name="Programar").click()
    expect(
        page.get_by_text("Revisa esto.")
    ).to_be_visible()  # the answer: the live review says what is missing before it
    missing = page.get_by_role("region", name="Antes de programar")
    expect(missing).to_contain_text("En X sobran 12 caracteres: van 292 de 280.")
    expect(missing).to_contain_text("1 por corregir")


def programme(page: Page, link: str) -> None:
    """Correct the text and schedule the publication for this minute."""
    page.get_by_label("Texto para X").fill(MINE + link)
    minute = timezone.localtime() + MARGIN
    open_minute(page)
    page.get_by_label("Día").fill(f"{minute:%Y-%m-%d}")
    page.get_by_label("Hora", exact=True).fill(f"{minute:%H:%M}")
    page.get_by_role("button", name="Programar").click()
    expect(page).to_have_url(re.compile(r"/publicaciones/\d+/$"))


def open_minute(page: Page) -> None:
    """Unfold the date, which a phone shows as «Hoy 11:30»."""
    if not page.get_by_label("Día").is_visible():
        page.locator(".minute > summary").click()


def published_posts(page: Page, scripted: bool) -> dict[str, str]:
    """Wait until the page says that the four networks published it; return the link to each post."""
    done = page.get_by_text("publicada en 4 de 4", exact=True)
    if scripted:
        expect(done).to_be_visible()
    else:
        until(lambda: page.reload() and done.count(), timeout=180)
    expect(page.get_by_role("link", name="Editar")).to_have_count(0)
    links = {name: page.get_by_role("link", name=f"ver en {name}", exact=True) for name in NETWORKS}
    expect(page.get_by_text("La informó Luis Peña, referencia SEDE-2026-0417.")).to_be_visible()
    expect(page.get_by_text(WHY)).to_be_visible()
    return {name: str(each.get_attribute("href")) for name, each in links.items()}


def assert_visible_to(ana: BrowserUser, posts: dict[str, str]) -> None:
    """Check that the calendar lists the posts, and that each network's page contains the text."""
    page = ana.go("/parrilla/")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=TITLE))
    expect(row).to_have_count(1)
    expect(row.get_by_role("cell").filter(has_text="Publicada")).to_have_count(4)
    for name, address in posts.items():
        page.goto(address)
        said = MINE.strip() if name == "X" else TITLE
        expect(page.get_by_role("article").first).to_contain_text(said)
