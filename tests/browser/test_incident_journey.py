"""A strange session is reported and holds the account; once its credential is changed, what waited goes out."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pregonero.networks.base import Unauthorized
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for
from pregonero.networks.registry import connector
from pregonero.outbox.models import Delivery
from pregonero.records.models import Event
from tests.browser.conftest import JourneyInstallation
from tests.browser.processes import run_in_thread
from tests.browser.windows import DESKTOP, PHONE, BrowserUser, Windows, wider_than_window
from tests.lab.process import Lab, until
from tests.networks.consenting import application
from tests.stage import informed_news, programmed

pytestmark = pytest.mark.procedure("X-2", "YT-2", "IG-2")
PATIENCE = 180.0


@dataclass
class Scene:
    """The account that a stranger entered, and its entity."""

    stage: JourneyInstallation
    lab: Lab
    network: str
    slug: str

    def run(self, act: Any) -> Any:
        return run_in_thread(self.stage.workers, act)

    @property
    def account(self) -> Account:
        return Account.objects.get(entity=self.stage.teams[self.slug].entity, network=self.network)

    def credentials(self) -> Any:
        return self.run(lambda: credentials_for(self.account))

    def opens(self, credentials: Any) -> bool:
        """Return whether the network still accepts a credential."""

        def probe() -> bool:
            try:
                return bool(connector(self.network).probe(credentials))
            except Unauthorized:
                return False

        return bool(self.run(probe))

    def publish_now(self) -> int:
        """Have a publication fall due this minute on the four networks."""

        def make() -> int:
            people, now = self.stage.teams[self.slug].people, timezone.now()
            return programmed(informed_news(self.lab, people["luis"], now), people["beto"], now).pk

        return int(self.run(make))

    def states(self, publication: int) -> dict[str, str]:
        deliveries = Delivery.objects.filter(subject_kind="publication", subject_id=publication)
        return dict(self.run(lambda: list(deliveries.values_list("account__network", "state"))))


@pytest.mark.parametrize(
    ("network", "slug", "size"), [("x", "incidente", DESKTOP), ("youtube", "incidentemovil", PHONE)]
)
def test_a_strange_session_holds_what_is_due_until_the_account_is_safe(
    stage: JourneyInstallation, lab: Lab, windows: Windows, network: str, slug: str, size: tuple[int, int]
) -> None:
    scene, people = Scene(stage, lab, network, slug), stage.teams[slug].people
    scene.run(lambda: application(lab, network, people["carmen"], timezone.now()))
    ana, carmen = (windows.enter(stage.address, people[name], size) for name in ("ana", "carmen"))

    page, account = ana.page, scene.run(lambda: scene.account)
    connect(carmen, account)
    ana.go(f"/cuentas/{account.pk}/").get_by_role("main").get_by_role("link", name="Reportar un incidente").click()
    report(page)
    incident = page.url
    publication = scene.publish_now()
    until(lambda: sorted(scene.states(publication).values()).count("PUBLISHED") == 3, PATIENCE)
    assert scene.states(publication)[network] != "PUBLISHED"
    page.goto(f"{stage.address}/publicaciones/{publication}/")
    expect(page.get_by_role("main")).to_contain_text("Incidente de seguridad abierto")

    page.goto(incident)
    do_step(page, "La cerré desde la pantalla de sesiones.")
    do_step(page, "Cambiada, con segundo paso.")
    expect(page.get_by_role("button", name="Ya está hecho")).to_be_visible()
    page.get_by_role("button", name="Ya está hecho").click()
    expect(page.get_by_role("main")).to_contain_text("la credencial de antes se retira")
    replace_credential(scene, carmen, account)
    page.goto(incident)
    page.get_by_role("button", name="Ya está hecho").click()
    assert scene.states(publication)[network] != "PUBLISHED"
    do_step(page, "Todo listo.")
    until(lambda: scene.states(publication)[network] == "PUBLISHED", PATIENCE)
    do_step(page, "Sin novedades.")

    expect(page.get_by_text("min de exposición")).to_be_visible()
    for step in ("Sesión cerrada", "Credencial cambiada en la red", "Publicaciones reanudadas", "Cerrado"):
        expect(page.get_by_role("listitem").filter(has_text=step)).to_contain_text("Ana Rojas")
    assert wider_than_window(page) == []
    steps = Event.objects.filter(event_type="incident.step", entity_id=stage.teams[slug].entity.pk)
    minutes = scene.run(lambda: [event.facts["minutes_exposed"] for event in steps.order_by("pk")][-5:])
    assert minutes[1:] == [minutes[1]] * 4  # exposure ends when the credential is changed


def report(page: Page) -> None:
    """Report the session from the account's page, which is chosen already."""
    page.get_by_label("Una sesión o un dispositivo que nadie reconoce").check()
    page.get_by_label("¿Qué viste?").fill("Android, Cúcuta, 03:12.")
    page.get_by_role("button", name="Reportar y retener la cuenta").click()
    expect(page.get_by_text("No sale nada en").first).to_be_visible()


def do_step(page: Page, note: str) -> None:
    """Do the step that follows, with its proof."""
    page.get_by_label("Cómo se hizo").fill(note)
    page.get_by_role("button", name="Ya está hecho").click()
    expect(page.get_by_text(note)).to_be_visible()


def connect(carmen: BrowserUser, account: Account, act: str = "Conectar otra vez") -> None:
    """Connect the account at the laboratory's consent page, and test it."""
    page = carmen.go(f"/cuentas/{account.pk}/")
    page.get_by_role("main").get_by_role("link", name=act, exact=True).click()
    page.get_by_role("button", name="Conectar con").click()
    page.get_by_role("link", name="Continuar en").click()
    page.locator(f'input[value="{account.remote_id}"]').check()
    page.get_by_role("button", name="Autorizar", exact=True).click()
    page.get_by_role("button", name="Probar").click()
    expect(page.get_by_text("pasó", exact=True)).to_be_visible()


def replace_credential(scene: Scene, carmen: BrowserUser, account: Account) -> None:
    """Connect the account again; the credential that it had before opens nothing afterwards.

    Google revokes with one token all that the person gave, so there the account is disconnected first.
    """
    old = scene.credentials()
    assert scene.opens(old)
    if scene.network == "youtube":
        page = carmen.go(f"/cuentas/{account.pk}/")
        page.get_by_role("link", name="Desconectar").click()
        page.get_by_role("button", name="Desconectar").click()
        until(lambda: not scene.opens(old), PATIENCE)
        connect(carmen, account, "Conectar")
    else:
        connect(carmen, account)
        until(lambda: not scene.opens(old), PATIENCE)
    assert scene.opens(scene.credentials())
