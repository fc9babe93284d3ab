"""What citizens write in the laboratory's pages, answered, redirected and read back (5.3, Q-1 to Q-6, N-5).

One journey on one entity: a publication goes out; a basic question on Facebook is answered with one key; a mission
matter on Instagram is redirected; a petition by private message gets its number and its legal date; a journalist goes
to who coordinates; a mention on X is answered by API, and a comment on X by a person, and read back. All of it is in
the expediente.
"""

import re
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.inbox.actions.triage import set_pqrsd_parameters
from pregonero.inbox.models import Stream
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import BrowserUser, Windows, press
from tests.lab.process import Lab, until
from tests.stage import informed_news, programmed

pytestmark = pytest.mark.procedure("Q-1", "Q-2", "Q-3", "Q-5", "Q-6", "N-5", "M-1")
SLUG = "ciudadania"
FACT = "La convocatoria está abierta hasta el 15 de diciembre de 2026."
ARTICLE = "/sitio/prensa/noticias/industria/convocatoria-mipymes-exportar-primera-vez"
PATIENCE = 180.0
NETWORKS = ("x", "facebook", "instagram", "youtube")


@dataclass
class Scene:
    """The publication that is out, with the public address of its post on each network."""

    stage: JourneyInstallation
    lab: Lab
    publication: int
    posts: dict[str, str]

    def read_now(self) -> None:
        """Have the worker read the accounts at its next look, without waiting for their turn."""
        streams = Stream.objects.filter(account__entity=self.stage.teams[SLUG].entity)
        run_in_thread(self.stage.workers, lambda: streams.update(next_read_at=timezone.now()))


@pytest.fixture
def scene(stage: JourneyInstallation, lab: Lab) -> Scene:
    def publish() -> int:
        team, now = stage.teams[SLUG], timezone.now()
        news = informed_news(lab, team.people["luis"], now, title="Abierta la convocatoria para exportar")
        address = lab.url + ARTICLE
        News.objects.filter(pk=news.pk).update(address=address, key=address, body=FACT)
        news.refresh_from_db()
        set_pqrsd_parameters(
            entity=team.entity,
            address=f"{lab.url}/sitio/pqrsd",
            text="Escribe tu caso por PQRSD:",
            reason="Resolución 1",
            by=team.people["rita"],
            now=now,
        )
        return programmed(news, team.people["beto"], now).pk

    publication = run_in_thread(stage.workers, publish)

    def out() -> dict[str, str]:
        found = Delivery.objects.filter(subject_kind="publication", subject_id=publication, state="PUBLISHED")
        return {delivery.account.network: delivery.url for delivery in found.select_related("account")}

    posts = until(lambda: len(found := run_in_thread(stage.workers, out)) == len(NETWORKS) and found, timeout=PATIENCE)
    return Scene(stage, lab, publication, posts)


def test_what_citizens_write_is_attended_on_every_network(scene: Scene, windows: Windows) -> None:
    people = scene.stage.teams[SLUG].people
    citizen = windows.window()
    ana, carmen, rita = (windows.enter(scene.stage.address, people[name]) for name in ("ana", "carmen", "rita"))

    basic_question_on_facebook(scene, citizen, ana)
    mission_matter_on_instagram(scene, citizen, ana)
    petition_by_private_message(scene, citizen, ana, rita)
    journalist_on_x(scene, citizen, ana, carmen)
    mention_on_x(scene, citizen, ana)
    comment_on_x_by_hand(scene, citizen, ana)

    page = ana.go(f"/publicaciones/{scene.publication}/")
    shown = page.get_by_role("main")
    for name in ("Rosa Mejía", "Iván Díaz", "Luz Marín"):
        expect(shown).to_contain_text(name)
    problems = [
        said for person in (ana, carmen, rita) for said in person.problems if said.startswith(scene.stage.address)
    ]
    assert problems == []


