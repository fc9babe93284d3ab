"""Browser windows of signed-in people, which collect the errors that the browser reports."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from pregonero.people import known_devices
from pregonero.people.models import Member
from tests.conftest import PASSWORD
from tests.second_factor import device_cookie

DESKTOP, PHONE = (1440, 1000), (390, 844)
# The act of a news item names its free hour, which may be of another day: "Programar 11:30: …", "Mañana 10:30: …".
HOUR = re.compile(r"\d:\d\d: ")
WIDER = """async () => {
  await document.fonts.ready;
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const wide = [...document.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > innerWidth);
  return ['the page', ...wide.map((one) => one.outerHTML.slice(0, 120))];
}"""
PATIENCE = 90_000.0  # milliseconds: a limit for conditions, on a machine that may be busy
expect.set_options(timeout=PATIENCE)


@dataclass
class BrowserUser:
    """A window on an installation; `problems` collects console errors and failed or refused requests."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path of the installation."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def listen(self) -> None:
        """Start to collect the problems of the window."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._on_response)
        self.page.on("requestfailed", self._on_failed_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if "was preloaded using link preload but not used" in message.text:
            return  # a window in the background draws nothing, so it does not use the font yet
        if message.type in ("error", "warning"):
            self.problems.append(f"{self.page.url}: {message.text} {message.location['url']}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{self.page.url}: {response.status} {response.url}")

    def _on_failed_request(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the browser cancels requests that a new page no longer needs
            self.problems.append(f"{self.page.url}: {request.failure} {request.url}")


class Windows:
    """Opens windows, and closes them all."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def window(self, size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        """Open a window without signing in."""
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            locale="es-CO",
            timezone_id="America/Bogota",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return context.new_page()

    def enter(self, address: str, member: Member, size: tuple[int, int] = DESKTOP, **options: Any) -> BrowserUser:
        """Open a window and sign a member in."""
        person = BrowserUser(self.window(size, **options), address)
        person.listen()
        sign_in(person, member.user.email)
        return person

    def restore(self, address: str, session: Any, size: tuple[int, int] = DESKTOP) -> BrowserUser:
        """Open a window with a saved session."""
        person = BrowserUser(self.window(size, storage_state=session), address)
        person.listen()
        return person

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


def trust(page: Page, address: str) -> None:
    """Have the window be of a device that skips the second factor, which `test_second_factor` passes for real."""
    page.context.add_cookies([{"name": known_devices.COOKIE, "value": device_cookie(), "url": f"{address}/cuenta/"}])


def sign_in(person: BrowserUser, email: str) -> None:
    """Sign in with the form, on a device that skips the second factor."""
    if not any(cookie["name"] == known_devices.COOKIE for cookie in person.page.context.cookies()):
        trust(person.page, person.address)
    page = person.go("/cuenta/login/")
    page.get_by_label("Correo institucional").fill(email)
    page.get_by_label("Contraseña", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()
    page.get_by_role("heading", name="Hoy,").wait_for()


def wider_than_window(page: Page) -> list[str]:
    """Return what makes a page wider than its window, once its fonts are there: with others, lines are longer."""
    found: list[str] = page.evaluate(WIDER)
    return found


def press(page: Page, key: str) -> None:
    """Press a key once the page listens to keys."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)
