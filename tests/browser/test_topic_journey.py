"""A rising topic of three media becomes a publication in the calendar (T-1 to T-3)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.monitoring.actions.watch import Watched, watch_source
from pregonero.monitoring.models import WatchedRole
from pregonero.people.models import Member
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import BrowserUser, Windows
from tests.lab.process import until
from tests.monitoring.conftest import RSS, feed
from tests.newsroom.website import Website, running

pytestmark = pytest.mark.procedure("T-1", "T-2", "T-3")
SLUG = "temas"
STORY = (
    ("El Diario", "Exportaciones de café crecieron 8,4 % en octubre"),
    ("La Gaceta", "Café impulsa las exportaciones: subieron 8,4 % en octubre, según el DANE"),
    ("Radio Uno", "DANE: exportaciones de café aumentaron 8,4 % en octubre"),
)
TOLD = "El DANE dijo que sumaron 412 millones de dólares."


def serve(media: Website) -> None:
    """Publish the story on the three media, a few minutes apart."""
    now = timezone.now()
    for number, (_, title) in enumerate(STORY):
        item = (media.at(f"/nota/{number}"), title, TOLD, now - timedelta(minutes=9 - number))
        media.put(f"/rss/{number}", feed(item), RSS)
        media.put(f"/nota/{number}", f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>")


def follow(media: Website, by: Member) -> None:
    for number, (name, _) in enumerate(STORY):
        watched = Watched("FEED", WatchedRole.MEDIUM, name, media.at(f"/rss/{number}"))
        watch_source(watched=watched, by=by, now=timezone.now())


def test_a_rising_topic_is_republished_in_the_calendar(stage: JourneyInstallation, windows: Windows) -> None:
    team = stage.teams[SLUG]
    with running() as media:
        serve(media)
        run_in_thread(stage.workers, lambda: follow(media, team.people["beto"]))
        ana = windows.enter(stage.address, team.people["ana"])
        page = topic_of(ana)
        decide(page)
        page.get_by_role("button", name="Preparar la publicación").click()
        page = ana.go(programme_as(page, STORY[0][1]))
        expect(page.get_by_role("main")).to_contain_text(STORY[0][1])
        page = ana.go("/temas/?estado=decididos")
        page.get_by_role("link", name="café").first.click()
        expect(page.get_by_role("region", name="Qué resultó", exact=True)).to_contain_text("Ana Rojas")


def topic_of(ana: BrowserUser) -> Page:
    """Open the topic once it is on the screen, which asks again for the list by itself."""
    page = ana.go("/temas/")
    expect(page.get_by_role("main")).to_contain_text("crece", timeout=120_000)
    until(lambda: "3 fuentes" in page.get_by_role("main").inner_text() or not page.reload(), timeout=60)
    page.get_by_role("link", name="café").first.click()
    for name, title in STORY:
        expect(page.get_by_role("region", name="Línea de tiempo")).to_contain_text(f"{name}, medio")
        expect(page.get_by_role("region", name="Línea de tiempo")).to_contain_text(title)
    return page


def decide(page: Page) -> None:
    """Decide to republish the first note, until three hours from now."""
    until_when = timezone.localtime() + timedelta(hours=3)
    page.get_by_label("Republicar una de sus notas").check()
    page.get_by_label("Cuál nota se republica").select_option(index=1)
    page.get_by_label("Por qué").fill("Le sirve a quien exporta café.")
    page.get_by_label("Hasta qué día").fill(f"{until_when:%Y-%m-%d}")
    page.get_by_label("Hasta qué hora").fill(f"{until_when:%H:%M}")
    page.get_by_label("Quién responde").select_option(label="Ana Rojas")
    page.get_by_role("button", name="Guardar la decisión").click()
    expect(page.get_by_role("region", name="Lo decidido")).to_contain_text("Le sirve a quien exporta café.")


def programme_as(page: Page, title: str) -> str:
    """Program the publication that has this title for the next hours, and return the page of its day."""
    due = timezone.localtime() + timedelta(minutes=90)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    page.get_by_label("Día").fill(f"{due:%Y-%m-%d}")
    page.get_by_label("Hora", exact=True).fill(f"{due:%H:%M}")
    page.get_by_role("button", name="Programar").click()
    expect(page.get_by_role("main")).to_contain_text("rogramada")
    return f"/parrilla/{due:%Y-%m-%d}/"
