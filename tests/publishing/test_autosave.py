"""The live review saves a draft, never over what another person saved, and never what is about to be sent."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from pregonero.records.models import Event
from pregonero.reports.timeline import TimelineEntry, group_entries
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-6")]


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def review(client: Client, publication: Publication, **changes: str) -> str:
    path = f"/publicaciones/{publication.pk}/revision/"
    return client.post(path, sent(publication, autosave="1", **changes)).content.decode()


def test_review_saves_the_draft_and_returns_its_revision(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    name = f"red{accounts['x'].pk}-text"
    page = review(signed_in(beto), publication, **{name: "Lo que escribo"})
    assert publication.adaptations.get(account=accounts["x"]).text == "Lo que escribo"
    assert f'data-kind="saved" data-revision="{publication.revision + 1}"' in page
    assert "Borrador guardado a las" in page


def test_stale_tab_saves_nothing_and_is_told_who_saved(
    publication: Publication, ana: Member, beto: Member, accounts: dict[str, Account]
) -> None:
    name = f"red{accounts['x'].pk}-text"
    review(signed_in(ana), publication, **{name: "Lo de Ana"})
    page = review(signed_in(beto), publication, **{name: "Lo de Beto"})
    assert 'data-kind="conflict"' in page
    assert "Ana Rojas guardó cambios a las" in page
    assert publication.adaptations.get(account=accounts["x"]).text == "Lo de Ana"


def test_scheduled_publication_is_not_saved_by_itself(news: News, beto: Member, accounts: dict[str, Account]) -> None:
    publication = programmed(news, beto, timezone.now(), due_at=timezone.now() + timedelta(hours=1))
    before = publication.adaptations.get(account=accounts["x"]).text
    page = review(signed_in(beto), publication, **{f"red{accounts['x'].pk}-text": "A medio escr"})
    assert "ya está programada" in page
    assert publication.adaptations.get(account=accounts["x"]).text == before


@pytest.mark.parametrize("link", ["no es un enlace", ""])
def test_form_that_cannot_be_saved_says_why(publication: Publication, beto: Member, link: str) -> None:
    page = review(signed_in(beto), publication, link=link)
    assert 'data-kind="unsaved"' in page
    assert "Sin guardar. Enlace: " in page


def test_cancelled_meanwhile_is_said_in_the_review(publication: Publication, beto: Member) -> None:
    Publication.objects.filter(pk=publication.pk).update(state="CANCELLED")
    assert "Sin guardar. Esta publicación está cancelada" in review(signed_in(beto), publication)


def test_whoever_only_reads_saves_nothing(publication: Publication, luis: Member) -> None:
    assert "data-kind" not in review(signed_in(luis), publication, why="Otra")
    publication.refresh_from_db()
    assert publication.why != "Otra"


def test_expediente_shows_the_automatic_savings_of_a_person_as_one(publication: Publication, beto: Member) -> None:
    for number in range(3):
        publication.refresh_from_db()
        review(signed_in(beto), publication, theme=f"Tema {number}")
    events = Event.objects.filter(event_type="publication.edited").order_by("pk")
    groups = group_entries(TimelineEntry(event, {}) for event in events)
    assert [len(group.lines) for group in groups] == [1, 3]
