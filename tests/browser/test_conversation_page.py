"""The page of a conversation in two real browsers: its keys, undo, who else is writing, and two who answer at once."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Answer, Conversation, Draft, Stream
from pregonero.inbox.states import Question
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import BrowserUser, Windows, press

pytestmark = pytest.mark.procedure("Q-1", "Q-2")
SLUG = "conversacion"
ROUNDS = 3
Ask = Callable[..., int]


@pytest.fixture(scope="module")
def pair(stage: JourneyInstallation, browser: Any) -> Any:
    """Two people of the networks, each with a browser window."""
    windows, people = Windows(browser), stage.teams[SLUG].people
    yield [windows.enter(stage.address, people[name]) for name in ("ana", "beto")]
    windows.close()


@pytest.fixture
def ask(stage: JourneyInstallation) -> Ask:
    """Return a function that stores a basic question of a citizen, and returns its conversation's key."""

    def store(name: str = "Rosa Mejía") -> int:
        team, now, id = stage.teams[SLUG], timezone.now(), uuid.uuid4().hex
        account = team.entity.accounts.get(network="facebook")
        open_streams(accounts=[account], now=now)
        author = Author(id, name=name)
        item = Interaction(
            id, InteractionKind.COMMENT, "¿Hasta cuándo hay plazo?", author, now, id, parent_id="p", post_id="p"
        )
        receive_reading(stream=Stream.objects.filter(account=account).earliest("pk"), reading=Reading((item,)), now=now)
        conversation = Conversation.objects.get(thread_id=id)
        by = team.people["ana"]
        return sort_conversation(conversation=conversation, question=Question.BASIC, reason="", by=by, now=now).pk

    return lambda *names: run_in_thread(stage.workers, lambda: store(*names))


def in_database(stage: JourneyInstallation, act: Callable[[], Any]) -> Any:
    return run_in_thread(stage.workers, act)


def test_the_keys_reach_every_act(pair: list[BrowserUser], ask: Ask) -> None:
    first, second = ask("Primera Persona"), ask("Segunda Persona")
    ana = pair[0]
    page = ana.go("/conversacion/")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Primera Persona")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("r")
    page.wait_for_url(f"**/conversacion/{first}/")

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Atajos de teclado").locator("kbd").all_inner_texts()
    assert {"j", "r", "h", "p", "a", "e", "s", "u"} <= set(keys)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Atajos de teclado")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.get_by_label("Responsable")).to_have_value(str(ana_key(page)))
    press(page, "p")
    expect(page.get_by_label("Hasta el día")).to_be_focused()
    ana.go(f"/conversacion/{first}/")
    page.keyboard.press("r")
    expect(page.get_by_label("Tu respuesta")).to_be_focused()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("j")
    page.wait_for_url(f"**/conversacion/{second}/")
    page.keyboard.press("k")
    page.wait_for_url(f"**/conversacion/{first}/")


def ana_key(page: Page) -> str:
    """Return the value of the option of who takes it."""
    return page.get_by_label("Responsable").locator("option", has_text="Ana Rojas").get_attribute("value") or ""


def test_what_was_sent_is_undone_and_the_text_is_back(
    pair: list[BrowserUser], ask: Ask, stage: JourneyInstallation
) -> None:
    page = pair[0].go(f"/conversacion/{(key := ask())}/")
    page.get_by_label("Tu respuesta").fill("Hasta el lunes.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Deshacer").click()

    expect(page.get_by_text("La respuesta no salió: el texto volvió a tu borrador.")).to_be_visible()
    expect(page.get_by_label("Tu respuesta")).to_have_value("Hasta el lunes.")
    states = Answer.objects.filter(conversation=key).values_list("state", flat=True)
    assert in_database(stage, lambda: list(states)) == ["FAILED"]


def test_who_writes_is_seen_and_who_comes_second_stops_and_looks(pair: list[BrowserUser], ask: Ask) -> None:
    key = ask()
    ana, beto = (person.go(f"/conversacion/{key}/") for person in pair)
    beto.get_by_label("Tu respuesta").press_sequentially("Lo de Beto.")
    expect(beto.get_by_text("Borrador guardado")).to_be_visible()
    ana.reload()
    expect(ana.get_by_text("Beto Mora está escribiendo una respuesta.")).to_be_visible()
    ana.get_by_label("Tu respuesta").fill("Lo de Ana.")
    ana.keyboard.press("Control+Enter")
    expect(ana.get_by_text("Respuesta en camino.")).to_be_visible()

    beto.get_by_role("button", name="Enviar respuesta").click()

    expect(beto.get_by_text("Esto cambió mientras escribías.")).to_be_visible()
    expect(beto.locator(".bubble.ours", has_text="Lo de Ana.")).to_contain_text("nuevo")
    expect(beto.get_by_role("region", name="Lo que habías escrito")).to_contain_text("Lo de Beto.")


@pytest.mark.parametrize("number", range(ROUNDS))
def test_two_browsers_that_press_at_once_send_one_answer(
    number: int, pair: list[BrowserUser], ask: Ask, stage: JourneyInstallation
) -> None:
    key = ask()
    pages = [person.go(f"/conversacion/{key}/") for person in pair]
    texts = [f"Lo de {name}, {number}." for name in ("Ana", "Beto")]
    for page, text in zip(pages, texts, strict=True):
        page.get_by_label("Tu respuesta").press_sequentially(text)
        expect(page.get_by_text("Borrador guardado")).to_be_visible()
    for page in pages if number % 2 else reversed(pages):
        page.evaluate("setTimeout(() => document.querySelector('form.composer').requestSubmit())")
    for page in pages:
        expect(page.get_by_text("Respuesta en camino.").or_(page.get_by_text("cambió mientras")).first).to_be_visible()

    def stored() -> tuple[list[str], list[str]]:
        sent = Answer.objects.filter(conversation=key).values_list("text", flat=True)
        return list(sent), list(Draft.objects.filter(conversation=key).values_list("text", flat=True))

    sent, drafts = in_database(stage, stored)
    assert len(sent) == 1 and sorted(sent + drafts) == sorted(texts)
