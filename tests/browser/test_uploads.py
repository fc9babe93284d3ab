"""Files go up by choice, drop or paste, several at once, with the error beside each (issue 11, item 4)."""

import base64
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from pregonero.publishing.models import Attachment
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.test_editor_safety import editor, write
from tests.browser.windows import DESKTOP, PHONE, BrowserUser, Windows
from tests.films import picture
from tests.lab.process import Lab
from tests.stage import drafted, informed_news

pytestmark = pytest.mark.procedure("D-1", "N-6")
Enter = Callable[..., BrowserUser]
# Gives a file to the page as the browser does when it is pasted, or dropped on an element.
GIVE = """([kind, encoded]) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], `${kind}.png`, { type: "image/png" }));
  const target = document.querySelector(".account-part:not([hidden])");
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
    : new DragEvent("drop", { ...options, dataTransfer: transfer });
  return target.dispatchEvent(event);
}"""


@pytest.fixture
def draft(stage: JourneyInstallation, lab: Lab) -> int:
    people = stage.teams["editor"].people

    def make() -> int:
        now = timezone.now()
        return drafted(informed_news(lab, people["luis"], now), people["beto"], now).pk

    return run_in_thread(stage.workers, make)


@pytest.fixture
def enter(stage: JourneyInstallation, windows: Windows) -> Enter:
    def enter(first_name: str, size: tuple[int, int] = DESKTOP) -> BrowserUser:
        return windows.enter(stage.address, stage.teams["editor"].people[first_name], size)

    return enter


def media_of(page: Page) -> Locator:
    return page.get_by_role("group", name="Imágenes y videos para X")


def png(size: tuple[int, int]) -> bytes:
    return picture("PNG", size)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_several_files_go_up_without_leaving_the_page(
    stage: JourneyInstallation, enter: Enter, draft: int, size: tuple[int, int]
) -> None:
    page = editor(enter("beto", size), draft)
    page.evaluate("window.sameDocument = true")
    write(page, " Con archivos.")
    media = media_of(page)
    media.get_by_label("elige imágenes o un video").set_input_files(
        [
            {"name": "mapa.png", "mimeType": "image/png", "buffer": png((64, 48))},
            {"name": "vacio.png", "mimeType": "image/png", "buffer": b"no es una imagen"},
            {"name": "foto.png", "mimeType": "image/png", "buffer": png((48, 64))},
        ]
    )
    expect(media.locator(".media-list > li")).to_have_count(3)
    refused = media.locator(".queue li")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("vacio.png: ")
    expect(refused).to_be_in_viewport()
    expect(refused.get_by_role("button", name="Reintentar vacio.png")).to_be_visible()
    write(page, " Y sigue.")
    expect(page.locator("#save-state").get_by_text("Borrador guardado a las")).to_be_visible()
    assert page.evaluate("window.sameDocument")
    assert attached(stage, draft) == 3


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_file_given_to_the_page_goes_up(stage: JourneyInstallation, enter: Enter, draft: int, kind: str) -> None:
    page = editor(enter("beto"), draft)
    went_on = page.evaluate(GIVE, [kind, base64.b64encode(png((64, 48))).decode()])
    assert not went_on  # the browser does not open the file itself
    expect(media_of(page).locator(".media-list > li")).to_have_count(2)
    assert attached(stage, draft) == 2


def test_without_scripts_several_files_go_up_with_the_button(
    stage: JourneyInstallation, windows: Windows, draft: int
) -> None:
    beto = windows.enter(stage.address, stage.teams["editor"].people["beto"], java_script_enabled=False)
    media = media_of(beto.go(f"/publicaciones/{draft}/editor/"))
    media.get_by_label("elige imágenes o un video").set_input_files(
        [{"name": f"{side}.png", "mimeType": "image/png", "buffer": png((side, 48))} for side in (64, 65)]
    )
    media.get_by_role("button", name="Subir y agregar").click()
    expect(media.locator(".media-list > li")).to_have_count(3)
    assert attached(stage, draft) == 3


def attached(stage: JourneyInstallation, draft: int) -> int:
    attachments = Attachment.objects.filter(adaptation__publication=draft, adaptation__account__network="x")
    return run_in_thread(stage.workers, attachments.count)
