"""The editor reviews the text while it is written; the review never submits what a button submits."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Request, Route

from tests.browser.conftest import SampleInstallation
from tests.browser.windows import BrowserUser
from tests.films import picture

pytestmark = pytest.mark.procedure("P-6")
ENOUGH = 120_000.0  # milliseconds


def test_button_pressed_while_writing_submits_once(
    sample: SampleInstallation, open_as: Callable[[str], BrowserUser]
) -> None:
    page = open_as("beto").go(f"/publicaciones/{sample.day.publications['certificados']}/editor/")
    held: list[Route] = []  # requests that the test holds back and aborts at the end
    submissions: list[str] = []

    def is_review(request: Request) -> bool:
        return request.method == "POST" and request.url.endswith("/revision/")

    def is_submission(request: Request) -> bool:
        return request.method == "POST" and request.url.endswith("/medios/")

    page.route("**/medios/", lambda route: held.append(route))  # noqa: PLW0108  playwright marks what it is given
    page.on("request", lambda request: submissions.append(request.url) if is_submission(request) else None)
    page.get_by_role("navigation", name="Redes").get_by_role("link", name="X").click()
    account = page.locator(".account-part:visible").get_attribute("id")
    with page.expect_request(is_review, timeout=ENOUGH), page.expect_request(is_submission, timeout=ENOUGH):
        page.locator(f"#{account} textarea").first.fill("Un texto que se está escribiendo.")
        page.get_by_label("elige imágenes o un video").locator("visible=true").set_input_files(
            {"name": "mapa.png", "mimeType": "image/png", "buffer": picture("PNG")}
        )
    assert len(submissions) == 1
    for route in held:
        route.abort()


def test_enter_in_a_field_saves_and_removes_nothing(
    sample: SampleInstallation, open_as: Callable[[str], BrowserUser]
) -> None:
    page = open_as("beto").go(f"/publicaciones/{sample.day.publications['certificados']}/editor/")

    def hold(route: Route) -> None:
        if is_sent(route.request):
            route.abort()
        else:
            route.continue_()

    def is_sent(request: Request) -> bool:
        return request.method == "POST" and request.is_navigation_request()

    page.route("**/publicaciones/**", hold)
    with page.expect_request(is_sent, timeout=ENOUGH) as sent:
        page.get_by_label("Tema").press("Enter", no_wait_after=True)
    assert sent.value.url.endswith("/textos/")
