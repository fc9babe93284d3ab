"""Nothing written in the editor is lost: a session that ends, a stale tab, leaving, and an hour that is refused."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, Route, expect

from pregonero.networks.actions.register import pause_account, resume_account
from pregonero.networks.models import Account
from pregonero.publishing.models import Adaptation
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.sample_day import PLACES
from tests.browser.windows import DESKTOP, PHONE, BrowserUser, Windows
from tests.conftest import PASSWORD
from tests.lab.process import Lab
from tests.stage import drafted, informed_news

pytestmark = pytest.mark.procedure("P-6", "N-6")
Enter = Callable[..., BrowserUser]


@pytest.fixture
def draft(stage: JourneyInstallation, lab: Lab) -> int:
    """Return a draft of its own for each test."""
    people = stage.teams["editor"].people

    def make() -> int:
        now = timezone.now()
        news = informed_news(lab, people["luis"], now)
        news.address = f"{lab.url}/sitio/prensa/noticias/{PLACES['exportaciones']}"  # a page that answers
        news.save(update_fields=["address"])
        return drafted(news, people["beto"], now).pk

    return run_in_thread(stage.workers, make)


@pytest.fixture
def enter(stage: JourneyInstallation, windows: Windows) -> Enter:
    def enter(first_name: str, size: tuple[int, int] = DESKTOP) -> BrowserUser:
        return windows.enter(stage.address, stage.teams["editor"].people[first_name], size)

    return enter


def saved_text(stage: JourneyInstallation, draft: int) -> str:
    adaptations = Adaptation.objects.filter(publication=draft, account__network="x")
    return run_in_thread(stage.workers, lambda: adaptations.values_list("text", flat=True).get())


def editor(user: BrowserUser, draft: int) -> Page:
    page = user.go(f"/publicaciones/{draft}/editor/")
    page.get_by_role("navigation", name="Redes").get_by_role("link", name="X").click()
    expect(page.get_by_label("Texto para X")).to_be_visible()
    return page


def write(page: Page, text: str) -> None:
    area = page.get_by_label("Texto para X")
    area.click()
    area.press("Control+End")
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_session_that_ends_in_the_middle_of_a_sentence_loses_nothing(
    stage: JourneyInstallation, enter: Enter, draft: int, size: tuple[int, int]
) -> None:
    beto = enter("beto", size)
    page = editor(beto, draft)
    beto.page.context.clear_cookies(name="sessionid")
    write(page, " Una frase a medias")
    expect(page.locator("#session").get_by_text("Tu sesión terminó.")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/editor/"))
    write(page, " que sigue")
    expect(page.get_by_label("Texto para X")).to_have_value(re.compile("Una frase a medias que sigue$"))
    page.get_by_role("button", name="Guardar").last.click()
    expect(page).to_have_url(re.compile(r"/editor/"))
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Entrar").click()
    door = opened.value
    door.get_by_label("Correo institucional").fill(stage.teams["editor"].people["beto"].user.email)
    door.get_by_label("Contraseña", exact=False).first.fill(PASSWORD)
    door.get_by_role("button", name="Entrar", exact=True).click()
    expect(door.get_by_role("heading", name="Ya entraste")).to_be_visible()
    expect(page.get_by_text("Borrador guardado a las")).to_be_visible()
    assert saved_text(stage, draft).endswith("Una frase a medias que sigue")
    write(page, " y se guarda.")
    page.get_by_role("button", name="Guardar").last.click()
    expect(page.get_by_text("Guardado.", exact=True)).to_be_visible()
    assert saved_text(stage, draft).endswith("que sigue y se guarda.")
    expect(page.get_by_label("Texto para X")).to_be_visible()  # saving leads back to the same tab


def test_somebody_else_in_the_other_tab_does_not_save_in_the_name_of_the_first(
    stage: JourneyInstallation, enter: Enter, draft: int
) -> None:
    beto, ana = enter("beto"), enter("ana")
    page = editor(beto, draft)
    beto.page.context.clear_cookies(name="sessionid")
    write(page, " Lo de Beto")
    expect(page.locator("#session").get_by_text("Tu sesión terminó.")).to_be_visible()
    beto.page.context.add_cookies(ana.page.context.cookies())  # type: ignore[arg-type]
    expect(page.get_by_text("En este navegador entró otra persona.")).to_be_visible()
    page.get_by_role("button", name="Guardar").last.click()
    assert "Lo de Beto" not in saved_text(stage, draft)


def test_draft_is_saved_while_it_is_written_and_the_button_finds_no_conflict(
    stage: JourneyInstallation, enter: Enter, draft: int
) -> None:
    page = editor(enter("beto"), draft)
    for number in range(3):
        with page.expect_request_finished(_saves):
            write(page, f" Frase {number}.")
    with page.expect_request(_saves):
        write(page, " La última.")
    page.get_by_role("button", name="Guardar").last.click()
    expect(page.get_by_text("Guardado.", exact=True)).to_be_visible()
    assert saved_text(stage, draft).endswith("Frase 0. Frase 1. Frase 2. La última.")


def _saves(request: Request) -> bool:
    return request.url.endswith("/revision/") and "autosave=1" in (request.post_data or "")


def test_stale_tab_keeps_its_text_and_compares(stage: JourneyInstallation, enter: Enter, draft: int) -> None:
    mine, theirs = editor(enter("beto"), draft), editor(enter("ana"), draft)
    write(theirs, " Lo de Ana.")
    expect(theirs.get_by_text("Borrador guardado a las")).to_be_visible()
    write(mine, " Lo de Beto.")
    expect(mine.get_by_text("Ana Rojas guardó cambios a las")).to_be_visible()
    assert saved_text(stage, draft).endswith("Lo de Ana.")
    mine.get_by_role("button", name="Comparar").click()
    expect(mine.get_by_role("heading", name="Lo que guardó Ana Rojas")).to_be_visible()
    expect(mine.get_by_role("textbox", name="Texto para X")).to_have_value(re.compile("Lo de Beto.$"))  # the same tab


def test_leaving_with_unsaved_changes_asks_and_the_text_is_kept_in_this_browser(
    stage: JourneyInstallation, enter: Enter, draft: int
) -> None:
    page = editor(enter("beto"), draft)
    page.route("**/revision/", lambda route: route.abort())
    write(page, " Sin conexión.")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Noticias").click(no_wait_after=True)
    assert asked.value.type == "beforeunload"
    expect(page).to_have_url(re.compile(r"/editor/"))
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Noticias").click()
    expect(page).to_have_url(re.compile(r"/noticias/"))
    page.unroute("**/revision/")
    page.goto(f"{stage.address}/publicaciones/{draft}/editor/")
    expect(page.get_by_text("Hay texto tuyo sin guardar en este equipo.")).to_be_visible()
    page.get_by_role("button", name="Recuperarlo").click()
    expect(page.get_by_label("Texto para X")).to_have_value(re.compile("Sin conexión.$"))
    expect(page.get_by_text("Borrador guardado a las")).to_be_visible()
    assert saved_text(stage, draft).endswith("Sin conexión.")
    page.reload()
    expect(page.get_by_text("Hay texto tuyo sin guardar en este equipo.")).to_have_count(0)


def test_warning_before_the_session_ends_prolongs_it(enter: Enter, draft: int) -> None:
    user = enter("beto")
    user.page.clock.install()
    page = editor(user, draft)

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json={"user": _user(page), "seconds": 200, "token": "x" * 64})
        else:
            route.continue_()

    page.route("**/sesion/", answer)
    user.page.clock.fast_forward(timedelta(hours=11, minutes=56).total_seconds() * 1000)
    expect(page.get_by_text("Tu sesión termina en unos minutos.")).to_be_in_viewport()
    with page.expect_response(lambda response: response.request.method == "POST" and "/sesion/" in response.url):
        page.get_by_role("button", name="Seguir en sesión").click()


def _user(page: Page) -> int:
    return int(str(page.locator("#session").get_attribute("data-user")))


def test_refused_hour_keeps_the_texts_and_puts_the_focus_on_its_field(
    stage: JourneyInstallation, enter: Enter, draft: int
) -> None:
    page = editor(enter("beto"), draft)
    write(page, " Con la hora mal.")
    yesterday = timezone.localtime() - timedelta(days=1)
    page.get_by_label("Día").fill(f"{yesterday:%Y-%m-%d}")
    page.get_by_role("button", name="Programar").click()
    expect(page.get_by_label("Hora", exact=True)).to_be_focused()
    expect(page.get_by_label("Hora", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("alert").get_by_text("tus textos quedaron guardados")).to_be_visible()
    expect(page.get_by_label("Texto para X")).to_have_value(re.compile("Con la hora mal.$"))
    assert saved_text(stage, draft).endswith("Con la hora mal.")
    page.get_by_role("alert").get_by_role("link", name="Esa hora ya pasó").click()
    expect(page.get_by_label("Hora", exact=True)).to_be_focused()


def test_problem_of_a_hidden_network_opens_it_and_takes_the_focus(enter: Enter, draft: int) -> None:
    page = editor(enter("beto"), draft)
    page.get_by_role("navigation", name="Redes").get_by_role("link", name="YouTube").click()
    title = page.locator('input[name$="-title"]:visible')
    title.fill("")
    page.get_by_role("navigation", name="Redes").get_by_role("link", name="X").click()
    page.get_by_role("button", name="Programar").click()
    expect(title).to_be_focused()


def test_without_scripts_what_was_sent_after_the_session_ended_is_given_back(
    stage: JourneyInstallation, windows: Windows, draft: int
) -> None:
    person = stage.teams["editor"].people["beto"]
    beto = windows.enter(stage.address, person, java_script_enabled=False)
    page = beto.go(f"/publicaciones/{draft}/editor/")
    page.get_by_label("Texto para X").fill("Una frase a medias")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Guardar", exact=True).last.click()
    page.get_by_label("Correo institucional").fill(person.user.email)
    page.get_by_label("Contraseña", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/publicaciones/{draft}/editor/$"))
    expect(page.get_by_text("Recuperamos lo que escribiste.")).to_be_visible()
    expect(page.get_by_label("Texto para X")).to_have_value("Una frase a medias")
    page.get_by_role("button", name="Guardar", exact=True).last.click()
    expect(page.get_by_text("Guardado.", exact=True)).to_be_visible()
    assert saved_text(stage, draft) == "Una frase a medias"
    page.reload()
    expect(page.get_by_text("Recuperamos lo que escribiste.")).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_network_that_pauses_while_somebody_writes_stays_with_its_text(
    stage: JourneyInstallation, enter: Enter, draft: int, size: tuple[int, int]
) -> None:
    page = editor(enter("beto", size), draft)
    people = stage.teams["editor"].people

    def account_of_x() -> Account:
        return Adaptation.objects.select_related("account").get(publication=draft, account__network="x").account

    def pause() -> None:
        pause_account(account=account_of_x(), reason="Un incidente en X.", by=people["carmen"], now=timezone.now())

    def resume() -> None:
        resume_account(account=account_of_x(), by=people["carmen"], now=timezone.now())

    run_in_thread(stage.workers, pause)
    try:
        write(page, " Lo que sigue.")
        expect(page.get_by_role("navigation", name="Redes").get_by_text("En pausa")).to_be_visible()
        expect(page.get_by_label("Texto para X")).to_have_value(re.compile("Lo que sigue.$"))
        expect(page.get_by_text("Borrador guardado a las")).to_be_visible()
        assert saved_text(stage, draft).endswith("Lo que sigue.")
    finally:
        run_in_thread(stage.workers, resume)
