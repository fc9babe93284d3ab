"""Wrong passwords of somebody else in the office: what the page says, and who can still sign in."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import JourneyInstallation
from tests.browser.windows import BrowserUser, Windows, sign_in
from tests.conftest import PASSWORD

WRONG = 25
LOCKED = "Hubo demasiados intentos con ese correo desde aquí. Espera 5 minutos"
LOGIN = "/cuenta/login/"


def try_password(page: Page, email: str, password: str) -> None:
    """Send the form of sign-in."""
    page.get_by_label("Correo institucional").fill(email)
    page.get_by_label("Contraseña", exact=False).first.fill(password)
    page.get_by_role("button", name="Entrar", exact=True).click()


def guess(page: Page, email: str, times: int) -> None:
    """Send wrong passwords without the form, as a program does."""
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    for number in range(times):
        form = {"csrfmiddlewaretoken": token, "login": email, "password": f"equivocada-{number}"}
        assert page.request.post(page.url, form=form, headers={"Referer": page.url}).status in {200, 429}


def test_wrong_passwords_of_the_office_lock_neither_a_known_device_nor_a_colleague(
    stage: JourneyInstallation, windows: Windows
) -> None:
    people = stage.teams["teclado"].people
    carmen, ana = people["carmen"].user.email, people["ana"].user.email
    own_device = windows.enter(stage.address, people["carmen"])
    own_device.page.context.clear_cookies(name="sessionid")

    stranger = windows.window()
    stranger.goto(f"{stage.address}{LOGIN}")
    guess(stranger, carmen, WRONG - 1)
    try_password(stranger, carmen, "equivocada")
    alert = stranger.get_by_role("alert").filter(has_text=LOCKED)
    expect(alert.or_(stranger.get_by_text(LOCKED)).first).to_be_visible()
    expect(stranger.get_by_label("Correo institucional")).to_have_value(carmen)
    try_password(stranger, carmen, PASSWORD)
    expect(stranger.get_by_text(LOCKED).first).to_be_visible()

    sign_in(own_device, carmen)
    colleague = BrowserUser(windows.window(), stage.address)
    sign_in(colleague, ana)
