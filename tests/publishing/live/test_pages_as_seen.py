"""The pages of live events with axe, at two widths, and in text browsers (N-6, D-4)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.publishing.live import actions
from pregonero.publishing.live.live_models import PreflightItem
from tests.publishing.live.events import addresses, check, planned, ready
from tests.ui.browser import Answer, answers_of, faults_by_page
from tests.ui.test_text_browser import BROWSERS
from tests.ui.test_text_browser import read as read_as_text

WITHOUT_CHAT = "Feria del cacao en Neiva"


@pytest.fixture
def pages(accounts: dict[str, Account], ana: Member, beto: Member, media_folder: Path) -> dict[str, Answer]:
    """Return the pages of an event in each state, with everything that they show."""
    now = timezone.now() - timedelta(minutes=3)
    youtube, facebook = accounts["youtube"], accounts["facebook"]
    event = planned(beto, [youtube, facebook, accounts["x"]], now, title="Firma del acuerdo con Perú")
    off = "La casilla está apagada en la transmisión programada."
    check(event, PreflightItem.CHAT_HELD, beto, now, account=youtube, is_met=False, seen=off)
    closed = ready(beto, accounts, now, title="Balance del turismo")
    live = ready(beto, accounts, now, title="Audiencia de rendición de cuentas")
    live = actions.go_live(event=live, began_at=now, addresses=addresses(accounts), by=ana, now=now)
    done = "Se pasó al micrófono de respaldo."
    actions.note_incident(
        event=live, what="Se perdió el audio 40 segundos", done=done, happened_at=now, by=ana, now=now
    )
    ended = ready(beto, accounts, now, title="Día del exportador")
    given = addresses(accounts, "Vivo0000002")
    ended = actions.go_live(event=ended, began_at=now, addresses=given, by=ana, now=now)
    actions.end_event(event=ended, ended_at=now, by=ana, now=now)
    gone = planned(beto, [facebook], now, title=WITHOUT_CHAT)
    actions.cancel_event(event=gone, reason="La feria se aplazó por lluvias.", by=ana, now=now)
    client = Client()
    client.force_login(beto.user)
    each = [one.get_absolute_url() for one in (event, closed, live, ended, gone)]
    acts = ["cambio/", f"lista/CHAT_HELD/{youtube.pk}/", "lista/ACCESS/0/", "cancelacion/"]
    paths = ["/en-vivo/", "/en-vivo/nueva/", *each, *(f"{each[0]}{act}" for act in acts), f"{each[1]}salida/"]
    answers = answers_of(client, paths)
    assert {path: answer.status for path, answer in answers.items() if answer.status != 200} == {}
    return answers


@pytest.mark.procedure("P-7", "N-6")
def test_axe_finds_no_faults(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, list(pages)) == {}


@pytest.mark.procedure("P-7", "D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_the_list_is_read_in_a_text_browser(pages: dict[str, Answer], reader: str, tmp_path: Path) -> None:
    page = next(answer for answer in pages.values() if "La casilla está apagada en la" in answer.body.decode())
    text = " ".join(read_as_text(reader, page.body, tmp_path).split())
    assert "faltan 2" in text and "no está" in text and "(del procedimiento)" in text
    assert "decisión nuestra: no detiene nada" in text
