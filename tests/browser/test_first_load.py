"""The first load of a page: at most 150 KB compressed, and nothing moves while it comes (N-6).

The entity has arms of noise, and they count as the heaviest that are stored.
"""

import gzip
import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, Response

from pregonero.media.actions import save_medium
from pregonero.media.sandbox.arms import MAX_BYTES
from pregonero.media.store import store_arms
from pregonero.people.models import Entity
from tests.browser.clock import SAMPLE_TIME
from tests.browser.conftest import SampleInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import PHONE, BrowserUser, Windows

pytestmark = pytest.mark.procedure("N-6")
MOST = 150_000  # bytes
MOST_SHIFT = 0.02  # of the window, as browsers count it
PATHS = ["/", "/noticias/", "/parrilla/", "/publicaciones/", "/estado/", "/publicaciones/{expo}/", "/buscar/?q=expo"]
TEXT = ("text/", "javascript", "json", "svg")
SHIFT = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => resolve(sum), 400));
})"""


def weight_of(responses: list[Response]) -> dict[str, int]:
    """Return the bytes of each response, compressed as the product serves them; videos and posters stream later."""
    weights = {}
    for response in responses:
        kind = response.headers.get("content-type", "")
        if response.status == 200 and not kind.startswith("video/"):
            body = response.body()
            weights[response.url] = len(gzip.compress(body) if any(word in kind for word in TEXT) else body)
    return weights


def load(page: Page, address: str) -> tuple[dict[str, int], float]:
    """Open a page with nothing in the cache; return the weight of each file and how much moved."""
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108  playwright takes no built-in
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return weight_of(responses), page.evaluate(SHIFT)


@pytest.fixture(scope="module", autouse=True)
def heavy_arms(sample: SampleInstallation) -> Iterator[int]:
    """Give the sample entity arms of noise, and return their bytes; without records, that pages would show."""
    noise = Image.merge("RGB", [Image.effect_noise((600, 600), 90) for _ in range(3)])
    output = io.BytesIO()
    noise.save(output, "PNG")
    entity = Entity.objects.filter(pk=sample.day.team.entity.pk)

    def give() -> int:
        medium = save_medium(entity.get(), store_arms([output.getvalue()], "escudo.png"), "Ruido", SAMPLE_TIME)
        entity.update(arms_sha256=medium.sha256, arms_alt="Ruido")
        return medium.size

    yield run_in_thread(sample.workers, give)
    run_in_thread(sample.workers, lambda: entity.update(arms_sha256="", arms_alt=""))


def test_arms_are_among_what_is_weighed(
    heavy_arms: int, sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    weights, _ = load(open_as("beto").page, f"{sample.address}/")
    assert heavy_arms in weights.values()


@pytest.mark.parametrize("path", PATHS)
def test_page_is_light_and_still(
    path: str, heavy_arms: int, sample: SampleInstallation, open_as: Callable[..., BrowserUser]
) -> None:
    page = open_as("beto", PHONE if path == "/" else (1440, 900)).page
    weights, shift = load(page, sample.address + path.format(expo=sample.day.publications["exportaciones"]))
    assert sum(weights.values()) + MAX_BYTES - heavy_arms < MOST, sorted(weights.items(), key=lambda each: -each[1])[:8]
    assert shift < MOST_SHIFT


def test_sign_in_page_is_light_and_still(sample: SampleInstallation, windows: Windows) -> None:
    weights, shift = load(windows.window(), f"{sample.address}/cuenta/login/")
    assert sum(weights.values()) < MOST, sorted(weights.items(), key=lambda each: -each[1])[:8]
    assert shift < MOST_SHIFT
