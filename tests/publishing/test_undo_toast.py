"""The toast that offers to undo an act: how long it stays, and until when it offers the undo (issue 11, item 2)."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.records.undo import GRACE, WINDOW
from tests.publishing.test_views import signed_in
from tests.stage import programmed
from tests.ui.browser import Answer, in_browser, open_page

pytestmark = pytest.mark.procedure("N-6")
CLOCK = """
let clock = 0, timers = [];
window.setTimeout = (act, wait = 0) => timers.push({ at: clock + wait, act });
window.pass = (milliseconds) => {
  const end = clock + milliseconds;
  const first = () => timers.sort((one, other) => one.at - other.at)[0];
  for (let next = first(); next && next.at <= end; next = first()) {
    timers.shift();
    clock = next.at;
    next.act();
  }
  clock = end;
};"""  # the page's timers, run by the test
SECONDS = int(WINDOW.total_seconds())


@pytest.fixture
def pages(accounts: dict[str, Account], news: News, beto: Member) -> dict[str, Answer]:
    """Return the page that says that a publication was cancelled."""
    publication = programmed(news, beto, timezone.now())
    response = signed_in(beto).post(
        f"/publicaciones/{publication.pk}/cancelacion/", {"reason": "Cambió la cifra."}, follow=True
    )
    assert response.status_code == 200
    assert "Deshacer" in response.content.decode()
    return {"/": Answer(200, dict(response.headers), response.content)}


def toast_after(pages: dict[str, Answer], use: Callable[[Page], None], *seconds: float) -> list[tuple[int, int]]:
    """Return how many toasts and how many undo buttons there are after each number of seconds, while it is used so."""

    def look(browser: Browser) -> list[tuple[int, int]]:
        page = open_page(browser, "/", pages)
        page.add_init_script(CLOCK)
        page.reload()
        use(page)
        seen, before = [], 0.0
        for moment in seconds:
            page.evaluate("milliseconds => pass(milliseconds)", 1000 * (moment - before))
            toast = page.locator(".toast")
            seen.append((toast.count(), toast.get_by_role("button", name="Deshacer").count()))
            before = moment
        return seen

    return in_browser(look)


def test_the_toast_goes_after_its_ten_seconds(pages: dict[str, Answer]) -> None:
    assert toast_after(pages, lambda page: None, SECONDS - 0.5, SECONDS + 0.5) == [(1, 1), (0, 0)]


@pytest.mark.parametrize(
    "use",
    [
        lambda page: page.locator(".toast").hover(),
        lambda page: page.get_by_role("button", name="Deshacer").focus(),
    ],
)
def test_a_toast_in_use_stays_but_offers_no_undo_that_would_be_refused(
    pages: dict[str, Answer], use: Callable[[Page], None]
) -> None:
    last = SECONDS + GRACE.total_seconds() - 1
    assert toast_after(pages, use, SECONDS + 1, last, last + 30) == [(1, 1), (1, 0), (1, 0)]
