"""A new publication: begun in one step from what waits, and what to do when nothing waits."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from pregonero.newsroom.models import News
from pregonero.people.actions import notify
from pregonero.people.models import Member, Notice
from pregonero.publishing.actions import cancel_publication, draft_publication
from pregonero.publishing.models import Publication
from tests.publishing.test_views import signed_in
from tests.stage import drafted, programmed

pytestmark = pytest.mark.usefixtures("accounts")
DRAFTS = "/publicaciones/borradores/"


@pytest.mark.procedure("P-1", "P-2")
def test_one_step_acknowledges_drafts_and_opens_the_editor(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/", now=now)
    response = signed_in(ana).post(DRAFTS, {"source": news.ref.reference, "hour": "11:30"})
    publication = Publication.objects.get()
    assert response["Location"] == f"/publicaciones/{publication.pk}/editor/?hora=11:30"
    assert Notice.objects.get(member=ana).seen_at is not None


def test_two_people_who_begin_the_same_news_get_one_draft(news: News, ana: Member, beto: Member) -> None:
    first = signed_in(ana).post(DRAFTS, {"source": news.ref.reference})
    second = signed_in(beto).post(DRAFTS, {"source": news.ref.reference}, follow=True)
    publication = Publication.objects.get()
    assert f"/publicaciones/{publication.pk}/editor/" in first["Location"]
    assert "Ana Rojas ya la estaba preparando" in second.content.decode()


def test_what_is_scheduled_already_opens_its_file(news: News, ana: Member, beto: Member, now: datetime) -> None:
    publication = programmed(news, beto, now, due_at=now + timedelta(hours=1))
    response = signed_in(ana).post(DRAFTS, {"source": news.ref.reference})
    assert response["Location"] == f"/publicaciones/{publication.pk}/"


def test_a_key_or_a_cancelled_publication_makes_another_draft(news: News, ana: Member, now: datetime) -> None:
    first = drafted(news, ana, now)
    another = draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
    assert another.pk != first.pk
    for publication in (first, another):
        cancel_publication(publication=publication, reason="Ya no va.", by=ana, now=now)
    assert draft_publication(source=news.ref, key=None, by=ana, now=now).pk not in {first.pk, another.pk}


def test_nothing_waiting_says_what_to_do(ana: Member, luis: Member) -> None:
    page = signed_in(ana).get("/publicaciones/nueva/").content.decode()
    assert "Ninguna noticia informada espera su publicación." in page
    assert "Cuando Luis Peña informe una noticia" in page
    assert "/noticias/?estado=informadas" in page
    assert "Informar una noticia" in signed_in(luis).get("/publicaciones/nueva/").content.decode()


def test_nothing_waiting_and_nobody_to_inform_says_so(ana: Member) -> None:
    assert "pide a la coordinación" in signed_in(ana).get("/publicaciones/nueva/").content.decode()
