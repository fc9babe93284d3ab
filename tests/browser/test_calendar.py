"""The calendar with the keyboard, the pointer, a phone, and without scripts (P-2, N-6, D-4)."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.newsroom.models import News
from pregonero.publishing.models import Publication
from tests.browser.conftest import JourneyInstallation, SampleInstallation
from tests.browser.processes import run_in_thread
from tests.browser.sample_day import PLACES
from tests.browser.test_keyboard import tab_to
from tests.browser.windows import DESKTOP, PHONE, BrowserUser, Windows
from tests.lab.process import Lab
from tests.stage import drafted, informed_news, programmed

pytestmark = pytest.mark.procedure("P-2", "N-6")
Titles = "nodes => nodes.map((node) => [node.textContent.trim(), node.getBoundingClientRect().height])"
NARROW = (1240, 900)


DAYS = count(4)


@pytest.fixture
def noon() -> datetime:
    """Noon in Bogotá of a day of its own for each test, far enough for no worker to send anything of it."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=next(DAYS))


@pytest.fixture
def going(stage: JourneyInstallation, lab: Lab, noon: datetime) -> Publication:
    """A publication of its own for each test, scheduled at noon."""
    people = stage.teams["parrilla"].people

    def make() -> Publication:
        now = timezone.now()
        news = informed_news(lab, people["luis"], now)
        news.address = f"{lab.url}/sitio/prensa/noticias/{PLACES['exportaciones']}"  # a page that answers
        news.save(update_fields=["address"])
        return programmed(news, people["beto"], now, due_at=noon)

    return run_in_thread(stage.workers, make)


@pytest.fixture
def beto(stage: JourneyInstallation, windows: Windows) -> BrowserUser:
    return windows.enter(stage.address, stage.teams["parrilla"].people["beto"], DESKTOP)


def due_at(stage: JourneyInstallation, publication: Publication) -> datetime | None:
    publications = Publication.objects.filter(pk=publication.pk)
    return run_in_thread(stage.workers, lambda: publications.values_list("due_at", flat=True).get())


def row_of(page: Page, publication: Publication) -> object:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=publication.title))


def test_a_publication_is_moved_with_the_keyboard_alone(
    stage: JourneyInstallation, beto: BrowserUser, going: Publication, noon: datetime
) -> None:
    page = beto.go(f"/parrilla/{noon:%Y-%m-%d}/?red=x")
    tab_to(page, going.title)
    tab_to(page, "Acciones de la publicación de las 12:00")
    page.keyboard.press("Enter")
    tab_to(page, "Cambiar la hora")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Cambiar la hora")
    expect(dialog).to_contain_text(going.title)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert due_at(stage, going) == noon
    page.get_by_text("Acciones de la publicación de las 12:00").last.locator("..").press("Enter")
    tab_to(page, "Cambiar la hora")
    page.keyboard.press("Enter")
    dialog.get_by_label("Hora").fill("16:30")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#flash")).to_contain_text("a las 16:30")
    assert due_at(stage, going) == noon.replace(hour=16, minute=30)
    page.locator("#flash").get_by_role("button", name="Deshacer").press("Enter")
    expect(page.locator("#flash")).to_contain_text("Deshecho")
    expect(page).to_have_url(re.compile(rf"/parrilla/{noon:%Y-%m-%d}/\?red=x$"))
    assert due_at(stage, going) == noon


def test_a_card_that_is_dragged_asks_before_it_moves(
    stage: JourneyInstallation, beto: BrowserUser, going: Publication, noon: datetime
) -> None:
    page = beto.go(f"/parrilla/{noon:%Y-%m-%d}/semana/")
    card = page.locator(f'[data-move$="/{going.pk}/hora/"]')
    place = page.locator(f'[data-at="{noon:%Y-%m-%d}T18:00"]')
    card.drag_to(place)
    dialog = page.get_by_role("dialog", name="Cambiar la hora")
    expect(dialog.get_by_label("Hora")).to_have_value("18:00")
    dialog.get_by_role("button", name="No, volver").click()
    assert due_at(stage, going) == noon
    card.drag_to(place)
    with page.expect_navigation():
        dialog.get_by_role("button", name="Mover").click()
    expect(page).to_have_url(re.compile(rf"/parrilla/{noon:%Y-%m-%d}/semana/$"))
    assert due_at(stage, going) == noon.replace(hour=18)


