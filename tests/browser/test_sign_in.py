"""Signing in as somebody who does not succeed at first: each page says what to do, and a phone can do it."""

from playwright.sync_api import expect

from tests.browser.conftest import SampleInstallation
from tests.browser.windows import PHONE, BrowserUser, Windows

WRONG = "una-clave-que-no-es"


def test_locked_sign_in_says_what_to_do(sample: SampleInstallation, windows: Windows) -> None:
    page = BrowserUser(windows.window(PHONE), sample.address).go("/cuenta/login/")
    for _ in range(5):
        page.get_by_label("Correo institucional").fill("nadie@mincomercio.test")
        page.get_by_label("Contraseña", exact=True).fill(WRONG)
        page.get_by_role("button", name="Entrar", exact=True).click()
        expect(page.get_by_text("El correo o la contraseña no coinciden.")).to_be_visible()
        expect(page.get_by_label("Correo institucional")).to_be_focused()
        expect(page.get_by_label("Correo institucional")).to_have_value("nadie@mincomercio.test")
    page.get_by_label("Contraseña", exact=True).fill(WRONG)
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_text("Espera 5 minutos")).to_be_visible()
    expect(page.get_by_text("Nadie más queda bloqueado.")).to_be_visible()
    page.get_by_role("link", name="Olvidé mi contraseña").click()
    expect(page.get_by_role("heading", name="Recupera tu contraseña")).to_be_visible()


def test_too_many_requests_say_what_to_do(sample: SampleInstallation, windows: Windows) -> None:
    page = BrowserUser(windows.window(PHONE), sample.address).go("/cuenta/password/reset/")
    for _ in range(6):
        page.goto(f"{sample.address}/cuenta/password/reset/")
        page.get_by_label("Correo").fill("otro@mincomercio.test")
        page.get_by_role("button", name="Enviar el enlace").click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", name="Espera un minuto")).to_be_visible()
    expect(page.get_by_text("Vuelve a intentarlo en un minuto.")).to_be_visible()
    expect(page.get_by_role("link", name="Ir al sitio público")).to_be_visible()
