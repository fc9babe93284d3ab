"""Signing in for real: enrolling with a telephone, without scripts."""

from playwright.sync_api import Page, expect

from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import PHONE, Windows
from tests.conftest import PASSWORD, member
from tests.second_factor import current_code


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
