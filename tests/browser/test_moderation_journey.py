"""An insult from the moment when it is written to its review, on the laboratory's pages and ours (N-3, N-4, T-475).

One journey on one entity: rules and a word list are put in force on their pages; an insult is held by the list, hidden
by a person, asked about and asked to be reviewed by its author without an account, and shown again by another person.
"""

import re
from dataclasses import dataclass

import pytest
from django.db import InternalError
from django.db.utils import ProgrammingError
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.errors import Refused
from pregonero.inbox.models import Stream
from pregonero.moderation.actions.reviews import decide_review
from pregonero.moderation.models import ReviewRequest
from pregonero.moderation.states import ReviewOutcome
from pregonero.outbox.models import Delivery
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import BrowserUser, Windows, press
from tests.lab.process import Lab, until
from tests.stage import informed_news, programmed

pytestmark = pytest.mark.procedure("N-3", "N-4")
SLUG = "moderacion"
INSULT, CRITICISM = "Ese director es un h1juepu7a", "Ese trámite no sirve, qué mala gestión la del ministerio"
HIDDEN_BECAUSE, RESTORED_BECAUSE = "Insulta a una persona.", "Es un desahogo sobre el trámite, no un ataque."
PATIENCE = 180.0


@dataclass
class Scene:
    """The installation with the public address of the post on which the citizen comments."""

    stage: JourneyInstallation
    lab: Lab
    post: str

    @property
    def outside(self) -> str:
        """Return the address of the entity's public pages."""
        return f"{self.stage.address}/publico/{SLUG}"

    def read_now(self) -> None:
        """Have the worker read the accounts at its next look, without waiting for their turn."""
        streams = Stream.objects.filter(account__entity=self.stage.teams[SLUG].entity)
        run_in_thread(self.stage.workers, lambda: streams.update(next_read_at=timezone.now()))


@pytest.fixture
def scene(stage: JourneyInstallation, lab: Lab) -> Scene:
    return published_scene(stage, lab)


def published_scene(stage: JourneyInstallation, lab: Lab) -> Scene:
    """Publish on every network, and return the scene of the post on Facebook."""

    def publish() -> int:
        people, now = stage.teams[SLUG].people, timezone.now()
        return programmed(informed_news(lab, people["luis"], now), people["beto"], now).pk

    publication = run_in_thread(stage.workers, publish)

    def address() -> str | None:
        sent = Delivery.objects.filter(subject_kind="publication", subject_id=publication, state="PUBLISHED")
        return sent.filter(account__network="facebook").values_list("url", flat=True).first()

    return Scene(stage, lab, until(lambda: run_in_thread(stage.workers, address), timeout=PATIENCE))


def test_an_insult_is_held_hidden_reviewed_by_another_person_and_shown_again(scene: Scene, windows: Windows) -> None:
    people = scene.stage.teams[SLUG].people
    citizen = windows.window()
    ana, beto, carmen = (windows.enter(scene.stage.address, people[name]) for name in ("ana", "beto", "carmen"))
    rules_in_force(carmen)
    list_in_force(scene, ana)

    link = written(scene, citizen)
    held_by_the_list(scene, citizen, ana)
    hidden_by_a_person(ana)
    asked_by_its_author(scene, citizen, link)
    never_by_who_hid_it(scene, ana)
    shown_again_by_another(beto)

    until(lambda: citizen.goto(scene.post) and citizen.get_by_text(INSULT).count(), timeout=PATIENCE, interval=1.0)
    citizen.goto(f"{scene.outside}/revision/?enlace={link.replace('#', '%23')}")
    expect(citizen.get_by_role("status")).to_contain_text(RESTORED_BECAUSE)
    figures_and_open_data(scene, citizen)
    problems = [
        said for person in (ana, beto, carmen) for said in person.problems if said.startswith(scene.stage.address)
    ]
    assert problems == []


def rules_in_force(carmen: BrowserUser) -> None:
    """The shipped community rules are saved, and put in force with the four criteria of T-475."""
    page = carmen.go("/moderacion/reglas/")
    page.get_by_label("Por qué cambian").fill("Primera versión")
    page.get_by_role("button", name="Guardar el borrador").click()
    page.get_by_role("link", name="Ponerla en vigor").click()
    for box in page.get_by_role("main").get_by_role("textbox").all():
        box.fill("Así se cumple.")
    page.get_by_role("button", name="Poner en vigor y publicar").click()
    expect(page.get_by_role("main")).to_contain_text("la puso en vigor Carmen Ortiz")


def list_in_force(scene: Scene, ana: BrowserUser) -> None:
    """The starting list is saved for Facebook, tried on the past by the worker, in shadow, and put in force."""
    page = ana.go("/moderacion/listas/")
    page.get_by_role("link", name=re.compile(scene.stage.teams[SLUG].handles["facebook"])).first.click()
    page.get_by_label("Por qué cambia").fill("La primera lista")
    page.get_by_role("button", name=re.compile("Guardar")).click()
    onward = page.get_by_role("button", name="Ponerla en sombra")
    until(lambda: onward.count() or (page.reload() and False), timeout=PATIENCE, interval=1.0)
    for name in ("Ponerla en sombra", "Ponerla en vigor"):
        page.get_by_label("Por qué", exact=True).fill("Lo pidió el Grupo.")
        page.get_by_role("button", name=name).click()
    expect(page.get_by_role("button", name="Detenerla")).to_be_visible()


