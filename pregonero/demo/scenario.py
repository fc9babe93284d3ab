"""The demonstration: its people publish one news item of the sample website to its four networks, once."""

import time
import urllib.request
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from pregonero.demo.second_factor import demo_secret
from pregonero.demo.seed import NETWORKS, PEOPLE, SLUG, demo_password, load_demo
from pregonero.media.models import MediumKind
from pregonero.newsroom.actions.news import inform_link
from pregonero.newsroom.models import News
from pregonero.newsroom.reading.page import fetch_page
from pregonero.newsroom.sources.registry import FEED
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import deliveries_of, of_subjects
from pregonero.outbox.states import IN_FLIGHT, STOPPED, WAITING
from pregonero.people.models import Member
from pregonero.progress import Progress
from pregonero.publishing import actions, link_check, queries
from pregonero.publishing.edits import current_change
from pregonero.publishing.models import Adaptation, Publication, PublicationState
from pregonero.records.models import Event
from pregonero.records.verification import verify
from pregonero.stack import Addresses, NotStarted, logs_folder

KEY = UUID("5d7b4f0e-3a55-4e0c-9d5f-0c6b6a1f2e11")  # of the publication, so that a second run finds it
SAMPLE = "Exportaciones no mineras"
REFERENCE = "SEDE-2026-0417"
REASON = "Muestra en qué sectores crece el empleo que exporta."
SILENT_VIDEO = "El video no tiene voz: solo un tono."
WAIT_SECONDS = 120.0


@dataclass(frozen=True)
class Result:
    """The result: counts, the address of each post by network, and "ok" when the records verify."""

    news: int
    publications: int
    deliveries: dict[str, int]
    posts: dict[str, str]
    records: int
    chain: str

    @property
    def is_complete(self) -> bool:
        """Return whether the news item is published on the four networks and the records verify."""
        return self.deliveries == {"published": len(NETWORKS)} and self.chain == "ok"

    def as_dict(self) -> dict[str, Any]:
        """Return the result as a dictionary for JSON."""
        return asdict(self)


def publish_sample(addresses: Addresses, progress: Progress) -> Result:
    """Create the demonstration entity and publish its sample news item; what exists already is not repeated.

    Raises `NotStarted` when its page is not read whole in `WAIT_SECONDS`.
    """
    with progress.step("Prepara la entidad de muestra"):
        cast = load_demo(addresses, now=timezone.now())
    with progress.step("Lee la noticia de muestra, con su imagen y su video"):
        publication = _schedule(addresses, cast)
    with progress.step("Publica la noticia de muestra en las cuatro redes"):
        _wait_until_final(publication)
    return _result(publication)


def what_is_missing(result: Result) -> str:
    """Return in which networks the sample is not published, and what is wrong with the records."""
    pending = [network for network in NETWORKS if not result.posts.get(network)]
    missing = f"Falta publicarla en {', '.join(pending)}." if pending else ""
    return missing if result.chain == "ok" else f"{missing} {result.chain}".strip()


def check_posts(result: Result) -> None:
    """Open each post at the lab; raise `URLError` when one does not answer."""
    for url in result.posts.values():
        with urllib.request.urlopen(url, timeout=10):  # noqa: S310  an address of the lab
            pass


def summary(addresses: Addresses, result: Result) -> str:
    """Return the text that `pregonero run` prints: addresses, posts, and who can sign in with which password."""
    lines = ["", addresses.summary, ""]
    lines += ["La noticia de muestra quedó en:"]
    lines += [f"  {network:<10} {url}" for network, url in result.posts.items()]
    lines += ["", people_summary(), "", f"Lo que hace cada parte queda en {logs_folder()}"]
    return "\n".join(lines)


def people_summary() -> str:
    """Return the lines that say who can sign in, with which password and which second factor."""
    lines = [f"Personas de la demostración (clave: {demo_password()}):"]
    lines += [f"  {first}@{SLUG}.test".ljust(28) + f"{name}, {role.label}" for first, name, role in PEOPLE]
    lines += [f"Segundo paso: «pregonero code» da el código; o agrega {demo_secret()} a tu aplicación de códigos."]
    return "\n".join(lines)


