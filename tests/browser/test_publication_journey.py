"""The whole way as three people do it: one informs a link, one programmes, one sees it published (5.1)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import JourneyInstallation
from tests.browser.windows import DESKTOP, PHONE, BrowserUser, Windows
from tests.lab.process import Lab, until

pytestmark = pytest.mark.procedure("P-1", "P-2", "P-3", "P-6", "M-1")
TITLE = "Exportaciones no mineras crecieron 8,4 %"
PLACE = "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron"
REFERENCE = "SEDE-2026-0417"
WHY = "Muestra en qué sectores crece el empleo que exporta."
MINE = "Las exportaciones no mineras crecieron 8,4 %. Mira en qué sectores: "
TOO_LONG = ("Las exportaciones crecen. " * 12)[:292]
MARGIN = timedelta(seconds=15)  # so that the minute has not passed by the time the form arrives
WINDOWS: dict[str, dict[str, Any]] = {
    "escritorio": {"size": DESKTOP},
    "telefono": {"size": PHONE},
    "sin-programas": {"java_script_enabled": False},
}
NETWORKS = ("X", "Facebook", "Instagram", "YouTube")


@pytest.fixture(params=WINDOWS)
def way(request: pytest.FixtureRequest) -> str:
    """The window that the three people have, and the name of their entity."""
    return str(request.param)


@pytest.fixture
def enter(way: str, stage: JourneyInstallation, visits: Windows) -> Callable[[str], BrowserUser]:
    def enter(first_name: str) -> BrowserUser:
        return visits.enter(stage.address, stage.teams[way].people[first_name], **WINDOWS[way])

    return enter


def test_the_whole_way(way: str, stage: JourneyInstallation, enter: Callable[[str], BrowserUser], lab: Lab) -> None:
    link, scripted = lab.url + PLACE, way != "sin-programas"
    luis, ana, beto = enter("luis"), enter("ana"), enter("beto")
    inform(luis, link)
    assert_told(luis, ana, "Ana Rojas")
    assert_told(luis, beto, "Beto Mora")
    prepare(beto)
    assert_each_network_is_shown(beto.page, scripted)
    assert_too_long_is_refused(beto.page, scripted)
    programme(beto.page, link)
    posts = published_posts(beto.page, scripted)
    assert_seen_by(ana, posts)
    complaints = [said for person in (luis, ana, beto) for said in person.complaints if said.startswith(stage.address)]
    assert [said for said in complaints if "422" not in said] == []


def inform(luis: BrowserUser, link: str) -> None:
    """The content manager informs the link, with the reference that the website's procedure gave it."""
    page = luis.go("/noticias/")
    page.get_by_role("link", name="Informar un enlace").click()
    page.get_by_label("Enlace").fill(link)
    page.get_by_label("Referencia").fill(REFERENCE)
    page.get_by_role("button", name="Informar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    expect(page.get_by_text("Quedó informada: las personas de las redes ya lo saben.")).to_be_visible()


def assert_told(luis: BrowserUser, told: BrowserUser, name: str) -> None:
    """Today shows it to whoever answers for the networks; opening it leaves the receipt, which its informer sees."""
    receipt = luis.page.get_by_role("region", name="Acuses").get_by_role("listitem").filter(has_text=name)
    expect(receipt).to_contain_text("sin acuse")
    page = told.go("/")
    row = page.get_by_role("region", name="Lo que te toca").get_by_role("listitem").filter(has_text=REFERENCE)
    expect(row).to_contain_text(TITLE)
    expect(row).to_contain_text("La informó: Luis Peña")
    row.get_by_role("button", name="Ver").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    luis.page.reload()
    expect(receipt).to_contain_text("la recibió")


def prepare(beto: BrowserUser) -> None:
    """The strategist starts the publication, once the news' picture and video have been read."""
    page = beto.page
    until(lambda: page.reload() and page.get_by_role("link", name="Abrir el video").count(), timeout=180)
    page.get_by_role("link", name="Programar").click()
    page.get_by_role("button", name="Preparar los textos").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()


def assert_each_network_is_shown(page: Page, scripted: bool) -> None:
    """The editor shows how each network would show it: one at a time with programs in the page, all without."""
    for name in NETWORKS:
        if scripted:
            page.get_by_role("navigation", name="Redes").get_by_role("link", name=name).click()
        expect(page.get_by_label(f"Texto para {name}")).to_be_visible()
        shown = page.get_by_role("article", name=f"así se verá en {name}")
        expect(shown).to_be_visible()
        expect(shown).to_contain_text(TITLE)
    if scripted:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name="X").click()


def assert_too_long_is_refused(page: Page, scripted: bool) -> None:
    """A text that X would not take cannot be programmed, and the limit is said; with programs, while it is written."""
    if scripted:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name="YouTube").click()
    page.get_by_label("Por qué va sin subtítulos", exact=True).fill("El video no tiene voz.")
    if scripted:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name="X").click()
    page.get_by_label("Por qué le interesa").fill(WHY)
    page.get_by_label("Texto para X").fill(TOO_LONG)
    if scripted:
        expect(page.get_by_text("292 de 280: sobran 12")).to_be_visible()
    page.get_by_role("button", name="Programar").click()
    missing = page.get_by_role("region", name="Antes de programar")
    expect(missing).to_contain_text("Sobran 12 caracteres: X admite 280 y el texto cuenta 292.")
    expect(missing).to_contain_text("1 por resolver")


def programme(page: Page, link: str) -> None:
    """It is corrected, and programmed for this minute."""
    page.get_by_label("Texto para X").fill(MINE + link)
    minute = timezone.localtime() + MARGIN
    page.get_by_label("Día").fill(f"{minute:%Y-%m-%d}")
    page.get_by_label("Hora", exact=True).fill(f"{minute:%H:%M}")
    page.get_by_role("button", name="Programar").click()
    expect(page).to_have_url(re.compile(r"/publicaciones/\d+/$"))


def published_posts(page: Page, scripted: bool) -> dict[str, str]:
    """The file turns to published on the four networks by itself, each with its link; without programs, reloaded."""
    done = page.get_by_text("publicada en 4 de 4")
    if scripted:
        expect(done).to_be_visible()
    else:
        until(lambda: page.reload() and done.count(), timeout=180)
    expect(page.get_by_role("link", name="Editar")).to_have_count(0)
    links = {name: page.get_by_role("link", name=f"ver en {name}", exact=True) for name in NETWORKS}
    expect(page.get_by_text("La informó Luis Peña, referencia SEDE-2026-0417.")).to_be_visible()
    expect(page.get_by_text(WHY)).to_be_visible()
    return {name: str(each.get_attribute("href")) for name, each in links.items()}


def assert_seen_by(ana: BrowserUser, posts: dict[str, str]) -> None:
    """The community manager finds it in the programme, and each network's own page holds the text."""
    page = ana.go("/parrilla/")
    entries = page.get_by_role("table").get_by_role("link").filter(has_text=TITLE)
    expect(entries).to_have_count(4)
    for number in range(4):
        expect(entries.nth(number)).to_contain_text("publicada")
    for name, address in posts.items():
        page.goto(address)
        said = MINE.strip() if name == "X" else TITLE
        expect(page.get_by_role("article").first).to_contain_text(said)
