"""Large days: 10,000 news and 5,000 deliveries in a day run as many queries as a few, and pages stay short."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.models import News, NewsState
from pregonero.outbox.models import Delivery
from pregonero.outbox.payload import post_payload
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.publishing.models import Publication
from tests.attack.conftest import Stage, signed_in

NEWS, PUBLICATIONS = 10_000, 1_250  # on four accounts: 5,000 deliveries
FEW = 60
LARGEST = 600_000  # bytes
PATHS = ["/", "/noticias/", "/noticias/?estado=informadas&pagina=200", "/publicaciones/nueva/", "/noticias/fuentes/"]


def many_news(stage: Stage, count: int, now: datetime) -> None:
    states = (NewsState.CANDIDATE, NewsState.INFORMED)
    keys = [f"https://www.mincit.gov.co/{number}-{uuid4().hex[:6]}" for number in range(count)]
    News.objects.bulk_create(
        (
            News(
                entity_id=stage.source.entity_id,
                address=key,
                key=key,
                title=f"Noticia {number}",
                found_at=now,
                state=states[number % 2],
                source=stage.source,
            )
            for number, key in enumerate(keys)
        ),
        batch_size=2000,
    )


def many_deliveries(beto: Member, accounts: list[Account], numbers: range, day: datetime) -> None:
    source = News.objects.earliest("pk")
    publications = Publication.objects.bulk_create(
        Publication(
            entity=beto.entity,
            number=f"M-{number}",
            key=uuid4(),
            title=f"Tema {number}",
            why="Sí",
            theme=f"Tema {number % 40}",
            link="https://www.mincit.gov.co/n",
            created_by=beto,
            created_at=day,
            source_kind="news",
            source_id=source.pk,
            source_name=source.title,
            edited_by=beto,
            edited_at=day,
            state="PROGRAMMED",
            due_at=day,
        )
        for number in numbers
    )
    Delivery.objects.bulk_create(
        (
            Delivery(
                entity=beto.entity,
                subject_kind="publication",
                subject_id=publication.pk,
                subject_name=publication.title,
                payload=post_payload(publication.title),
                account=account,
                due_at=at,
                prepare_at=at,
                ready_at=at,
                expires_at=at + timedelta(hours=1),
            )
            for number, publication in zip(numbers, publications, strict=True)
            for account in accounts
            for at in [day + timedelta(seconds=50 * number)]
        ),
        batch_size=2000,
    )


def queries_and_size(client: Client, path: str) -> tuple[int, int]:
    """Return how many queries a page runs once the caches are warm, and its size in bytes."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200
    return len(queries), len(response.content)


@pytest.mark.parametrize("items", [1_000, pytest.param(NEWS, marks=pytest.mark.slow)])
def test_ten_thousand_news_cost_no_more_queries(stage: Stage, now: datetime, items: int) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    many_news(stage, FEW, now)
    before = {path: queries_and_size(client, path)[0] for path in PATHS[:1] + PATHS[3:]}
    many_news(stage, items - FEW, now)
    for path in PATHS:
        queries, size = queries_and_size(client, path)
        assert queries <= before.get(path, 20), path
        assert size < LARGEST, path


@pytest.mark.procedure("P-2")
@pytest.mark.parametrize("publications", [150, pytest.param(PUBLICATIONS, marks=pytest.mark.slow)])
def test_five_thousand_deliveries_of_a_day_cost_no_more_queries(stage: Stage, publications: int) -> None:
    """The first deliveries come before the first count: the stage's own may be due tomorrow when it is late."""
    client, beto = signed_in(stage.people[Role.DIGITAL_STRATEGIST]), stage.people[Role.DIGITAL_STRATEGIST]
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    day, paths = midnight + timedelta(minutes=5), ["/", "/parrilla/"]
    many_deliveries(beto, list(stage.accounts.values()), range(FEW), day)
    before = {path: queries_and_size(client, path)[0] for path in paths}
    many_deliveries(beto, list(stage.accounts.values()), range(FEW, publications), day)
    for path in paths:
        assert queries_and_size(client, path)[0] <= before[path], path