def test_what_has_no_time_is_dragged_to_an_hour_that_the_editor_then_proposes(
    stage: JourneyInstallation, beto: BrowserUser, lab: Lab, noon: datetime
) -> None:
    people = stage.teams["parrilla"].people
    draft = run_in_thread(
        stage.workers,
        lambda: drafted(informed_news(lab, people["luis"], timezone.now()), people["beto"], timezone.now()),
    )
    day = noon + timedelta(days=9)
    page = beto.go(f"/parrilla/{day:%Y-%m-%d}/")
    item = page.locator(f'.tray [data-create="/publicaciones/{draft.pk}/editor/"]')
    with page.expect_navigation(url=re.compile(r"/editor/")):
        item.drag_to(page.locator("[data-at]").first)
    hour = re.search(r"T(\d\d:\d\d)", page.url.replace("%3A", ":"))
    assert hour
    expect(page.locator('[name="day"]')).to_have_value(f"{day:%Y-%m-%d}")
    expect(page.locator('[name="hour"]')).to_have_value(hour[1])


@pytest.mark.procedure("D-4")
def test_moving_needs_no_scripts(
    stage: JourneyInstallation, windows: Windows, going: Publication, noon: datetime
) -> None:
    person = windows.enter(stage.address, stage.teams["parrilla"].people["beto"], DESKTOP, java_script_enabled=False)
    page = person.go(f"/parrilla/{noon:%Y-%m-%d}/semana/?red=x")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=going.title))
    card.get_by_text("Acciones").locator("..").click()
    card.get_by_role("link", name="Cambiar la hora").click()
    page.get_by_label("Hora").fill("07:00")
    page.get_by_label("Sale el").fill("2020-01-01")
    page.get_by_role("button", name="Mover").click()
    expect(page.get_by_text("Esa hora ya pasó")).to_be_visible()
    page.get_by_label("Sale el").fill(f"{noon + timedelta(days=1):%Y-%m-%d}")
    page.get_by_role("button", name="Mover").click()
    expect(page).to_have_url(re.compile(rf"/parrilla/{noon:%Y-%m-%d}/semana/\?red=x$"))
    assert due_at(stage, going) == noon.replace(hour=7) + timedelta(days=1)