def written(scene: Scene, citizen: Page) -> str:
    """A citizen criticises and then insults; return the link of the insult, copied from its date."""
    for name, text in (("Iván Díaz", CRITICISM), ("Rosa Mejía", INSULT)):
        citizen.goto(scene.post)
        citizen.get_by_label("Tu nombre").fill(name)
        citizen.get_by_label("Tu comentario").fill(text)
        citizen.get_by_role("button", name="Comentar").click()
    article = citizen.get_by_role("article").filter(has_text=INSULT)
    return str(article.get_by_role("link").first.evaluate("link => link.href"))


def held_by_the_list(scene: Scene, citizen: Page, ana: BrowserUser) -> None:
    """The list holds the insult and not the criticism: the network hides it before anybody reads it."""
    scene.read_now()
    page = ana.go("/moderacion/")
    rows = page.get_by_role("link", name="Decidir", exact=True)
    until(lambda: rows.count() or (page.reload() and False), timeout=PATIENCE, interval=1.0)
    expect(rows).to_have_count(1)
    until(lambda: citizen.reload() and not citizen.get_by_text(INSULT).count(), timeout=PATIENCE, interval=1.0)
    expect(citizen.get_by_role("paragraph").filter(has_text=CRITICISM)).to_be_visible()
    expect(citizen.get_by_text("La cuenta ocultó 1 comentario.")).to_be_visible()


def hidden_by_a_person(ana: BrowserUser) -> None:
    """Covered until asked for; hidden with a rule and a reason."""
    page = ana.page
    page.get_by_role("link", name="Decidir", exact=True).click()
    expect(page.get_by_role("main")).not_to_contain_text("h1juepu7a")
    press(page, "v")
    expect(page.get_by_text(INSULT)).to_be_visible()
    page.get_by_label("Ocultar: se puede deshacer").check()
    page.get_by_label("Regla de la comunidad que incumple").select_option(index=1)
    page.get_by_label("Razón").fill(HIDDEN_BECAUSE)
    page.get_by_role("button", name="Guardar la decisión").click()
    expect(page.get_by_text("Decidido: ocultar.")).to_be_visible()


def asked_by_its_author(scene: Scene, citizen: Page, link: str) -> None:
    """The public page says that it is hidden, by which rule and since when, and takes the request."""
    citizen.goto(f"{scene.outside}/revision/")
    citizen.get_by_label("Enlace de tu comentario").fill(link)
    citizen.get_by_role("button", name="Consultar").click()
    answer = citizen.get_by_role("status")
    expect(answer).to_contain_text("Sí, está oculto desde el")
    expect(answer).to_contain_text("Regla 1, ")
    for private in ("h1juepu7a", "Rosa", "Ana", HIDDEN_BECAUSE):
        expect(citizen.get_by_role("main")).not_to_contain_text(private)
    citizen.get_by_role("button", name="Pedir que lo revise otra persona").click()
    expect(citizen.get_by_role("status")).to_contain_text("La decide otra persona")


def never_by_who_hid_it(scene: Scene, ana: BrowserUser) -> None:
    """Who hid it cannot decide its review: not on the page, not in the action, not in the database."""
    page = ana.go("/moderacion/revisiones/")
    page.get_by_role("link", name="Revisar", exact=True).click()
    expect(page.get_by_text("Lo revisa otra persona.")).to_be_visible()
    expect(page.get_by_role("button", name="Guardar la revisión")).to_have_count(0)
    who, workers, now = scene.stage.teams[SLUG].people["ana"], scene.stage.workers, timezone.now()
    reviews = ReviewRequest.objects.filter(entity=who.entity)
    with pytest.raises(Refused, match="otra persona"):
        run_in_thread(
            workers,
            lambda: decide_review(
                review=reviews.get(), outcome=ReviewOutcome.KEPT, reason=HIDDEN_BECAUSE, by=who, now=now
            ),
        )
    with pytest.raises((InternalError, ProgrammingError), match="another_person"):
        run_in_thread(
            workers,
            lambda: reviews.update(outcome="KEPT", reason=HIDDEN_BECAUSE, decided_by=who, decided_at=timezone.now()),
        )


def shown_again_by_another(beto: BrowserUser) -> None:
    """Another person finds it on Hoy, reads the comment, and shows it again."""
    page = beto.go("/")
    expect(page.get_by_role("main")).to_contain_text("Piden revisar un comentario oculto")
    page = beto.go("/moderacion/revisiones/")
    page.get_by_role("link", name="Revisar", exact=True).click()
    page.get_by_label("Volver a mostrarlo").check()
    page.get_by_label("Razón").fill(RESTORED_BECAUSE)
    press(page, "Tab")
    page.get_by_role("button", name="Guardar la revisión").click()
    expect(page.get_by_text("Revisión decidida: volvió a mostrarse.")).to_be_visible()


def figures_and_open_data(scene: Scene, citizen: Page) -> None:
    """The figures count one held, one hidden and one shown again; the open data have no words and no name."""
    citizen.goto(f"{scene.outside}/moderacion/")
    row = citizen.get_by_role("row").filter(has_text="insultos o groserías")
    assert row.get_by_role("cell").all_inner_texts()[-4:] == ["1", "1", "0", "1"]
    data = citizen.request.get(f"{scene.outside}/moderacion/decisiones.json")
    statements = data.json()["statements"]
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert [one["automated_decision"] for one in statements] == [
        "AUTOMATED_DECISION_NOT_AUTOMATED",
        "AUTOMATED_DECISION_FULLY",
    ]
    assert {one["end_date_visibility_restriction"] for one in statements} == {today}
    assert not [private for private in ("h1juepu7a", "Rosa", "Ana") if private in data.text()]
