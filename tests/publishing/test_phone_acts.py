"""The acts of the editor on a phone: each shows its words whole, whatever the publication's state (N-6)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from tests.publishing.test_views import signed_in
from tests.stage import drafted, programmed
from tests.ui.browser import Answer, answers_of, in_browser, open_page

pytestmark = pytest.mark.procedure("N-6", "P-2")
WIDTHS = (390, 320)
LARGER = "size => { document.documentElement.style.fontSize = size }"
# The controls whose words do not fit, or that are outside of the window or under another element.
CUT = """() => [...document.querySelectorAll(".departure :is(.btn, summary, .hint)")]
  .filter((control) => control.checkVisibility()).filter((control) => {
    const words = document.createRange();
    words.selectNodeContents(control);
    const [box, text] = [control.getBoundingClientRect(), words.getBoundingClientRect()];
    const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return text.right > box.right + 1 || text.left < box.left - 1 || box.right > innerWidth || box.left < 0
      || !(control.contains(seen) || seen?.contains(control));
  }).map((control) => `${control.innerText} ${JSON.stringify(control.getBoundingClientRect())}`)"""


@pytest.fixture
def pages(accounts: dict[str, Account], news: News, beto: Member, marta: Member) -> dict[str, Answer]:
    now = timezone.now()
    draft, going = drafted(news, beto, now), programmed(news, beto, now, due_at=now + timedelta(hours=2))
    found = answers_of(signed_in(beto), [f"/publicaciones/{one.pk}/editor/" for one in (draft, going)])
    reading = answers_of(signed_in(marta), [f"/publicaciones/{draft.pk}/editor/"])
    return found | {f"/marta{path}": answer for path, answer in reading.items()}


def test_every_act_shows_its_words_whole(pages: dict[str, Answer]) -> None:
    def look(browser: Browser) -> Iterator[tuple[str, list[str]]]:
        for path in pages:
            for width in WIDTHS:
                page = open_page(browser, path, pages, size=(width, 844))
                yield f"{path} {width}", page.evaluate(CUT)
                page.locator(".departure .main-act").evaluate("button => button.setAttribute('aria-busy', 'true')")
                yield f"{path} {width} busy", page.evaluate(CUT)
                page.locator(".minute > summary").click()
                yield f"{path} {width} open", page.evaluate(CUT)
                page.locator(".minute > summary").click()
                for size in ("130%", "200%"):
                    page.evaluate(LARGER, size)
                    yield f"{path} {width}, letter of {size}", page.evaluate(CUT)
                page.close()

    assert {where: cut for where, cut in in_browser(lambda browser: list(look(browser))) if cut} == {}