@pytest.mark.parametrize("path", ["/parrilla/", "/parrilla/2026-11-24/semana/", "/parrilla/2026-11-24/lista/"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_each_card_is_heard_once_and_its_title_is_easy_to_hit(
    open_as: Callable[..., BrowserUser], path: str, size: tuple[int, int]
) -> None:
    page = open_as("beto", size).go(path)
    links = page.locator(":is(.pub, .card, .agenda) a.clamp")
    titles = [(str(text), float(height)) for text, height in links.evaluate_all(Titles) if height]
    assert len(titles) >= 6
    assert [title for title, height in titles if height < 24] == []
    heard = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    texts = Counter(
        str(node.get("name", {}).get("value", "")).strip()
        for node in heard
        if not node.get("ignored") and node.get("role", {}).get("value") == "link"
    )
    published = [title for title, _ in titles if not title.startswith("Sugerida")]
    assert {title: texts[title] for title in published if texts[title] != 1} == {}


def test_the_head_and_the_tray_stay_while_a_long_day_scrolls(open_as: Callable[..., BrowserUser]) -> None:
    page = open_as("beto").go("/parrilla/")
    page.set_viewport_size({"width": 1440, "height": 600})
    page.mouse.wheel(0, 420)
    page.wait_for_function("scrollY > 300")
    for name in ("Publicación", "Sin programar"):
        box = page.locator(".calendar-cols").get_by_text(name, exact=True).bounding_box()
        assert box
        assert 0 <= box["y"] < 130, name


def test_the_tray_is_folded_where_it_does_not_fit(open_as: Callable[..., BrowserUser]) -> None:
    page = open_as("beto", NARROW).go("/parrilla/")
    tray = page.locator(".tray")
    expect(tray.get_by_role("link", name="Programar 13:00")).to_be_hidden()
    tray.locator("summary").click()
    expect(tray.get_by_role("link", name="Programar 13:00")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(tray.get_by_role("link", name="Programar 13:00")).to_be_visible()


def test_a_phone_lists_the_day_by_hour_with_its_menu(open_as: Callable[..., BrowserUser]) -> None:
    page = open_as("beto", PHONE).go("/parrilla/")
    rows = page.locator(".pub")
    tops = rows.evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().top)")
    assert tops == sorted(tops)
    row = rows.filter(has=page.get_by_role("rowheader", name="10:30"))
    row.locator("summary").click()
    menu = row.locator(".menu-list")
    expect(menu.get_by_role("link", name="Cambiar la hora")).to_be_visible()
    box = menu.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_the_quotas_are_bars_that_unfold(open_as: Callable[..., BrowserUser]) -> None:
    page = open_as("beto").go("/parrilla/")
    page.get_by_text("Cupos de cada red").click()
    quotas = page.locator(".quotas li")
    expect(quotas.first).to_be_visible()
    assert quotas.count() > 4
    expect(quotas.first.locator("svg.bar")).to_be_visible()


def test_filters_stay_in_the_address_between_views(
    sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    page = open_as("beto").go("/parrilla/")
    page.get_by_label("Estado").select_option("No salieron")
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page).to_have_url(re.compile(r"/parrilla/2026-11-24/\?estado=no-salieron$"))
    expect(page.locator(".pub")).to_have_count(1)
    page.get_by_role("link", name="Semana", exact=True).click()
    expect(page).to_have_url(re.compile(r"/semana/\?estado=no-salieron$"))
    expect(page.locator(".week .card")).to_have_count(2)
    page.get_by_role("link", name="Semana anterior").click()
    expect(page.locator(".week .card")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"2026-11-17/semana/\?estado=no-salieron$"))


@pytest.fixture
def informed(stage: JourneyInstallation, lab: Lab) -> News:
    """A news item of its own for each test, without a draft."""
    people = stage.teams["parrilla"].people
    return run_in_thread(stage.workers, lambda: informed_news(lab, people["luis"], timezone.now()))


def test_a_news_item_is_dropped_on_an_hour_and_its_draft_opens_at_it(
    beto: BrowserUser, informed: News, noon: datetime
) -> None:
    day = noon + timedelta(days=40)
    page = beto.go(f"/parrilla/{day:%Y-%m-%d}/")
    item = page.locator(".tray li").filter(has_text=informed.title)
    with page.expect_navigation(url=re.compile(r"/publicaciones/nueva/")):
        item.drag_to(page.locator("[data-at]").first)
    expect(page.get_by_text(re.compile(r"Elige qué sale el .* a las"))).to_be_visible()
    with page.expect_navigation(url=re.compile(r"/editor/\?hora=")):
        page.get_by_role("button", name="Preparar los textos").click()
    expect(page.locator('[name="day"]')).to_have_value(f"{day:%Y-%m-%d}")


def test_a_news_item_is_placed_on_an_hour_with_the_keyboard_alone(
    beto: BrowserUser, informed: News, noon: datetime
) -> None:
    day = noon + timedelta(days=41)
    page = beto.go(f"/parrilla/{day:%Y-%m-%d}/")
    tab_to(page, "programar aquí")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row = page.locator("li").filter(has=page.get_by_role("link", name=informed.title))
    with page.expect_navigation(url=re.compile(r"/editor/\?hora=")):
        row.get_by_role("button", name="Preparar").press("Enter")
    expect(page.locator('[name="day"]')).to_have_value(f"{day:%Y-%m-%d}")


@pytest.mark.procedure("D-4")
def test_room_is_made_without_scripts_and_brought_back_with_one_undo(
    stage: JourneyInstallation, windows: Windows, going: Publication, lab: Lab, noon: datetime
) -> None:
    people = stage.teams["parrilla"].people

    def make_draft() -> Publication:
        now = timezone.now()
        return drafted(informed_news(lab, people["luis"], now), people["beto"], now)

    draft = run_in_thread(stage.workers, make_draft)
    person = windows.enter(stage.address, people["beto"], DESKTOP, java_script_enabled=False)
    page = person.go(f"/publicaciones/{draft.pk}/editor/?hora={noon:%Y-%m-%dT%H:%M}")
    expect(page.get_by_text(f"Queda a la misma hora de «{going.title}»")).to_be_visible()
    page.get_by_role("button", name="Hacer sitio").first.click()
    expect(page.get_by_role("heading", name="Hacer sitio")).to_be_visible()
    expect(page.get_by_text("Pasa a las 12:15, en todas sus cuentas.")).to_be_visible()
    page.get_by_role("button", name="Hacer sitio").click()
    expect(page).to_have_url(re.compile(rf"/publicaciones/{draft.pk}/editor/\?hora={noon:%Y-%m-%d}T12:00$"))
    assert due_at(stage, going) == noon.replace(minute=15)
    page.get_by_role("button", name="Deshacer").click()
    assert due_at(stage, going) == noon


def test_an_hour_is_proposed_with_its_reason_and_taken_with_the_keyboard(
    stage: JourneyInstallation, beto: BrowserUser, lab: Lab
) -> None:
    people = stage.teams["parrilla"].people

    def make_draft() -> Publication:
        now = timezone.now()
        return drafted(informed_news(lab, people["luis"], now), people["beto"], now)

    draft = run_in_thread(stage.workers, make_draft)
    page = beto.go(f"/publicaciones/{draft.pk}/editor/")
    page.locator("details.minute > summary").press("Enter")
    with page.expect_navigation(url=re.compile(r"/propuesta/$")):
        page.get_by_role("button", name="Proponer una hora").press("Enter")
    expect(page.get_by_text(re.compile("hay espacio")).first).to_be_visible()
    link = page.get_by_role("link", name=re.compile("^Usar las")).first
    hour = re.search(r"\d\d:\d\d", link.inner_text())
    assert hour
    with page.expect_navigation(url=re.compile(r"/editor/\?hora=")):
        link.press("Enter")
    expect(page.locator('[name="hour"]')).to_have_value(hour[0])
