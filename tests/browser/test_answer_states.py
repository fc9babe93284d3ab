"""The states of an answer pass axe in every size and scheme: refused, undone, alike, by hand, stop and look (N-6)."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Conversation, Stream
from pregonero.inbox.states import Question
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.test_axe import page_faults
from tests.browser.windows import BrowserUser, Windows

pytestmark = [pytest.mark.procedure("N-6"), pytest.mark.procedure("Q-2"), pytest.mark.procedure("Q-6")]
SLUG = "conversacion"
ASKED = "¿Hasta qué fecha está abierta la convocatoria?"
PEOPLE = ("Rosa Mejía", "Iván Díaz", "Nora Peña")
Ask = Callable[..., list[int]]


@pytest.fixture(scope="module")
def ana(stage: JourneyInstallation, browser: Any) -> Iterator[BrowserUser]:
    windows = Windows(browser)
    yield windows.enter(stage.address, stage.teams[SLUG].people["ana"])
    windows.close()


@pytest.fixture
def ask(stage: JourneyInstallation) -> Ask:
    """Return a function that stores the same basic question of some people, and returns their conversations' keys."""

    def store(*people: str, network: str = "facebook", why_assisted: str = "", text: str = ASKED) -> list[int]:
        team, now = stage.teams[SLUG], timezone.now()
        account, by = team.entity.accounts.get(network=network), team.people["ana"]
        open_streams(accounts=[account], now=now)
        stream = Stream.objects.filter(account=account).earliest("pk")
        found = []
        for name in people:
            id = uuid.uuid4().hex
            kind, author = InteractionKind.COMMENT, Author(id, handle="rosam", name=name)
            item = Interaction(id, kind, text, author, now, id, parent_id="p", post_id="p", why_assisted=why_assisted)
            receive_reading(stream=stream, reading=Reading((item,)), now=now)
            asked = Conversation.objects.get(thread_id=id)
            sort_conversation(conversation=asked, question=Question.BASIC, reason="", by=by, now=now)
            found.append(asked.pk)
        return found

    return lambda *people, **more: run_in_thread(stage.workers, lambda: store(*people, **more))


def check(person: BrowserUser, name: str) -> None:
    """Check an open page at each size and scheme, and keep its pictures if somebody asks for them."""
    assert page_faults(person.page) == {}
    assert person.problems == []
    if folder := os.environ.get("PREGONERO_PICTURES"):
        for width, height in ((1440, 1000), (390, 844)):
            person.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                person.page.emulate_media(color_scheme=scheme)
                person.page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    person.page.set_viewport_size({"width": 1440, "height": 1000})
    person.page.emulate_media(color_scheme="light")


def open_one(person: BrowserUser, key: int) -> Page:
    return person.go(f"/conversacion/{key}/")


def send(page: Page, text: str) -> None:
    """Send an answer, so that no conversation is left open for other tests of the same installation."""
    page.get_by_label("Tu respuesta").fill(text)
    page.get_by_role("button", name="Enviar respuesta").click()
    expect(page.get_by_text("Respuesta en camino.")).to_be_visible()


def test_a_link_that_fails_is_refused_with_its_reason(ana: BrowserUser, ask: Ask) -> None:
    page = open_one(ana, ask("Rosa Mejía", text="¿La inscripción tiene costo?")[0])
    page.get_by_label("Tu respuesta").fill("Es gratis: https://otra.example/formulario")
    page.get_by_role("button", name="Enviar respuesta").click()
    expect(page.get_by_text("otra.example").first).to_be_visible()
    ana.problems.clear()  # the browser notes the answer 422, which is what a refusal gives
    check(ana, "enlace")
    send(page, "Es gratis.")


def test_what_was_sent_can_be_undone(ana: BrowserUser, ask: Ask) -> None:
    page = open_one(ana, ask("Nora Peña", text="¿Dónde queda la sede?")[0])
    page.get_by_label("Tu respuesta").fill("En la calle 28 con carrera 13.")
    page.get_by_role("button", name="Enviar respuesta").click()
    expect(page.get_by_role("button", name="Deshacer")).to_be_visible()
    expect(page.get_by_text("No se envió")).to_have_count(0)
    check(ana, "deshacer")


def test_those_who_ask_the_same_are_offered_with_their_words(ana: BrowserUser, ask: Ask) -> None:
    keys = ask(*PEOPLE)
    page = open_one(ana, keys[0])
    expect(page.get_by_text("preguntan lo mismo")).to_be_visible()
    check(ana, "iguales")
    page.get_by_label("Tu respuesta").fill("Hasta el 15 de diciembre.")
    for box in page.locator(".alike input").all():
        box.check()
    page.get_by_role("button", name="Enviar respuesta").click()
    expect(page.get_by_text("3 respuestas en camino.")).to_be_visible()
    check(ana, "iguales-enviadas")


def test_what_a_person_writes_at_the_network_says_how(ana: BrowserUser, ask: Ask) -> None:
    why = "Quien escribió no mencionó la cuenta, y X no deja responderle desde aquí: respóndele en X."
    page = open_one(ana, ask("Julio Vega", network="x", why_assisted=why, text="¿Y esto cuándo abre?")[0])
    page.get_by_label("Tu respuesta").fill("Abre el lunes.")
    page.get_by_role("button", name="Enviar respuesta").click()
    expect(page.get_by_role("heading", name="Responder en X")).to_be_visible()
    expect(page.get_by_text("¿Y esto cuándo abre?")).to_be_visible()
    check(ana, "a-mano")


def test_a_thread_that_changed_shows_what_is_new_and_keeps_the_text(ana: BrowserUser, ask: Ask, stage: Any) -> None:
    (key,) = ask("Luz Marín", text="¿Hay que llevar algo?")
    page = open_one(ana, key)
    page.get_by_label("Tu respuesta").fill("La cédula y el RUT.")

    def edit() -> None:
        found = Conversation.objects.get(pk=key)
        stream, now = Stream.objects.filter(account=found.account).earliest("pk"), timezone.now()
        author = Author(found.contact.remote_id, name="Luz Marín")
        text = "¿Hay que llevar algo? Ya leí que la cédula; pregunto por lo demás."
        item = Interaction(found.thread_id, InteractionKind.COMMENT, text, author, now, found.thread_id, "p", "p")
        receive_reading(stream=stream, reading=Reading((item,)), now=now)

    run_in_thread(stage.workers, edit)
    page.get_by_role("button", name="Enviar respuesta").click()
    expect(page.get_by_text("cambió mientras escribías").first).to_be_visible()
    ana.problems.clear()  # the browser notes the answer 422
    check(ana, "parar-y-mirar")
    send(page, "La cédula y el RUT.")