def _schedule(addresses: Addresses, cast: dict[str, Member]) -> Publication:
    """Return the publication, drafted and scheduled if it is new, or rescheduled if its deliveries stopped."""
    beto = cast["beto"]
    publication = Publication.objects.filter(key=KEY, entity=beto.entity).first()
    if publication is None or publication.state != PublicationState.PROGRAMMED:
        return _draft_and_schedule(_inform(addresses, cast["luis"]), beto)
    if Delivery.objects.filter(of_subjects("publication", [publication.pk]), state__in=STOPPED).exists():
        now = timezone.now()
        minute = now.replace(second=0, microsecond=0)
        return actions.move_publication(publication=publication, due_at=minute, by=beto, now=now)
    return publication


def _draft_and_schedule(news: News, beto: Member) -> Publication:
    publication = actions.draft_publication(source=news.ref, key=KEY, by=beto, now=timezone.now())
    change = actions.PublicationChange(
        why=REASON,
        theme="Exportaciones",
        relevance=1,
        link=publication.link,
        adaptations={
            adaptation.account_id: _without_captions(adaptation) for adaptation in queries.adaptations_of(publication)
        },
    )
    publication = actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=beto, now=timezone.now()
    )
    link_check.refresh_link(publication, now=timezone.now())
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    return actions.program_publication(publication=publication, due_at=minute, by=beto, now=now)


def _without_captions(adaptation: Adaptation) -> actions.AdaptationChange:
    """Return the adaptation with the reason why its videos have no captions, which the sample video needs (N-6)."""
    change = current_change(adaptation)
    videos = [attachment.pk for attachment in adaptation.media if attachment.medium.kind == MediumKind.VIDEO]
    reasons = {pk: actions.AttachmentWords(captions_missing_because=SILENT_VIDEO) for pk in videos}
    return replace(change, media={**change.media, **reasons})


def _inform(addresses: Addresses, luis: Member) -> News:
    """Inform the sample news item as the content manager, and wait until a worker has read its page."""
    address = _sample_address(addresses)
    news = News.objects.filter(entity=luis.entity, informing__isnull=False).order_by("pk").first()
    if news is None:
        news = inform_link(
            entity=luis.entity,
            address=address,
            page=fetch_page(address),
            reference=REFERENCE,
            note="",
            by=luis,
            now=timezone.now(),
        )
    deadline = time.monotonic() + WAIT_SECONDS
    while news.picture is None or news.video is None:
        if time.monotonic() > deadline:
            missing = " ni ".join(
                name for name, medium in (("la imagen", news.picture), ("el video", news.video)) if medium is None
            )
            raise NotStarted(f"No se han leído {missing} de la noticia: {news.page_problem or 'aún sin respuesta.'}")
        time.sleep(0.1)
        news.refresh_from_db()
    return news


def _sample_address(addresses: Addresses) -> str:
    """Return the address of the sample news item that has a picture and a video, from the website's feed."""
    items = FEED.read(f"{addresses.lab}/sitio/feed.xml", {}).items
    return next(item.address for item in items if item.title.startswith(SAMPLE))


def _wait_until_final(publication: Publication) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    unfinished = Delivery.objects.filter(of_subjects("publication", [publication.pk]), state__in=(*WAITING, *IN_FLIGHT))
    while unfinished.exists() and time.monotonic() < deadline:
        time.sleep(0.1)


def _result(publication: Publication) -> Result:
    deliveries = deliveries_of(publication.ref)
    states = [delivery.state.lower() for delivery in deliveries]
    verification = verify(publication.entity_id)
    return Result(
        news=News.objects.filter(entity_id=publication.entity_id).count(),
        publications=Publication.objects.filter(entity_id=publication.entity_id).count(),
        deliveries={state: states.count(state) for state in sorted(set(states))},
        posts={delivery.account.network: delivery.url for delivery in deliveries},
        records=Event.objects.filter(entity_id=publication.entity_id).count(),
        chain="ok" if verification.ok else str(verification.problem),
    )
