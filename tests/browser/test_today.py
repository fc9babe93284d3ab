"""Hoy as the two people of the main job live it: how many clicks each needs, and a page that renews itself (5.1)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.newsroom import actions
from pregonero.newsroom.models import News
from pregonero.newsroom.sources.base import Item
from pregonero.newsroom.sources.registry import FEED
from tests.browser.conftest import JourneyInstallation, SampleInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import DESKTOP, HOUR, PHONE, BrowserUser, Windows
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("P-1", "P-2")
TITLES = {
    "comercio/exportaciones-no-mineras-crecieron": "Exportaciones no mineras crecieron 8,4 %",
    "turismo/registro-nacional-turismo-cinco-pasos": "Así se renueva el Registro Nacional de Turismo",
    "comercio/certificados-origen-en-linea": "Los certificados de origen ya se piden en línea",
    "industria/programa-productividad-seiscientos-cupos": "El programa de productividad abre seiscientos cupos",
    "turismo/senalizacion-turistica-accesible-doce-pueblos": "Señalización turística accesible en doce pueblos",
}
# Counts what a person does in a window, over its pages: clicks, fields and screens.
COUNT = """
  const add = (name) => sessionStorage.setItem(name, Number(sessionStorage.getItem(name)) + 1);
  addEventListener("click", (event) => { if (event.isTrusted) add("clicks"); }, true);
  addEventListener("change", (event) => { if (event.isTrusted) add("fields"); }, true);
  if (window === top) add("screens");