def basic_question_on_facebook(scene: Scene, citizen: Page, ana: BrowserUser) -> None:
    """The answer is proposed with its date and link, and sent with one key; the citizen sees it under their comment."""
    comment(citizen, scene.posts["facebook"], "Rosa Mejía", "¿Hasta qué fecha está abierta la convocatoria?")
    page = open_conversation(scene, ana, "Rosa Mejía")
    sort_as(page, "1")
    text = page.get_by_label("Tu respuesta")
    expect(text).to_have_value(re.compile(f"{FACT} Más información: {scene.lab.url}{ARTICLE}"))
    press(page, "e")
    expect(page.get_by_text("Respuesta en camino.")).to_be_visible()
    wait_until_sent(page)
    citizen.reload()
    expect(citizen.get_by_text(FACT)).to_be_visible()


def mission_matter_on_instagram(scene: Scene, citizen: Page, ana: BrowserUser) -> None:
    """Only the redirect can be sent; the citizen gets the address of PQRSD."""
    comment(citizen, scene.posts["instagram"], "Iván Díaz", "¿Por qué no han resuelto mi solicitud del registro?")
    page = open_conversation(scene, ana, "Iván Díaz", "idiaz")
    sort_as(page, "2")
    expect(page.get_by_label("Tu respuesta")).to_have_count(0)
    press(page, "e")
    expect(page.get_by_text("Le enviamos la dirección de PQRSD.")).to_be_visible()
    wait_until_sent(page)
    citizen.reload()
    expect(citizen.get_by_text(f"{scene.lab.url}/sitio/pqrsd")).to_be_visible()


def petition_by_private_message(scene: Scene, citizen: Page, ana: BrowserUser, rita: BrowserUser) -> None:
    """It is handed over and gets its number and legal date; the citizen is told both, in private (Q-5)."""
    citizen.goto(f"{scene.lab.url}/mensajes/facebook/{scene.stage.teams[SLUG].handles['facebook']}")
    citizen.get_by_label("Tu nombre").fill("Olga Ruiz")
    citizen.get_by_label("Tu mensaje").fill("Solicito copia del contrato 123 de 2026.")
    citizen.get_by_role("button", name="Enviar").click()
    page = open_conversation(scene, ana, "Olga Ruiz")
    expect(page.get_by_text("Solo la verá Olga Ruiz").or_(page.get_by_text("Propuesta: petición"))).to_be_visible()
    sort_as(page, "3")
    page.get_by_role("button", name="Enviar la petición").click()
    expect(page.get_by_text("espera su radicado")).to_be_visible()
    press(page, "e")
    wait_until_sent(page)

    office = rita.go("/peticiones/")
    office.get_by_role("link", name="Sin radicado todavía").first.click()
    expect(office.get_by_role("main")).to_contain_text("Solicito copia del contrato 123 de 2026.")
    office.get_by_label("Número de radicado").fill("2-2026-4567")
    office.get_by_role("button", name="Guardar y avisarle").click()
    due = re.fullmatch(r"\w+ (\d+) de \w+", office.locator(".figure").inner_text())
    assert due is not None

    def told() -> bool:
        citizen.reload()
        return bool(citizen.get_by_text("2-2026-4567").count())

    until(told, timeout=PATIENCE, interval=1.0)
    expect(citizen.get_by_text(f"{scene.lab.url}/sitio/pqrsd")).to_be_visible()
    expect(citizen.get_by_text(re.compile(rf"más tardar el 0?{due[1]}/\d\d/\d{{4}}"))).to_be_visible()


def journalist_on_x(scene: Scene, citizen: Page, ana: BrowserUser, carmen: BrowserUser) -> None:
    """A press question goes to who advises or coordinates, who is told; nobody else may answer it."""
    mention(scene, citizen, "Julio Vega", "Soy periodista de El Diario, ¿tienen la cifra de agosto?")
    page = open_conversation(scene, ana, "Julio Vega")
    sort_as(page, "4")
    expect(page.get_by_text("Corregir")).to_be_visible()
    expect(page.get_by_label("Tu respuesta")).to_have_count(0)
    notice = carmen.go("/avisos/").get_by_role("main")
    expect(notice).to_contain_text("Pregunta de prensa en X")


