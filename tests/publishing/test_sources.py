"""A kind of source that news knows nothing about: draft, schedule and expediente; and a kind that nobody registered."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from pregonero.errors import NotFound, WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing import actions, news_source, sources
from pregonero.publishing.models import Publication
from pregonero.publishing.queries.calendar import waiting_for_minute
from pregonero.publishing.sources import Source, SourceLoader, SourceNoun, SourceStep
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event
from tests.stage import drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("N-1")]
LINK = "https://www.mincit.gov.co/temas/7"
TOPIC = ObjectRef("topic", 7, "Día del café")


class TopicLoader(SourceLoader):
    noun = SourceNoun("tema", "decidido")

    def __init__(self, found_at: datetime) -> None:
        self.found_at = found_at
        self.why_not = ""
        self.drafts = 0

    def load(self, ids: Collection[int], *, entity_id: int) -> list[Source]:
        topic = Source(
            kind="topic",
            id=7,
            title="Día del café",
            noun=self.noun,
            address="/temas/7/",
            found_at=self.found_at,
            summary="Se celebra en todo el país.",
            link=LINK,
            reason="Es del público.",
            why_not=self.why_not,
        )
        return [topic] if 7 in ids else []

    def unpublished(self, *, entity_id: int, limit: int) -> list[Source]:
        return [] if self.drafts else self.load([7], entity_id=entity_id)

    def steps(self, source: Source, *, entity_id: int) -> tuple[SourceStep, ...]:
        return (SourceStep("Tema decidido", self.found_at, "Lo decidió el comité."),)

    def on_drafted(self, source: Source, *, by: Member, now: datetime) -> None:
        self.drafts += 1


@dataclass(frozen=True)
class Topic:
    """What `tests.stage` needs of a source."""

    ref: ObjectRef = TOPIC


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[TopicLoader]:
    loader = TopicLoader(now)
    monkeypatch.setattr(sources, "_LOADERS", dict(sources._LOADERS))
    sources.register("topic", loader)
    yield loader


def test_a_source_of_another_kind_is_drafted_scheduled_and_shown(
    topics: TopicLoader, beto: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    stage: Any = Topic()
    publication = programmed(stage, beto, now, due_at=now + timedelta(hours=1))
    assert publication.state == "PROGRAMMED"
    assert (publication.source_ref, topics.drafts) == (TOPIC, 1)
    assert not News.objects.exists()
    assert Event.objects.get(event_type="publication.drafted").related == ["topic:7"]
    assert "Día del café" in publication.adaptations.get(account=accounts["x"]).text
    assert publication.adaptations.get(account=accounts["youtube"]).skip_reason.endswith("y el tema no trae.")
    client = Client()
    client.force_login(beto.user)
    expediente = client.get(f"/publicaciones/{publication.pk}/").content.decode()
    assert "Tema decidido" in expediente
    assert "Lo decidió el comité." in expediente
    assert "Noticia en la sede" not in expediente
    assert "de un tema decidido" in client.get(f"/publicaciones/{publication.pk}/editor/").content.decode()


def test_the_reason_of_a_source_is_the_first_reason_of_its_draft(
    topics: TopicLoader, beto: Member, now: datetime
) -> None:
    publication = actions.draft_publication(source=TOPIC, key=uuid4(), by=beto, now=now)
    assert publication.why == "Es del público."


def test_a_source_that_may_not_be_published_says_why(topics: TopicLoader, beto: Member, now: datetime) -> None:
    topics.why_not = "Este tema fue descartado."
    with pytest.raises(WrongState, match="descartado"):
        actions.draft_publication(source=TOPIC, key=uuid4(), by=beto, now=now)
    assert not Publication.objects.exists()


def test_the_start_page_offers_and_drafts_sources_of_every_kind(topics: TopicLoader, news: News, beto: Member) -> None:
    client = Client()
    client.force_login(beto.user)
    assert {source.kind for source, _ in waiting_for_minute(beto.entity)} == {"topic", "news"}
    assert 'value="topic:7"' in client.get("/publicaciones/nueva/").content.decode()
    assert client.post("/publicaciones/borradores/", {"source": "topic:7", "key": str(uuid4())}).status_code == 302
    assert "Ya hay una publicación de este tema." in client.get("/publicaciones/nueva/?fuente=topic:7").content.decode()


def test_what_waits_is_looked_for_among_the_last_informed_news(
    news: News, beto: Member, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news_source, "MOST_LOOKED_AT", 2)
    later = [
        News.objects.create(
            entity=beto.entity, address=key, key=key, title=key, state="INFORMED", found_at=now + timedelta(hours=hours)
        )
        for hours, key in ((1, "https://www.mincit.gov.co/una"), (2, "https://www.mincit.gov.co/dos"))
    ]
    found = news_source.NewsLoader().unpublished(entity_id=beto.entity_id, limit=5)
    assert [source.id for source in found] == [later[1].pk, later[0].pk]


def test_a_kind_that_nobody_registered_is_an_error_that_names_it(beto: Member, now: datetime) -> None:
    with pytest.raises(LookupError, match="no loader is registered for sources of kind 'otro'"):
        actions.draft_publication(source=ObjectRef("otro", 1), key=uuid4(), by=beto, now=now)
    client = Client()
    client.force_login(beto.user)
    assert client.get("/publicaciones/nueva/?fuente=otro:1").status_code == 404


def test_a_source_that_does_not_exist_is_not_found(topics: TopicLoader, beto: Member, now: datetime) -> None:
    with pytest.raises(NotFound):
        actions.draft_publication(source=ObjectRef("topic", 8), key=uuid4(), by=beto, now=now)


def test_a_publication_whose_source_is_gone_shows_its_stored_name(
    topics: TopicLoader, beto: Member, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage: Any = Topic()
    publication = drafted(stage, beto, now)
    monkeypatch.setattr(topics, "load", lambda ids, *, entity_id: [])
    source = sources.source_of(publication)
    assert (source.title, source.why_not) == ("Día del café", "La fuente de esta publicación ya no existe.")
