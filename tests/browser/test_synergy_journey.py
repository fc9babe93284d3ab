"""A synergy that came by mail is pasted, defined between two, supported and programmed (S-1)."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import JourneyInstallation
from tests.browser.test_topic_journey import programme_as
from tests.browser.windows import Windows

SLUG = "sinergias"
TOPIC = "Vacunación contra la fiebre amarilla"
TEXTS = "La vacuna contra la fiebre amarilla es gratis.\n---\n¿Viajas en diciembre? Vacúnate gratis."


@pytest.mark.procedure("S-1")
def test_a_pasted_synergy_is_defined_and_programmed(stage: JourneyInstallation, windows: Windows) -> None:
    ana = windows.enter(stage.address, stage.teams[SLUG].people["ana"])
    page = ana.go("/sinergias/")
    page.get_by_role("main").get_by_role("link", name="Registrar una sinergia").click()
    paste(page)
    define(page)
    page.get_by_role("button", name="Preparar la publicación").click()
    expect(ana.go(programme_as(page, TOPIC)).get_by_role("main")).to_contain_text(TOPIC)
    page = ana.go("/sinergias/?estado=todas")
    page.get_by_role("main").get_by_role("link", name=TOPIC).click()
    expect(page.get_by_role("region", name="Publicaciones")).to_contain_text("Ana Rojas")


def paste(page: Page) -> None:
    """Paste the mail, with its suggested texts."""
    page.get_by_label("Quién la envía").fill("Prensa de Presidencia")
    page.get_by_label("En favor de qué entidad").fill("Ministerio de Salud")
    page.get_by_label("Tema, en una línea").fill(TOPIC)
    page.get_by_label("Lo que dice").fill("Colegas: les pedimos apoyar esta campaña.")
    page.get_by_label("Textos sugeridos").fill(TEXTS)
    page.get_by_role("button", name="Registrar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=TOPIC)).to_be_visible()


def define(page: Page) -> None:
    """Support it, between Ana and Carmen."""
    page.get_by_label("Se apoya", exact=True).check()
    page.get_by_label("Coyuntura").fill("Empieza la temporada de vacaciones.")
    page.get_by_label("Afinidad con el sector").fill("Le sirve a quien viaja.")
    page.get_by_label("Quien lleva las redes").select_option(label="Ana Rojas")
    page.get_by_label("Con la asesoría o la coordinación").select_option(label="Carmen Ortiz")
    page.get_by_role("button", name="Guardar lo definido").click()
    expect(page.get_by_role("region", name="Lo definido")).to_contain_text("Ana Rojas con Carmen Ortiz")