"""
EFFORT = """() => ["clicks", "fields", "screens"].map((name) => Number(sessionStorage.getItem(name)))"""


@pytest.fixture(scope="module")
def candidates(stage: JourneyInstallation, lab: Lab) -> list[str]:
    """News of the website that nobody has informed yet; their titles."""
    luis = stage.teams["hoy"].people["luis"]

    def make() -> list[News]:
        now = timezone.now()
        address = f"{lab.url}/sitio/feed.xml"
        source = actions.register_source(entity=luis.entity, kind=FEED, name="Sede", address=address, by=luis, now=now)
        items = [Item(f"{lab.url}/sitio/prensa/noticias/{place}", title) for place, title in TITLES.items()]
        return actions.save_reading(source=source, items=items, now=now).found

    return [news.title for news in run_in_thread(stage.workers, make)]


@pytest.fixture
def enter(stage: JourneyInstallation, windows: Windows) -> Callable[..., BrowserUser]:
    def enter(first_name: str, **options: Any) -> BrowserUser:
        return windows.enter(stage.address, stage.teams["hoy"].people[first_name], **options)

    return enter


def tasks(page: Page) -> Any:
    return page.get_by_role("region", name="Lo que te toca")


def test_a_group_is_folded_after_three_rows_on_a_phone_and_stays_unfolded(
    candidates: list[str], enter: Callable[..., BrowserUser]
) -> None:
    """It comes first: the other tests inform these news."""
    page = enter("luis", size=PHONE).page
    page.reload()
    more = tasks(page).locator("details.folded-rows")
    expect(more.locator("li").first).to_be_hidden()
    more.locator("summary").click()
    expect(more.locator("li").first).to_be_visible()
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        pass  # it renewed itself
    expect(tasks(page).locator("details.folded-rows li").first).to_be_visible()
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.reload()
    expect(tasks(page).locator("details.folded-rows li").first).to_be_visible()  # folded only where there is no place


@pytest.mark.parametrize("scripted", [True, False])
def test_one_click_informs_and_one_more_opens_the_editor_at_its_hour(
    scripted: bool, candidates: list[str], enter: Callable[..., BrowserUser]
) -> None:
    """The content manager: 1 click, no field, on Hoy itself. The publisher: 1 click to the editor, with its hour."""
    luis, ana = (enter(name, java_script_enabled=scripted) for name in ("luis", "ana"))
    title = candidates[0 if scripted else 1]
    row = tasks(luis.page).get_by_role("listitem").filter(has_text=title)
    for person in (luis, ana):
        person.page.add_init_script(COUNT)
        person.go("/")
    row.get_by_role("button", name="Informar").click()
    expect(luis.page.get_by_text("Listo: les avisamos a Ana y a Beto.")).to_be_visible()
    expect(luis.page.get_by_role("heading", level=1, name="Hoy,")).to_be_visible()
    expect(row).to_have_count(0)
    if scripted:
        assert luis.page.evaluate(EFFORT) == [1, 0, 2]  # Hoy, and Hoy again with what was done
    if not scripted:
        ana.go("/")
    waiting = tasks(ana.page).get_by_role("listitem").filter(has_text=title)
    expect(waiting).to_contain_text("Luis Peña la informó")  # by itself, within the ten seconds of its renewal
    button = waiting.get_by_role("button", name=HOUR)
    hour = button.inner_text().split()[-1]
    button.click()
    expect(ana.page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(ana.page.get_by_label("Hora", exact=True)).to_have_value(hour)
    if scripted:
        assert ana.page.evaluate(EFFORT) == [1, 0, 2]  # Hoy and the editor


def test_several_are_chosen_and_informed_with_one_act(candidates: list[str], enter: Callable[..., BrowserUser]) -> None:
    page = enter("luis").go("/noticias/")
    for title in candidates[2:4]:
        page.get_by_label(f"Elegir «{title}»").check()
    expect(page.get_by_text("2 elegidas")).to_be_visible()
    page.get_by_role("button", name="Informar las elegidas").click()
    expect(page.get_by_text("2 noticias informadas. Listo: les avisamos a Ana y a Beto.")).to_be_visible()
    expect(page.get_by_label(f"Elegir «{candidates[2]}»")).to_have_count(0)
    page.get_by_role("searchbox", name="Buscar en noticias").fill("productividad cupos")
    page.get_by_role("button", name="Buscar", exact=True).click()
    expect(page.get_by_text("Ninguna noticia coincide.")).to_be_visible()  # it was informed: another tab has it
    page.get_by_role("link", name="Informadas").click()
    expect(page.get_by_role("link", name=candidates[3])).to_be_visible()


@pytest.mark.parametrize("who", ["carmen", "luis", "ana"])
def test_hoy_has_something_true_for_every_role(
    who: str, sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    page = open_as(who).page
    page.goto(sample.address)
    for name in ("Próximas salidas", "Ya salió hoy", "Cuentas"):
        expect(page.get_by_role("region", name=name).get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_role("button", name="Ver", exact=True)).to_have_count(0)


def renew(page: Page) -> None:
    """Make Hoy renew itself now, as it does by itself every ten seconds, and wait until it did."""
    page.evaluate("htmx.ajax('GET', '/', {source: '#moving', target: '#moving', swap: 'outerHTML'})")


def mark(page: Page) -> None:
    page.evaluate("document.getElementById('moving').dataset.old = '1'")


def is_the_same(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('moving').dataset.old === '1'"))


def test_a_renewal_never_replaces_what_a_person_is_using(
    sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    page = open_as("beto").page
    page.goto(sample.address)
    row = tasks(page).get_by_role("listitem").first.get_by_role("link").first
    page.mouse.move(5, 5)
    mark(page)
    renew(page)
    assert not is_the_same(page)  # nobody uses it
    mark(page)
    row.hover()
    renew(page)
    assert is_the_same(page)  # somebody points at a row, and is about to press it
    page.evaluate("performance.now = () => Number.MAX_SAFE_INTEGER")  # the pointer rests there since long ago
    page.mouse.down()
    renew(page)
    assert is_the_same(page)
    page.mouse.up()
    expect(page).not_to_have_url(f"{sample.address}/")  # the press was not lost
    page.go_back()
    page.mouse.move(5, 5)
    for use in (
        row.focus,  # without an id: htmx could not give it the focus back
        lambda: page.evaluate("getSelection().selectAllChildren(document.querySelector('#moving h1'))"),
        lambda: page.locator("#moving form").first.evaluate("form => { form.dataset.sent = '1' }"),
    ):
        page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
        mark(page)
        use()
        renew(page)
        assert is_the_same(page)