def mention_on_x(scene: Scene, citizen: Page, ana: BrowserUser) -> None:
    """Who names the account is answered by the network's API."""
    mention(scene, citizen, "Nora Peña", "¿La inscripción tiene costo?")
    page = open_conversation(scene, ana, "Nora Peña")
    sort_as(page, "1")
    press(page, "r")
    expect(page.get_by_label("Tu respuesta")).to_be_focused()
    page.get_by_label("Tu respuesta").fill("La inscripción es gratuita.")
    press(page, "Control+Enter")
    expect(page.get_by_text("Respuesta en camino.")).to_be_visible()
    wait_until_sent(page)
    answered = [post["text"] for post in scene.lab.posts(network="x", account=account_id(scene)) if post["under"]]
    assert any("La inscripción es gratuita." in text for text in answered)


def comment_on_x_by_hand(scene: Scene, citizen: Page, ana: BrowserUser) -> None:
    """Who did not name the account is answered by a person at the network, and what they wrote is read back (Q-6)."""
    comment(citizen, scene.posts["x"], "Luz Marín", "¿Quiénes pueden participar?")
    page = open_conversation(scene, ana, "Luz Marín")
    sort_as(page, "1")
    page.get_by_label("Tu respuesta").fill("Pueden participar pymes de todo el país.")
    press(page, "Control+Enter")
    opens = page.get_by_role("link", name="Abrir X").get_attribute("href") or ""
    assert "in_reply_to=" in opens and "Pueden%20participar" in opens
    expect(page.get_by_label("Tu respuesta", exact=True)).to_have_value("Pueden participar pymes de todo el país.")

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Abrir X").click()
    network = opened.value
    expect(network.get_by_label("Tu texto")).to_have_value("Pueden participar pymes de todo el país.")
    network.get_by_label("Cuenta con la que entraste").fill(scene.stage.teams[SLUG].handles["x"])
    network.get_by_role("button", name="Postear").click()
    network.wait_for_url("**/status/*")
    page.get_by_label("Dirección de tu respuesta").fill(network.url)
    page.get_by_role("button", name="Ya respondí: comprobar").click()
    expect(page.get_by_text("Quedó como respondida: la leímos en la red.")).to_be_visible()


def comment(citizen: Page, post: str, name: str, text: str) -> None:
    """Comment on a post in the laboratory's page, as a citizen."""
    citizen.goto(post)
    citizen.get_by_label("Tu nombre").fill(name)
    citizen.get_by_label("Tu comentario").fill(text)
    citizen.get_by_role("button", name="Comentar").click()
    expect(citizen.get_by_role("article").filter(has_text=text).first).to_be_visible()


def mention(scene: Scene, citizen: Page, name: str, text: str) -> None:
    """Write to the account on X in the laboratory's page, as a citizen."""
    citizen.goto(f"{scene.lab.url}/x/{scene.stage.teams[SLUG].handles['x']}")
    citizen.get_by_label("Tu nombre").fill(name)
    citizen.get_by_label("Tu texto").fill(text)
    citizen.get_by_role("button", name="Escribir").click()


def open_conversation(scene: Scene, person: BrowserUser, *names: str) -> Page:
    """Wait until the worker has read what a citizen wrote, and open it from the list."""
    pattern = re.compile("|".join(names), re.IGNORECASE)
    scene.read_now()
    page = person.go("/conversacion/")
    row = page.get_by_role("region", name="Sin responder").get_by_role("link", name=pattern).first
    until(lambda: row.count() or (page.reload() and False), timeout=PATIENCE, interval=1.0)
    row.click()
    page.get_by_role("heading", level=1, name=pattern).wait_for()
    return page


def sort_as(page: Page, key: str) -> None:
    """Confirm what the conversation asks for with its key, and wait until the page says so."""
    press(page, key)
    expect(page.get_by_text("lo confirmó Ana Rojas")).to_be_visible()


def wait_until_sent(page: Page) -> None:
    """Wait until the answer has gone out, after the seconds in which it can be undone."""
    sent = page.locator(".bubble.ours .tag", has_text="enviada")
    page.locator(".bubble.ours").last.wait_for()  # a reload during the navigation after sending is refused
    until(lambda: sent.count() or (page.reload() and False), timeout=PATIENCE, interval=1.0)


def account_id(scene: Scene) -> str:
    accounts = Account.objects.filter(entity=scene.stage.teams[SLUG].entity, network="x")
    return str(run_in_thread(scene.stage.workers, lambda: accounts.get().remote_id))
