"""A piece from the need to the expediente: asked for, uploaded by a designer, sent back with a note on the picture,
approved from a phone, sent, put on the calendar and published (M-1, D-1, P-4, P-5, P-6).
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from pregonero.newsroom.approval_models import Approval
from pregonero.newsroom.piece_models import PieceVersion
from pregonero.people.actions import register_member
from pregonero.people.models import Employment, Member
from pregonero.people.roles import Role
from tests.browser import test_keyboard as keys
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import PHONE, BrowserUser, Windows, wider_than_window
from tests.conftest import PASSWORD
from tests.lab.process import Lab, until
from tests.second_factor import enrol_on_known_device

pytestmark = pytest.mark.procedure("M-1", "D-1", "P-4", "P-5", "P-6")
SLUG = "piezas"
TITLE = "Exportaciones no mineras crecieron 8,4 %"
PLACE = "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron"
NEED, PIECE = "Contar cómo crecen las exportaciones", "Infografía de exportaciones"
ASKED = {
    "Qué quieres contar": NEED,
    "Cuéntalo con sus datos": "Crecieron 8,4 % hasta octubre.",
    "Por qué le interesa a la gente": "Muestra dónde crece el empleo.",
    "A quién le sirve": "Empresarios",
    "De qué área": "Viceministerio de Comercio",
    "Con quién hablamos": "Elena Paz",
    "Su correo o su teléfono": "epaz@mincit.example",
}
ALT = "Barras con el crecimiento de cada sector."
NOTE, BACK = "El logo es el viejo", "Usa el logo del manual nuevo."
SEND_NOTE = "Va con la noticia de exportaciones."
MARGIN = timedelta(seconds=15)
NETWORKS = ("X", "Facebook", "Instagram")
PATIENCE = 180.0


@dataclass
class Scene:
    """The team of the journey, with a designer who is an adviser too: she could approve if the piece were not hers."""

    stage: JourneyInstallation
    windows: Windows
    rosa: Member
    link: str
    folder: Path
    slug: str = SLUG

    def enter(self, name: str, **options: Any) -> BrowserUser:
        person = self.rosa if name == "rosa" else self.stage.teams[self.slug].people[name]
        return self.windows.enter(self.stage.address, person, **options)


def designer(stage: JourneyInstallation, slug: str) -> Member:
    """Register a designer who is also an adviser, on a device that skips the second factor."""

    def register() -> Member:
        now, entity = timezone.now(), stage.teams[slug].entity
        rosa = register_member(
            entity=entity,
            email=f"rosa@{entity.slug}.test",
            password=PASSWORD,
            name="Rosa Ibáñez",
            roles=[Role.PRODUCER, Role.ADVISER],
            employment=Employment.STAFF,
            by=None,
            now=now,
        )
        enrol_on_known_device(rosa, now=now)
        return rosa

    return run_in_thread(stage.workers, register)


def picture(folder: Path, name: str, colour: str) -> Path:
    """Draw a picture of one colour."""
    path = folder / name
    Image.new("RGB", (1200, 1200), colour).save(path)
    return path


@pytest.fixture
def scene(stage: JourneyInstallation, windows: Windows, lab: Lab, tmp_path: Path) -> Scene:
    return Scene(stage, windows, designer(stage, SLUG), lab.url + PLACE, tmp_path)


def test_a_piece_goes_from_the_need_to_the_expediente(scene: Scene) -> None:
    luis, beto, rosa, carmen = (scene.enter(name) for name in ("luis", "beto", "rosa", "carmen"))
    news = needed_and_informed(scene, luis, beto)
    piece = uploaded(scene, rosa, news)
    never_by_its_author(scene, rosa, piece)
    sent_back(carmen, piece)
    corrected(scene, rosa)
    phone = scene.enter("carmen", size=PHONE)
    approved_on_a_phone(phone, piece)
    sent(phone)
    publication = put_on_the_calendar(beto)
    published(scene, beto, publication)
    everything_is_in_the_expediente(beto)
    people = (luis, beto, rosa, carmen, phone)
    problems = [said for person in people for said in person.problems if said.startswith(scene.stage.address)]
    assert [said for said in problems if "422" not in said] == []


def needed_and_informed(scene: Scene, luis: BrowserUser, beto: BrowserUser) -> str:
    """Ask for something to be told, accept it, inform the news item that tells it, and join them."""
    page = luis.go("/necesidades/nueva/")
    for label, text in ASKED.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Pedir", exact=True).click()
    need = page.url
    page = beto.page
    page.goto(need)
    page.get_by_label("Se cuenta").check()
    page.get_by_label("Respuesta para quien pidió").fill("Lo contamos hoy.")
    page.get_by_role("button", name="Guardar la decisión").click()
    page = luis.go("/noticias/")
    page.get_by_role("main").get_by_role("link", name="Informar un enlace").click()
    page.get_by_label("Enlace").fill(scene.link)
    page.get_by_role("button", name="Informar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    beto.page.goto(need)
    beto.page.get_by_label("Enlace de la noticia en la sede").fill(scene.link)
    beto.page.get_by_role("button", name="Unir la noticia").click()
    expect(beto.page.get_by_text("Listo: la noticia cuenta esta necesidad.")).to_be_visible()
    return page.url


def uploaded(scene: Scene, rosa: BrowserUser, news: str) -> str:
    """Upload the piece of the news item with its description; return the address of its page."""
    page = rosa.go("/piezas/nueva/")
    page.get_by_label("Qué completa").fill(news)
    page.get_by_label("Título", exact=True).fill(PIECE)
    page.get_by_label("Qué es", exact=True).select_option(label="Infografía")
    page.get_by_label("Archivo", exact=False).first.set_input_files(picture(scene.folder, "v1.jpg", "#b71c1c"))
    page.get_by_label("Descripción para quien no puede verla").fill(ALT)
    page.get_by_role("button", name="Guardar la pieza").click()
    expect(page.get_by_role("heading", level=1, name=PIECE)).to_be_visible()
    return page.url


def never_by_its_author(scene: Scene, rosa: BrowserUser, piece: str) -> None:
    """The author, who is an adviser, is refused by the page, by the address of the act, and by the database."""
    page = rosa.page
    page.goto(f"{piece}aprobacion/")
    expect(page.get_by_role("button", name="Aprobar la versión 1")).to_be_disabled()
    expect(page.get_by_text("Nadie aprueba su propia pieza").first).to_be_visible()
    number = int(piece.rstrip("/").rpartition("/")[2])
    version = run_in_thread(scene.stage.workers, lambda: PieceVersion.objects.get(piece=number))
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    token = next(value for name, value in cookies.items() if "csrf" in name)
    answer = page.request.post(
        f"{piece}aprobacion/si/",
        form={"version": str(version.pk), "digest": version.digest, "csrfmiddlewaretoken": token},
        headers={"Referer": piece},
    )
    assert (answer.status, "Nadie aprueba su propia pieza" in answer.text()) == (403, True)
    assert_refused_in_sql(scene.stage, version, scene.rosa)


def assert_refused_in_sql(stage: JourneyInstallation, version: PieceVersion, author: Member) -> None:
    """Insert the approval with plain SQL, which the database refuses."""

    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO newsroom_approval (version_id, digest, way, by_id, at, note, reason) "
                "VALUES (%s, %s, 'HERE', %s, now(), '', '')",
                [version.pk, version.digest, author.pk],
            )

    with pytest.raises(Error, match="not_an_author"):
        run_in_thread(stage.workers, insert)
    assert not run_in_thread(stage.workers, lambda: Approval.objects.filter(version=version).exists())


def sent_back(carmen: BrowserUser, piece: str) -> None:
    """Find it on Hoy, write a note on a spot of the picture, and send the version back."""
    row = carmen.go("/").get_by_role("listitem").filter(has_text=PIECE)
    expect(row.first).to_contain_text("Rosa Ibáñez")
    page = carmen.page
    page.goto(piece)
    page.locator("[data-spots]").click(position={"x": 60, "y": 60})
    page.get_by_label("Nota", exact=True).fill(NOTE)
    page.get_by_label("Hay que cambiarlo antes de aprobar").check()
    page.get_by_role("button", name="Guardar la nota").click()
    expect(page.get_by_text(NOTE).first).to_be_visible()
    page.goto(f"{piece}aprobacion/")
    expect(page.get_by_role("button", name="Aprobar la versión 1")).to_be_disabled()
    page.get_by_label("Qué hay que cambiar").fill(BACK)
    page.get_by_role("button", name="Devolver").click()
    expect(page.get_by_text("La devolviste: ya le avisamos a quien la hizo.")).to_be_visible()


def corrected(scene: Scene, rosa: BrowserUser) -> None:
    """The designer finds it on Hoy with what must change, and uploads the second version."""
    page = rosa.go("/")
    row = page.get_by_role("region", name="Lo que te toca").get_by_role("listitem").filter(has_text=PIECE)
    row.get_by_role("link", name="Corregir").click()
    expect(page.get_by_text(BACK)).to_be_visible()
    page.get_by_role("link", name="Ver la pieza con sus notas").click()
    page.get_by_role("link", name="Subir otra versión").click()
    page.get_by_label("Qué cambió").fill("Logo nuevo")
    page.get_by_label("Archivo", exact=False).first.set_input_files(picture(scene.folder, "v2.jpg", "#1b5e20"))
    page.get_by_label("Descripción para quien no puede verla").fill(ALT)
    page.get_by_role("button", name="Guardar la versión").click()
    expect(page.get_by_text(re.compile("por aprobar", re.I)).first).to_be_visible()


def approved_on_a_phone(phone: BrowserUser, piece: str) -> None:
    """The note that was carried is closed by who approves; then two taps approve what the link of the notice opens."""
    page = phone.page
    page.goto(piece)
    page.get_by_role("button", name=re.compile("Sí se corrigió")).click()
    page = phone.go("/avisos/")
    page.get_by_role("main").get_by_role("link", name=re.compile(f"Por aprobar: {PIECE}, versión 2")).first.click()
    expect(page).to_have_url(re.compile("/piezas/aprobar/"))
    expect(page.locator(".piece-shown img")).to_be_visible()
    assert wider_than_window(page) == []
    page.locator("summary", has_text="Aprobar").click()
    page.get_by_role("button", name="Sí, aprobar la versión 2").click()
    expect(page.get_by_text("Aprobaste la versión 2.")).to_be_visible()


def sent(phone: BrowserUser) -> None:
    """Send it to both publishers with a note."""
    page = phone.page
    page.get_by_label("Nota para quienes publican").fill(SEND_NOTE)
    page.get_by_role("button", name="Enviar", exact=True).click()
    expect(page.get_by_text("Enviada: les avisamos a Ana y a Beto.")).to_be_visible()


def put_on_the_calendar(beto: BrowserUser) -> str:
    """Find it on Hoy at once, open its publication, add the piece in each network and schedule it."""
    page = beto.go("/")
    row = page.get_by_role("region", name="Lo que te toca").get_by_role("listitem").filter(has_text=PIECE)
    expect(row).to_contain_text(SEND_NOTE)
    row.get_by_role("button", name="Publicarla").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    until(lambda: page.reload() and page.get_by_text("Imágenes y videos para YouTube").count(), timeout=PATIENCE)
    for name in NETWORKS:
        page.get_by_role("navigation", name="Redes").get_by_role("link", name=name).click()
        offer = page.get_by_role("button", name=re.compile(f"^{PIECE}")).locator("visible=true")
        offer.click()
        expect(page.get_by_text(f"Pieza agregada: {PIECE}, versión 2.").locator("visible=true")).to_be_visible()
    page.get_by_role("navigation", name="Redes").get_by_role("link", name="YouTube").click()
    page.get_by_label("Por qué va sin subtítulos", exact=True).fill("El video no tiene voz.")
    minute = timezone.localtime() + MARGIN
    page.get_by_label("Día").fill(f"{minute:%Y-%m-%d}")
    page.get_by_label("Hora", exact=True).fill(f"{minute:%H:%M}")
    page.get_by_role("button", name="Programar").click()
    expect(page).to_have_url(re.compile(r"/publicaciones/\d+/$"))
    return page.url


def published(scene: Scene, beto: BrowserUser, publication: str) -> None:
    """The calendar has it, and it goes out on the four networks."""
    page = beto.go("/parrilla/")
    expect(page.get_by_role("link", name=TITLE).first).to_be_visible()
    page.goto(publication)
    expect(page.get_by_text("publicada en 4 de 4", exact=True)).to_be_visible(timeout=PATIENCE * 1000)


def everything_is_in_the_expediente(beto: BrowserUser) -> None:
    """The whole way stands on one page, in order, with who did each step."""
    steps = beto.page.get_by_role("region", name="Recorrido")
    for words in (
        "La pidió Viceministerio de Comercio",
        "La informó Luis Peña",
        f"{PIECE}, versión 2, de Rosa Ibáñez.",
        "La aprobó Carmen Ortiz, aquí.",
        f"La envió Carmen Ortiz. {SEND_NOTE}",
    ):
        expect(steps).to_contain_text(words)
    text = steps.inner_text()
    order = [text.index(words) for words in ("Necesidad", "Pieza aprobada", "Pieza enviada", "ublicada en 4")]
    assert order == sorted(order)
    expect(beto.go("/").get_by_role("main")).not_to_contain_text("Piezas que te enviaron")


@pytest.mark.slow
@pytest.mark.procedure("N-6")
def test_the_same_journey_needs_no_mouse(
    stage: JourneyInstallation, windows: Windows, lab: Lab, tmp_path: Path
) -> None:
    """Every act with Tab, Enter, the space bar and arrows; the focus is always visible."""
    scene = Scene(stage, windows, designer(stage, "teclado"), lab.url + PLACE, tmp_path, "teclado")
    rosa, carmen, beto, luis = (scene.enter(name).page for name in ("rosa", "carmen", "beto", "luis"))
    luis.goto(f"{stage.address}/noticias/informe/")
    keys.write(luis, "Enlace", f"{scene.link}?teclado=1")
    keys.follow(luis, "Informar")
    rosa.goto(f"{stage.address}/piezas/nueva/")
    keys.write(rosa, "Qué completa", luis.url)
    keys.write(rosa, "Título", PIECE)
    keys.tab_to(rosa, "Archivo")
    rosa.locator("input[type=file]").first.set_input_files(picture(tmp_path, "v1.jpg", "#0d47a1"))
    keys.write(rosa, "Descripción", ALT)
    keys.follow(rosa, "Guardar la pieza")
    note_and_send_back(carmen, rosa.url)
    keys.follow(rosa, "Subir otra versión")
    keys.write(rosa, "Qué cambió", "Logo nuevo")
    keys.tab_to(rosa, "Archivo")
    rosa.locator("input[type=file]").first.set_input_files(picture(tmp_path, "v2.jpg", "#1b5e20"))
    keys.write(rosa, "Descripción", ALT)
    keys.follow(rosa, "Guardar la versión")
    approve_and_send(carmen)
    use_it(beto)
    expect(beto).to_have_url(re.compile(r"/publicaciones/\d+/$"))
    expect(beto.get_by_role("region", name="Recorrido")).to_contain_text("La aprobó Carmen Ortiz, aquí.")


def note_and_send_back(carmen: Page, piece: str) -> None:
    """Note a part of the picture, chosen by its name, and send the version back."""
    carmen.goto(piece)
    keys.write(carmen, "Nota", NOTE)
    keys.tab_to(carmen, "En qué parte")
    carmen.keyboard.press("ArrowDown")
    keys.tab_to(carmen, "Hay que cambiarlo")
    carmen.keyboard.press("Space")
    keys.follow(carmen, "Guardar la nota")
    carmen.goto(piece)  # from the top: the answer begins at the notes
    keys.skip_to_content(carmen)
    keys.follow(carmen, "Aprobación")
    keys.write(carmen, "Qué hay que cambiar", BACK)
    keys.follow(carmen, "Devolver")
    expect(carmen.get_by_text("La devolviste")).to_be_visible()


def approve_and_send(carmen: Page) -> None:
    """Close the note that was carried to the second version, approve it and send it."""
    keys.skip_to_content(carmen)
    keys.follow(carmen, "Ver la pieza con sus notas")
    keys.follow(carmen, "Sí se corrigió")
    carmen.goto(carmen.url.partition("#")[0])
    keys.skip_to_content(carmen)
    keys.follow(carmen, "Aprobación")
    keys.follow(carmen, "Aprobar la versión 2")
    keys.write(carmen, "Nota para quienes publican", SEND_NOTE)
    keys.follow(carmen, "Enviar")
    expect(carmen.get_by_text("Enviada: les avisamos")).to_be_visible()


def use_it(beto: Page) -> None:
    """Open the publication from Hoy, add the piece to the first network, and schedule it for tomorrow or later."""
    beto.goto(beto.url)
    keys.skip_to_content(beto)
    keys.follow(beto, "Publicarla")
    until(lambda: beto.reload() and beto.get_by_text("Imágenes y videos para YouTube").count(), timeout=PATIENCE)
    keys.skip_to_content(beto)
    keys.press(beto, "Facebook")  # the editor opens at YouTube, which takes no pictures
    keys.press(beto, PIECE)
    expect(beto.get_by_text(f"Pieza agregada: {PIECE}, versión 2.").locator("visible=true")).to_be_visible()
    beto.goto(beto.url.partition("#")[0])  # it opens at YouTube again, where something is missing
    keys.write(beto, "Por qué va sin subtítulos", "El video no tiene voz.")
    keys.tab_to(beto, "Día")
    back = ["ArrowDown"] * (f"{timezone.localdate():%d-%m}" == "29-02")
    for key in (*back, "Tab", *back, "Tab", "ArrowUp"):
        beto.keyboard.press(key)
    keys.follow(beto, "Programar")
