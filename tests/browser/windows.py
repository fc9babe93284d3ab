"""People at their browsers: each has a window of their own, signs in, and keeps what the browser said."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from pregonero.people.models import Member
from tests.conftest import PASSWORD

DESKTOP, PHONE = (1440, 1000), (390, 844)
PATIENCE = 90_000.0  # milliseconds; a real condition is waited for, on a machine that may be busy
expect.set_options(timeout=PATIENCE)


@dataclass
class BrowserUser:
    """A window, where it looks, and every complaint of its browser: console errors, failed and refused requests."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path of the installation."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def listen(self) -> None:
        """Keep what the browser complains of from now on."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._judge)
        self.page.on("requestfailed", self._failed)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {said.text} {said.location['url']}")

    def _judge(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{self.page.url}: {response.status} {response.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the browser itself gives up what a new page no longer needs
            self.complaints.append(f"{self.page.url}: {request.failure} {request.url}")


class Windows:
    """Lets people in and shows them out."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def window(self, size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        """Open a window for whoever has not signed in."""
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="es-CO",
            timezone_id="America/Bogota", **options,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return context.new_page()

    def enter(self, address: str, member: Member, size: tuple[int, int] = DESKTOP, **options: Any) -> BrowserUser:
        """Sign somebody in at a window of their own."""
        person = BrowserUser(self.window(size, **options), address)
        person.listen()
        sign_in(person, member.user.email)
        return person

    def come_back(self, address: str, session: Any, size: tuple[int, int] = DESKTOP) -> BrowserUser:
        """Let in somebody who has signed in before."""
        person = BrowserUser(self.window(size, storage_state=session), address)
        person.listen()
        return person

    def leave(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


def sign_in(person: BrowserUser, email: str) -> None:
    """Sign in by the page."""
    page = person.go("/cuenta/login/")
    page.get_by_label("Correo electrónico").fill(email)
    page.get_by_label("Contraseña", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Iniciar sesión", exact=True).click()
    page.get_by_role("heading", name="Hoy,").wait_for()
