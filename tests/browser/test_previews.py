"""The previews in a real browser: the same as the lab's public pages, whole at every size, and never out of place."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import SampleInstallation
from tests.browser.windows import DESKTOP, PHONE, BrowserUser
from tests.ui.browser import faults_of

pytestmark = pytest.mark.procedure("D-1")
SHOTS = os.environ.get("PREGONERO_PREVIEW_SHOTS", "")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What a preview says, with each shortened link whole, and without what only we say.
WORDS = """(element) => {
  const copy = element.cloneNode(true);
  for (const marked of copy.querySelectorAll("[title]")) marked.textContent = marked.title;
  for (const ours of copy.querySelectorAll(".pv-more, .sr, b.pv-lead")) ours.remove();
  return copy.textContent.replace(/\\s+/g, " ").trim();
}"""
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const shift of list.getEntries()) sum += shift.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""

# Rows of the review taller than what they say without their act, and the hour of a post when it is cut.
OUT_OF_MEASURE = """() => [
  ...[...document.querySelectorAll("#missing li")].filter(
    (row) => row.offsetHeight - (row.querySelector(".act")?.offsetHeight ?? 0) > 160),
  ...[...document.querySelectorAll(".pv-when")].filter((when) => when.checkVisibility() && (
    when.getBoundingClientRect().right > when.parentElement.getBoundingClientRect().right + 1 ||
    when.scrollWidth > when.clientWidth + 1)),
].map((each) => `${each.outerHTML.slice(0, 80)} ${each.offsetHeight}`)"""


def words(place: Locator) -> str:
    return str(place.first.evaluate(WORDS)) if place.count() else ""


def draw(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def public_page(page: Page, address: str) -> tuple[str, str, list[str]]:
    """Return the text, the title of the card and the media of a post's page at the lab."""
    page.goto(address)
    post = page.locator("article.whole")
    media = post.locator(".media > *").evaluate_all("(all) => all.map((each) => each.tagName)")
    return words(post.locator("p.text")), words(post.locator(".link-card b")), media


def test_the_posts_of_a_file_are_those_of_the_public_pages(
    sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    person = open_as("ana")
    page = person.go(f"/publicaciones/{sample.day.publications['exportaciones']}/")
    seen = [
        (
            words(post.locator(".pv-text")),
            words(post.locator(".pv-card b")),
            post.locator(".pv-media > figure").evaluate_all(
                "(all) => all.map((each) => each.querySelector('.pv-time') ? 'VIDEO' : 'IMG')"
            ),
        )
        for post in page.locator("article.pv").all()
    ]
    links = page.locator("a[id^=ver-]").evaluate_all("(all) => all.map((each) => each.href)")
    assert len(seen) == len(links) == 4
    assert seen == [public_page(page, link) for link in links]
    assert person.problems == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["escritorio", "telefono"])
def test_previews_stand_still_and_whole_at_every_size(
    size: tuple[int, int], sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    person = open_as("beto", size)
    for name in ("certificados", "convocatoria"):
        page = person.go(f"/publicaciones/{sample.day.publications[name]}/editor/")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert faults_of(page) == []
            assert page.evaluate(OUT_OF_MEASURE) == []
            draw(page, f"{name}-{size[0]}-{scheme}")
        assert page.evaluate(SHIFTS) < 0.01
    assert page.locator("article.pv a").count() == 0
    assert person.problems == []


def test_the_size_of_the_preview_stays_while_one_writes(
    sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    page = open_as("beto").go(f"/publicaciones/{sample.day.publications['certificados']}/editor/")
    page.locator(".nettabs a", has_text="X").first.click()
    post = page.locator("article.pv:visible").first
    wide = post.bounding_box()
    page.get_by_role("radio", name="Teléfono").check()
    narrow = post.bounding_box()
    assert wide is not None and narrow is not None
    assert narrow["width"] <= 375 < wide["width"]
    with page.expect_response(lambda response: response.url.endswith("/revision/")):
        page.locator(".account-part:visible textarea").first.fill("Un texto más corto.")
    page.locator("article.pv:visible", has_text="Un texto más corto.").first.wait_for()
    assert page.get_by_role("radio", name="Teléfono").is_checked()
    again = page.locator("article.pv:visible").first.bounding_box()
    assert again is not None and again["width"] <= 375


@pytest.mark.procedure("N-6")
def test_each_row_of_the_review_leads_to_its_field(
    sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    page = open_as("beto").go(f"/publicaciones/{sample.day.publications['certificados']}/editor/")
    rows = page.locator("#missing .rows .what a[href^='#']")
    assert rows.count() >= 1
    for row in rows.all():
        target = row.get_attribute("href")
        row.focus()
        page.keyboard.press("Enter")
        focused = page.evaluate("document.activeElement.id || document.activeElement.closest('[id]').id")
        assert f"#{focused}" == target or str(target).startswith("#red-")
