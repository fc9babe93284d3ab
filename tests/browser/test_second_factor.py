"""Signing in for real: enrolling with a telephone without scripts, and with a key that the browser emulates."""

from typing import Any

from playwright.sync_api import Page, expect

from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import PHONE, Windows
from tests.conftest import PASSWORD, member
from tests.second_factor import current_code

KEY: dict[str, Any] = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def new_person(stage: JourneyInstallation, first: str, name: str) -> Member:
    """Register somebody who has no second factor yet."""
    entity = stage.teams["teclado"].entity
    return run_in_thread(stage.workers, lambda: member(entity, first, name, Role.ADVISER))


def give_password(page: Page, address: str, person: Member) -> None:
    """Fill the form of sign-in, and send it."""
    page.goto(f"{address}/cuenta/login/")
    page.get_by_label("Correo institucional").fill(person.user.email)
    page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()


def keep_codes(page: Page) -> str:
    """Make the recovery codes, and return the first one."""
    page.get_by_role("button", name="Ver mis códigos").click()
    first = page.get_by_label("Códigos", exact=True).input_value().split()[0]
    page.get_by_role("link", name="Ya los guardé").click()
    expect(page.get_by_role("heading", level=1, name="Hoy,")).to_be_visible()
    return first


def test_telephone_and_recovery_code_without_scripts(stage: JourneyInstallation, windows: Windows) -> None:
    eva = new_person(stage, "eva", "Eva Paz")
    page = windows.window(PHONE, java_script_enabled=False)
    give_password(page, stage.address, eva)
    page.goto(f"{stage.address}/parrilla/")
    expect(page.get_by_role("heading", level=1, name="Activa el segundo paso")).to_be_visible()
    page.get_by_role("button", name="Usar mi teléfono").click()
    expect(page.get_by_role("img", name="Código QR")).to_be_visible()
    secret = page.get_by_label("Clave, para escribirla a mano").input_value()
    page.get_by_label("Código de seis números").fill(current_code(secret))
    page.get_by_role("button", name="Activar").click()
    code = keep_codes(page)
    page.context.clear_cookies()
    give_password(page, stage.address, eva)
    page.get_by_label("Código", exact=True).fill("000000")
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_text("Ese código no es, o ya se usó.").first).to_be_visible()
    page.get_by_label("Código", exact=True).fill(code)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", level=1, name="Hoy,")).to_be_visible()


def test_key_enrols_and_signs_in(stage: JourneyInstallation, windows: Windows) -> None:
    noa = new_person(stage, "noa", "Noa Gil")
    address = stage.address.replace("127.0.0.1", "localhost")  # a key belongs to a name, and never to a number
    page = windows.window()
    authenticator = page.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    give_password(page, address, noa)
    page.get_by_role("link", name="Usar una llave").click()
    page.wait_for_url("**/webauthn/add/")  # and its script listens to the button
    page.get_by_role("button", name="Agregar").click()
    expect(page.get_by_role("heading", name="Guarda tus códigos de recuperación")).to_be_visible()
    keep_codes(page)
    page.context.clear_cookies()
    give_password(page, address, noa)
    page.wait_for_url("**/authenticate/")
    page.get_by_role("button", name="Usar una llave de acceso").click()
    expect(page.get_by_role("heading", level=1, name="Hoy,")).to_be_visible()
