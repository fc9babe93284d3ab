"""One news item of the sample website, carried through to its four networks by the acts of its people, once."""

import time
import urllib.request
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from pregonero.demo.seed import NETWORKS, load
from pregonero.media.models import MediumKind
from pregonero.newsroom.actions import inform_link
from pregonero.newsroom.models import News
from pregonero.newsroom.reading.feed import read_feed
from pregonero.newsroom.reading.fetch import FEED, fetch
from pregonero.newsroom.reading.page import open_page
from pregonero.people.models import Member
from pregonero.publishing import actions, link_check, queries
from pregonero.publishing.edits import as_it_is
from pregonero.publishing.models import Adaptation, Delivery, Publication, PublicationState
from pregonero.publishing.states import IN_FLIGHT, STOPPED, WAITING
from pregonero.records.models import Event
from pregonero.records.verification import verify
from pregonero.stack import Addresses, NotStarted

KEY = UUID("5d7b4f0e-3a55-4e0c-9d5f-0c6b6a1f2e11")  # of the one publication: a second run finds it
SAMPLE = "Exportaciones no mineras"
REFERENCE = "SEDE-2026-0417"
WHY = "Muestra en qué sectores crece el empleo que exporta."
NO_VOICE = "El video no tiene voz: solo un tono."
WAIT_SECONDS = 120.0


@dataclass(frozen=True)
class Result:
    """What the demonstration left: counts, the address of each post, and whether the records hold."""

    news: int
    publications: int
    deliveries: dict[str, int]
    posts: dict[str, str]
    records: int
    chain: str

    @property
    def went_well(self) -> bool:
        """Return whether the news is out on the four networks and the chain holds."""
        return self.deliveries == {"published": len(NETWORKS)} and self.chain == "ok"

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return asdict(self)


def carry_through(addresses: Addresses) -> Result:
    """Have the demonstration entity, and its sample news out on the four networks; what is done is not repeated."""
    cast = load(addresses, now=timezone.now())
    publication = _programmed(addresses, cast)
    _wait_until_final(publication)
    return _result(publication)


def check_posts(result: Result) -> None:
    """Open each post: a demonstration that can't be read is none."""
    for url in result.posts.values():
        with urllib.request.urlopen(url, timeout=10):  # noqa: S310  the laboratory's own address
            pass


def _programmed(addresses: Addresses, cast: dict[str, Member]) -> Publication:
    beto = cast["beto"]
    made = Publication.objects.filter(key=KEY, entity=beto.entity).first()
    if made is None or made.state != PublicationState.PROGRAMMED:
        made = _programme(_inform(addresses, cast["luis"]), beto)
    elif Delivery.objects.filter(publication=made, state__in=STOPPED).exists():
        now = timezone.now()
        made = actions.move_publication(publication=made, due_at=now.replace(second=0, microsecond=0), by=beto, now=now)
    return made


def _programme(news: News, beto: Member) -> Publication:
    publication = actions.draft_publication(news=news, key=KEY, by=beto, now=timezone.now())
    said = {each.account_id: _without_captions(each) for each in queries.adaptations_of(publication)}
    change = actions.PublicationChange(
        why=WHY, theme="Exportaciones", relevance=1, link=publication.link, adaptations=said
    )
    publication = actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=beto, now=timezone.now()
    )
    link_check.refresh_link(publication, now=timezone.now())
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    return actions.program_publication(publication=publication, due_at=minute, by=beto, now=now)


def _without_captions(adaptation: Adaptation) -> actions.AdaptationChange:
    """The sample video says nothing: whoever publishes it answers for its having no captions (N-6)."""
    present = as_it_is(adaptation)
    videos = [each.pk for each in adaptation.media if each.medium.kind == MediumKind.VIDEO]
    silent = {pk: actions.AttachmentWords(captions_missing_because=NO_VOICE) for pk in videos}
    return replace(present, media={**present.media, **silent})


def _inform(addresses: Addresses, luis: Member) -> News:
    """Inform the sample news as its content manager would, and wait until its page has been read."""
    address = _sample_address(addresses)
    news = News.objects.filter(entity=luis.entity, informing__isnull=False).order_by("pk").first()
    if news is None:
        news = inform_link(
            entity=luis.entity, address=address, page=open_page(address), reference=REFERENCE, note="",
            by=luis, now=timezone.now(),
        )  # fmt: skip
    until = time.monotonic() + WAIT_SECONDS
    while news.picture is None or news.video is None:
        if time.monotonic() > until:
            raise NotStarted(f"La página de la noticia no se leyó completa: {news.page_problem or 'sin respuesta'}")
        time.sleep(0.1)
        news.refresh_from_db()
    return news


def _sample_address(addresses: Addresses) -> str:
    """Return the news item of the sample website that brings a picture and a video, found in its feed."""
    items = read_feed(fetch(f"{addresses.lab}/sitio/feed.xml", FEED))
    return next(item.address for item in items if item.title.startswith(SAMPLE))


def _wait_until_final(publication: Publication) -> None:
    until = time.monotonic() + WAIT_SECONDS
    moving = Delivery.objects.filter(publication=publication, state__in=(*WAITING, *IN_FLIGHT))
    while moving.exists() and time.monotonic() < until:
        time.sleep(0.1)


def _result(publication: Publication) -> Result:
    deliveries = list(Delivery.objects.filter(publication=publication).select_related("account"))
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
