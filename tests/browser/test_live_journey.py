"""A live event from its plan to its end, with the laboratory's broadcast and its chat (P-7, YT-5).

The list does not close without a capture of the chat's box; once on the air, what a citizen writes in the chat is read
on the page that its event links to.
"""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from pregonero.inbox.models import Stream
from pregonero.networks.models import Account
from pregonero.newsroom.campaigns.actions import CampaignPlan, open_campaign
from pregonero.records.models import Event
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import PHONE, Windows, wider_than_window
from tests.lab.process import Lab, until

pytestmark = pytest.mark.procedure("P-7", "YT-5")
SLUG = "envivo"
PATIENCE = 180.0
TITLE, WRITTEN = "Audiencia de rendición de cuentas", "¿A qué hora empieza la ronda de preguntas?"


def test_an_event_goes_live_with_its_list_closed_and_its_chat_is_read(
    stage: JourneyInstallation, lab: Lab, windows: Windows
) -> None:
    team, now = stage.teams[SLUG], timezone.now()
    day = timezone.localdate(now)
    plan = CampaignPlan("Rendición de cuentas", "Que la gente pregunte.", day, day + timedelta(days=30))
    campaign = run_in_thread(stage.workers, lambda: open_campaign(plan=plan, by=team.people["carmen"], now=now))
    beto, ana = (
        windows.enter(stage.address, team.people["beto"]),
        windows.enter(stage.address, team.people["ana"], PHONE),
    )

    page = beto.go(campaign.get_absolute_url())
    page.get_by_role("link", name="Planear una transmisión").click()
    planned(page, team.people["ana"].name)
    event = page.url
    expect(page.get_by_role("button", name="Cerrar la lista")).to_be_disabled()

    page = ana.go("/")
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    page.goto(event)
    checked(page)
    page.get_by_role("button", name="Cerrar la lista").click()
    expect(page.get_by_role("main")).to_contain_text("Ya puede salir en vivo")

    channels = Account.objects.filter(entity=team.entity, network="youtube")
    body = {"account": run_in_thread(stage.workers, lambda: channels.get().remote_id), "title": TITLE}
    broadcast = lab.client.post("/broadcasts", json=body).raise_for_status().json()
    page.get_by_role("link", name="Salió en vivo").click()
    page.get_by_label("Dirección en YouTube").fill(f"{lab.url}{broadcast['path']}")
    page.get_by_role("button", name="Está en vivo").click()
    expect(page.get_by_role("main")).to_contain_text("En vivo desde las")
    assert wider_than_window(page) == []

    page.get_by_role("link", name="Moderar su chat").click()
    expect(page.get_by_role("main")).to_contain_text("Nadie ha escrito todavía.")
    written = {"nombre": "Rosa Mejía", "texto": WRITTEN}
    lab.client.post(f"/broadcasts/{broadcast['id']}/chat", data=written).raise_for_status()
    streams = Stream.objects.filter(account__entity=team.entity, name="chat")

    def is_read() -> bool:
        run_in_thread(stage.workers, lambda: streams.update(next_read_at=timezone.now()))
        page.reload()
        return bool(page.get_by_text(WRITTEN).count())

    until(is_read, timeout=PATIENCE, interval=3.0)
    page.get_by_role("link", name="Su lista previa").click()
    page.get_by_label("Qué pasó").fill("Se perdió el audio un minuto.")
    page.get_by_role("button", name="Anotar").click()
    page.get_by_role("button", name="Ya terminó").click()
    expect(page.get_by_role("main")).to_contain_text("Terminó a las")
    expect(page.get_by_role("main")).to_contain_text("Se perdió el audio un minuto.")

    kinds = Event.objects.filter(entity_id=team.entity.pk, event_type__startswith="live.").order_by("pk")
    names = run_in_thread(stage.workers, lambda: [(one.event_type, one.actor["name"]) for one in kinds])
    assert [name for name, _ in names] == [
        f"live.{name}"
        for name in ("planned", "checked", "checked", "list_closed", "began", "placed", "incident", "ended")
    ]
    assert {who for name, who in names if name != "live.planned"} == {team.people["ana"].name}


def planned(page: Page, responsible: str) -> None:
    """Fill the plan in, which has the campaign chosen already."""
    soon = timezone.localtime() + timedelta(hours=2)
    page.get_by_label("Qué se transmite").fill(TITLE)
    page.get_by_label("Dónde es").fill("Auditorio del ministerio")
    page.get_by_label("Día", exact=True).fill(f"{soon:%Y-%m-%d}")
    page.get_by_label("Hora", exact=True).fill(f"{soon:%H:%M}")
    page.get_by_label("Quién responde por ella").select_option(label=responsible)
    page.get_by_role("checkbox", name="YouTube").check()
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def checked(page: Page) -> None:
    """Check the chat's box, first without the capture that it needs, and the captions."""
    page.get_by_role("link", name="Revisar: El chat deja en espera").click()
    page.get_by_label("Sí", exact=True).check()
    page.get_by_label("Qué viste").fill("La casilla está marcada.")
    page.get_by_role("button", name="Guardar la revisión").click()
    expect(page.get_by_role("main")).to_contain_text("Falta la captura de la casilla")
    picture = BytesIO()
    Image.new("RGB", (640, 360), "#0943b5").save(picture, "PNG")
    capture = {"name": "casilla.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.get_by_label("Captura").set_input_files(capture)  # type: ignore[arg-type]
    page.get_by_role("button", name="Guardar la revisión").click()
    page.get_by_role("link", name="Revisar: Subtítulos o lengua de señas").click()
    page.get_by_label("Sí", exact=True).check()
    page.get_by_label("Qué viste").fill("Hay intérprete.")
    page.get_by_role("button", name="Guardar la revisión").click()
    expect(page.get_by_role("button", name="Cerrar la lista")).to_be_enabled()
