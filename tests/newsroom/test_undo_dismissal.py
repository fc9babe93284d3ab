"""Undoing the dismissal of a news item in its first ten seconds (P-1)."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from pregonero.errors import NotAllowed, WrongState
from pregonero.newsroom import actions
from pregonero.newsroom.models import Dismissal, News, NewsState
from pregonero.newsroom.rules import AlreadyInformed
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.newsroom.factories import found, register

pytestmark = pytest.mark.procedure("P-1")
SOON, LATE = timedelta(seconds=9), timedelta(seconds=16)


@pytest.fixture
def candidate(luis: Member) -> News:
    return found(register(luis))


def dismiss(news: News, by: Member, now: datetime) -> News:
    return actions.dismiss_news(news=news, reason="Es un aviso interno.", by=by, now=now)


def test_it_is_a_candidate_again_with_the_record_of_both(candidate: News, ana: Member, now: datetime) -> None:
    dismiss(candidate, ana, now)
    news = actions.undo_dismissal(news=candidate, by=ana, now=now + SOON)
    assert (news.state, News.objects.get(pk=news.pk).dismissal) == (NewsState.CANDIDATE, None)
    about = Event.objects.filter(event_type__startswith="news.dismiss").order_by("pk")
    assert [(event.event_type, event.actor["name"]) for event in about] == [
        ("news.dismissed", "Ana Rojas"),
        ("news.dismissal_undone", "Ana Rojas"),
    ]


def test_it_may_be_dismissed_again_and_the_first_decision_stays(candidate: News, ana: Member, now: datetime) -> None:
    dismiss(candidate, ana, now)
    actions.undo_dismissal(news=candidate, by=ana, now=now + SOON)
    actions.dismiss_news(news=candidate, reason="Ahora sí.", by=ana, now=now + LATE)
    reasons = Dismissal.objects.filter(news=candidate).order_by("pk").values_list("reason", "undone_at")
    assert list(reasons) == [("Es un aviso interno.", now + SOON), ("Ahora sí.", None)]
    news = News.objects.get(pk=candidate.pk)
    assert news.dismissal is not None
    assert news.dismissal.reason == "Ahora sí."


def test_after_ten_seconds_it_is_refused(candidate: News, ana: Member, now: datetime) -> None:
    dismiss(candidate, ana, now)
    with pytest.raises(WrongState, match="primeros 10 segundos"):
        actions.undo_dismissal(news=candidate, by=ana, now=now + LATE)
    assert News.objects.get(pk=candidate.pk).state == NewsState.DISMISSED


def test_what_somebody_informed_in_between_stays_informed(
    candidate: News, ana: Member, luis: Member, now: datetime
) -> None:
    dismiss(candidate, ana, now)
    actions.inform_news(news=candidate, reference="", note="", by=luis, now=now)
    with pytest.raises(AlreadyInformed, match="Luis Peña"):
        actions.undo_dismissal(news=candidate, by=ana, now=now + SOON)


def test_only_who_dismissed_it_undoes_it_and_once(candidate: News, ana: Member, luis: Member, now: datetime) -> None:
    dismiss(candidate, ana, now)
    with pytest.raises(NotAllowed, match="Solo Ana Rojas"):
        actions.undo_dismissal(news=candidate, by=luis, now=now)
    actions.undo_dismissal(news=candidate, by=ana, now=now)
    with pytest.raises(WrongState, match="ya se deshizo"):
        actions.undo_dismissal(news=candidate, by=ana, now=now)


def test_a_decision_is_never_deleted_nor_changed(candidate: News, ana: Member, now: datetime) -> None:
    dismiss(candidate, ana, now)
    for change in (lambda rows: rows.delete(), lambda rows: rows.update(reason="Otra.")):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            change(Dismissal.objects.filter(news=candidate))


def test_the_message_brings_its_button_which_needs_no_script(candidate: News, luis: Member) -> None:
    client = Client()
    client.force_login(luis.user)
    path = f"/noticias/{candidate.pk}/descarte/"
    page = client.post(path, {"reason": "Es un aviso interno."}, follow=True).content.decode()
    assert f'action="{path}deshacer/"' in page
    page = client.post(f"{path}deshacer/", {"page": "/noticias/"}, follow=True).content.decode()
    assert "está otra vez por informar." in page
    page = client.post(f"{path}deshacer/", {"page": "/noticias/"}, follow=True).content.decode()
    assert "El descarte ya se deshizo." in page
