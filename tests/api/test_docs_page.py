"""The page of the API's documentation, in a browser, with its policy and without any other server."""

from django.test import Client
from playwright.sync_api import Browser

from tests.ui.browser import answers_of, in_browser, open_page

PAGES = ["/api/docs", "/api/openapi.json"]


def test_documentation_shows_every_operation_and_asks_no_other_server(db: None) -> None:
    answers = answers_of(Client(), PAGES)
    assert "script-src 'self'" in answers["/api/docs"].headers["Content-Security-Policy"]

    def look(browser: Browser) -> tuple[int, set[str], list[str]]:
        page = open_page(browser, "/api/docs", answers)
        errors: list[str] = []
        hosts: set[str] = set()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.reload()
        page.wait_for_selector(".opblock", timeout=60_000)
        return page.locator(".opblock").count(), hosts, errors

    assert in_browser(look) == (31, {"localhost"}, [])
