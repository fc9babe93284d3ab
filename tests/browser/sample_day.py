"""A sample day of a ministry: publications that went out, that are scheduled, and that failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from pregonero.networks.manual_posting import RemotePost
from pregonero.newsroom import actions as newsroom
from pregonero.newsroom.models import News
from pregonero.newsroom.reading.page import fetch_page
from pregonero.newsroom.sources.registry import FEED
from pregonero.newsroom.tasks import read_page
from pregonero.outbox.models import Delivery
from pregonero.people.actions import see_notice
from pregonero.people.models import Notice
from pregonero.publishing import actions, link_check, queries
from pregonero.publishing.actions import PublicationChange
from pregonero.publishing.models import Publication
from pregonero.records.tasks import seal_all
from tests.browser.clock import SAMPLE_TIME
from tests.browser.delivery_steps import leave_for_decision, send
from tests.browser.sample_controls import make_controls
from tests.browser.sample_conversations import make_conversations
from tests.browser.sample_entities import Team, register_team
from tests.lab.process import Lab
from tests.stage import told_why

PLACES = {
    "visitantes": "turismo/visitantes-no-residentes-aumentaron",
    "exportaciones": "comercio/exportaciones-no-mineras-crecieron",
    "rueda": "industria/balance-rueda-negocios-eje-cafetero",
    "peru": "comercio/colombia-peru-revisan-acuerdo-comercial",
    "convocatoria": "industria/convocatoria-mipymes-exportar-primera-vez",
    "registro": "turismo/registro-nacional-turismo-cinco-pasos",
    "certificados": "comercio/certificados-origen-en-linea",
    "senales": "turismo/senalizacion-turistica-accesible-doce-pueblos",
    "productividad": "industria/programa-productividad-seiscientos-cupos",
}
MORE_NEWS = (
    {
        "section": "industria", "slug": "feria-proveedores-construccion",
        "published_at": SAMPLE_TIME.timestamp() - 2400,
        "title": "Abierto el registro para la feria de proveedores de la construcción",
        "summary": "Podrán exponer cien empresas de todo el país; el registro es gratuito.",
        "body": ["Hasta el viernes pueden registrarse las empresas que quieran exponer.", "El cupo es de cien."],
    },
    {
        "section": "comercio", "slug": "horario-atencion-diciembre", "published_at": SAMPLE_TIME.timestamp() - 5400,
        "title": "Este es el horario de atención al público en diciembre",
        "summary": "Los días 24 y 31 se atenderá hasta el mediodía.",
        "body": ["Los días 24 y 31 de diciembre se atenderá hasta el mediodía.", "Los canales en línea no cambian."],
    },
)  # fmt: skip
WHY = {
    "visitantes": "El turismo da empleo en muchas regiones.",
    "exportaciones": "Muestra en qué sectores crece el empleo que exporta.",
    "rueda": "Cuenta qué ganaron las empresas de tres departamentos.",
    "peru": "Abre un mercado vecino a frutas, lácteos y flores.",
    "convocatoria": "Hay trescientos cupos gratuitos y una fecha de cierre.",
    "registro": "Quien no renueve a tiempo no puede ofrecer sus servicios.",
    "senales": "Doce pueblos que cualquiera puede recorrer.",
}
CROWDED = "Ya hay dos temas a esa hora."
TOO_LONG = (
    "Los certificados de origen ya se tramitan en línea: de tres días pasamos a cuatro horas. No hace falta ir a una "
    "ventanilla ni llevar papeles. Mira cómo pedir el tuyo y cuánto demora según el producto: "
)


@dataclass(frozen=True)
class SampleDay:
    """The entity of the sample day, and the primary keys of its rows by name."""

    team: Team
    news: dict[str, int]
    publications: dict[str, int]
    conversations: dict[str, int]
    petitions: dict[str, int]
    controls: dict[str, int]
    deliveries: dict[str, int]  # one that needs a decision and one published, by the name of their publication


class SampleDayMaker:
    """Makes the sample day; `now` is the time of the current step."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.now = SAMPLE_TIME
        self.news: dict[str, News] = {}
        self.publications: dict[str, Publication] = {}

    def make(self) -> SampleDay:
        """Run every step of the day in order."""
        with self._own_clock():
            self._day_before()
            self._early()
            self._middle()
            subject, fair = self.publications["exportaciones"].pk, self.news["candidata"]
            fair.refresh_from_db()
            talks, petitions = make_conversations(self.team, subject, fair, self.now)
            controls = make_controls(self.team, self.now)
            seal_all(entity_id=self.team.entity.pk)
        publications = {name: made.pk for name, made in self.publications.items()}
        published = Delivery.objects.get(
            subject_kind="publication", subject_id=publications["exportaciones"], account__network="x"
        )
        deliveries = {"visitantes": self.undecided, "exportaciones": published.pk}
        news = {name: found.pk for name, found in self.news.items()}
        return SampleDay(self.team, news, publications, talks, petitions, controls, deliveries)

    @contextmanager
    def _own_clock(self) -> Iterator[None]:
        real, timezone.now = timezone.now, lambda: self.now
        try:
            yield
        finally:
            timezone.now = real

    def _at(self, clock: str, *, day: int = 0) -> datetime:
        hour, minute = map(int, clock.split(":"))
        self.now = SAMPLE_TIME.replace(hour=hour, minute=minute, second=4) + timedelta(days=day)
        return self.now

    def _day_before(self) -> None:
        self._at("06:50", day=-1)
        self.team = register_team(self.lab, "mincomercio", self.now)
        self._at("07:40", day=-1)
        self._inform("visitantes", "SEDE-2026-0416")
        self._at("15:20", day=-1)
        self._program("visitantes", "16:00", theme="Turismo")
        self._at("16:00", day=-1)
        work = send(self.publications["visitantes"], self, unsent="x")
        assert work is not None
        address = f"{self.lab.url}/x/{self.team.handles['x']}/status"
        numbers = ("2125376142218100001", "2125376142218100002")
        found = tuple(
            RemotePost(number, f"{address}/{number}", work.post.text, self.now.isoformat()) for number in numbers
        )
        leave_for_decision(work, found, self)
        self.undecided = work.delivery_id

    def _early(self) -> None:
        for number, name in enumerate(list(PLACES)[1:]):
            self._at(f"07:{number * 5 + 5:02d}")
            self._inform(name, f"SEDE-2026-04{17 + number}")
        self._see_notices("beto", "ana")
        self._at("07:50")
        self._program("exportaciones", "08:00", theme="Exportaciones", relevance=1)
        self._at("08:00")
        send(self.publications["exportaciones"], self)
        self._at("08:20")
        self._program("rueda", "09:15", theme="Ruedas de negocios")
        self._program("peru", "10:10", theme="Acuerdos")
        self._program("convocatoria", "10:30", theme="Mipymes", relevance=1)
        self._program("registro", "10:40", theme="Turismo", only="facebook")
        self._program("senales", "15:00", theme="Turismo")

    def _middle(self) -> None:
        self._at("09:15")
        x = self.team.entity.accounts.get(network="x").remote_id
        self.lab.fault(kind="status", network="x", endpoint="commit", code=403, times=1, account=x)
        send(self.publications["rueda"], self)
        self._at("09:41")
        self._find_candidates()
        self._at("09:50")
        self._draft("certificados", theme="Trámites", relevance=1, text=TOO_LONG)
        self._at("10:10")
        send(self.publications["peru"], self, unsent="instagram")

    def _inform(self, name: str, reference: str) -> None:
        address = f"{self.lab.url}/sitio/prensa/noticias/{PLACES[name]}"
        page = replace(fetch_page(address), published_at=self.now - timedelta(minutes=20))
        luis = self.team.people["luis"]
        news = newsroom.inform_link(
            entity=luis.entity, address=address, page=page, reference=reference, note="", by=luis, now=self.now
        )
        read_page(news_id=news.pk)
        news.refresh_from_db()
        self.news[name] = news

    def _see_notices(self, *names: str) -> None:
        for name in names:
            member = self.team.people[name]
            for notice in Notice.objects.filter(member=member, seen_at__isnull=True).order_by("pk"):
                see_notice(notice=notice, by=member, now=self.now)

    def _find_candidates(self) -> None:
        for more in MORE_NEWS:
            self.lab.client.post("/sitio/noticias", json=more).raise_for_status()
        carmen, luis = self.team.people["carmen"], self.team.people["luis"]
        source = newsroom.register_source(
            entity=carmen.entity,
            kind=FEED,
            name="Noticias de la sede (RSS)",
            address=f"{self.lab.url}/sitio/feed.xml",
            by=carmen,
            now=self.now,
        )
        items = FEED.read(source.address, {}).items
        found = newsroom.save_reading(source=source, items=items, now=self.now).found
        named = {news.address.rpartition("/")[2]: news for news in found}
        self.news["candidata"] = named["feria-proveedores-construccion"]
        self.news["descartada"] = named["talleres-artesanales-ventas-en-linea"]
        read_page(news_id=self.news["candidata"].pk)
        newsroom.dismiss_news(news=self.news["descartada"], reason="Se contó la semana pasada.", by=luis, now=self.now)

    def _program(self, name: str, clock: str, *, theme: str, relevance: int = 2, only: str = "") -> None:
        publication = self._draft(name, theme=theme, relevance=relevance, only=only)
        due_at = self.now.replace(hour=int(clock[:2]), minute=int(clock[3:]), second=0)
        beto = self.team.people["beto"]
        actions.program_publication(publication=publication, due_at=due_at, by=beto, now=self.now)

    def _draft(self, name: str, *, theme: str, relevance: int, only: str = "", text: str = "") -> Publication:
        beto = self.team.people["beto"]
        publication = actions.draft_publication(source=self.news[name].ref, key=uuid4(), by=beto, now=self.now)
        changes = {}
        for each in queries.going_adaptations(publication):
            if only and each.account.network != only:
                changes[each.account_id] = told_why(each, skipped=True, skip_reason="Ya hay dos temas.")
            elif text and each.account.network == "x":
                changes[each.account_id] = told_why(each, text=text + publication.link)
            else:
                changes[each.account_id] = told_why(each)
        change = PublicationChange(WHY.get(name, ""), theme, relevance, publication.link, changes)
        actions.edit_publication(
            publication=publication, change=change, revision=publication.revision, by=beto, now=self.now
        )
        publication.refresh_from_db()
        link_check.refresh_link(publication, now=self.now)
        self.publications[name] = publication
        return publication
