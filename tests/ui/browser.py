"""Debian's Chromium, shown the pages exactly as Django answered them, policy included.

It runs in a thread of its own, because its event loop must not be around Django's database; and it is given answers
instead of a server, because records can't be emptied between tests as a live server's tests need.
"""

import mimetypes
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright

Result = TypeVar("Result")
Scheme = Literal["light", "dark"]

CHROMIUM = "/usr/bin/chromium"
HOST = "http://localhost"
DESK, PHONE = (1440, 1000), (390, 844)
# Elements that a finger must hit; a link inside a sentence is exempt (WCAG 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll(
  '.btn, .nav a, .bottom a, .tabs a, .menu-list a, .menu-list button, .pages a, ' +
  'summary, select, textarea, label.check, input:not([type=hidden])'
)].filter((element) => element.checkVisibility() && element.type !== 'checkbox' && element.type !== 'radio')
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
  .map(([element, box]) => `${element.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
AXE = Axe()
WHOLE: dict[str, object] = {"resultTypes": ["violations"]}
OF_COLOURS = WHOLE | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
PICTURES = os.environ.get("PREGONERO_PAGES_SEEN", "")  # a folder, to look at the pages
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


@dataclass(frozen=True)
class Answer:
    """A response of Django, with its body."""

    status: int
    headers: dict[str, str]
    body: bytes


def answers_of(client: Client, paths: Iterable[str]) -> dict[str, Answer]:
    """Request each path, following redirects, and return the responses by path."""
    answers = {}
    for path in paths:
        response = client.get(path, follow=True)
        answers[path] = Answer(response.status_code, dict(response.headers), response.content)
    return answers


def main_of(answer: Answer) -> str:
    """Return the part of a page that is its own, without the frame."""
    return answer.body.decode().partition("<main")[2].partition("</main>")[0]


def in_browser(look: Callable[[Browser], Result]) -> Result:
    """Run `look` in a browser and return its result."""

    def run() -> Result:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            try:
                return look(browser)
            finally:
                browser.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()


def open_page(browser: Browser, path: str, answers: dict[str, Answer], *, size: tuple[int, int] = DESK) -> Page:
    """Open a response in a window of that size."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.route("**/*", lambda route: _answer(route, answers))
    page.goto(f"{HOST}{path}")
    return page


def _answer(route: Route, answers: dict[str, Answer]) -> None:
    path = urlsplit(route.request.url).path
    if path in answers:
        answer = answers[path]
        route.fulfill(status=answer.status, headers=answer.headers, body=answer.body)
        return
    file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
    if not isinstance(file, str):
        route.fulfill(status=404)
        return
    kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
    route.fulfill(status=200, headers={"Content-Type": kind}, body=Path(file).read_bytes())


def faults_of(page: Page, *, colours_only: bool = False) -> list[str]:
    """Return the violations that axe finds, and whether the page is wider than its window.

    `colours_only` suffices for the second colour scheme of a page that was checked with every rule.
    """
    options = OF_COLOURS if colours_only else WHOLE
    found = [
        f"{violation['id']}: {node['html'][:160]} {' '.join(node.get('failureSummary', '').split())}"
        for violation in AXE.run(page, options=options).response["violations"]
        for node in violation["nodes"]
    ]
    over = page.evaluate(OVERFLOW)
    return found + ([f"wider than the window by {over} px"] if over > 0 else [])


def faults_by_page(
    answers: dict[str, Answer], paths: Iterable[str], *, schemes: tuple[Scheme, ...] = ("light",)
) -> dict[str, list[str]]:
    """Return what axe finds in each page, at a desk and on a phone, with the targets too small for a finger.

    Pages without faults are left out. With `PREGONERO_PAGES_SEEN` a picture of each page is left in that folder.
    """

    def look(browser: Browser) -> dict[str, list[str]]:
        faults: dict[str, list[str]] = {}
        for path in paths:
            page = open_page(browser, path, answers)
            for size in (DESK, PHONE):
                page.set_viewport_size({"width": size[0], "height": size[1]})
                small = list(page.evaluate(SMALL_TARGETS)) if size == PHONE else []
                for scheme in schemes if size == DESK or PICTURES else schemes[:1]:  # colours do not depend on width
                    page.emulate_media(color_scheme=scheme)
                    where = f"{path} {size[0]} {scheme}"
                    faults[where] = faults_of(page, colours_only=scheme != schemes[0]) + small
                    if PICTURES:
                        name = where.strip("/").translate(str.maketrans("/ ", "--"))
                        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
            page.close()
        return {page: found for page, found in faults.items() if found}

    return in_browser(look)
