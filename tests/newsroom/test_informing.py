"""Informing and dismissing news, the notices and their receipts (P-1)."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from pregonero.errors import NotAllowed, NotFound, WrongState
from pregonero.newsroom import actions, queries
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.newsroom.rules import AlreadyInformed, NotOfficial
from pregonero.people.actions import see_notice
from pregonero.people.models import Member, Notice
from pregonero.records import event_types
from pregonero.records.actions import UnknownEventType
from pregonero.records.models import Event
from tests.newsroom.factories import COFFEE, SITE, found, inform, jobs, page, register

LATER = timedelta(hours=1)


@pytest.mark.procedure("P-1", "M-2")
def test_inform_link_notifies_the_people_of_the_networks(
    luis: Member, ana: Member, beto: Member, marta: Member, now: datetime
) -> None:
    news = inform(luis)
    assert (news.state, news.title, news.body) == (NewsState.INFORMED, "Exportaciones de café crecen", "Uno.\nDos.")
    informing = Informing.objects.get(news=news)
    assert (informing.by, informing.at, informing.reference) == (luis, now, "PC-2026-118")
    assert [notice.member for notice in queries.receipts(news)] == [ana, beto]
    notice = Notice.objects.get(member=ana)
    assert (notice.path, notice.created_at) == (f"/noticias/{news.pk}/", now)
    assert "Luis Peña" in notice.why
    assert "PC-2026-118" in notice.why
    event = Event.objects.get(event_type="news.informed")
    assert event.facts == {"address": COFFEE, "reference": "PC-2026-118", "rule": None}
    assert "Con foto." not in str(event.facts)
    assert jobs("newsroom.read_page") == [{"news_id": news.pk}]
    assert len(jobs("people.mail_notice")) == 2


@pytest.mark.procedure("P-1")
def test_each_receipt_is_stored(luis: Member, ana: Member, beto: Member, now: datetime) -> None:
    news = inform(luis)
    see_notice(notice=Notice.objects.get(member=ana), by=ana, now=now + LATER)
    assert [(notice.member, notice.seen_at) for notice in queries.receipts(news)] == [(ana, now + LATER), (beto, None)]


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("cast", ["ana", "beto", "marta", "carmen"])
def test_only_the_content_manager_informs(
    cast: str, luis: Member, request: pytest.FixtureRequest, now: datetime
) -> None:
    other: Member = request.getfixturevalue(cast)
    with pytest.raises(NotAllowed, match="Gestión de contenidos"):
        inform(other)
    news = found(register(luis))
    with pytest.raises(NotAllowed, match="Gestión de contenidos"):
        actions.inform_news(news=news, reference="", note="", by=other, now=now)
    assert not Informing.objects.exists()


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    "again", [COFFEE, f"{COFFEE}/", f"{COFFEE}?utm_source=chat#x", COFFEE.replace("https://www.", "http://")]
)
def test_informing_twice_is_refused_with_who_and_when(luis: Member, ana: Member, again: str, now: datetime) -> None:
    news = inform(luis)
    with pytest.raises(AlreadyInformed, match=r"24/11/2026 a las 09:00 \(Luis Peña\)") as caught:
        inform(luis, again, now=now + LATER)
    assert caught.value.data["news"] == news.pk
    assert News.objects.count() == Informing.objects.count() == Notice.objects.count() == 1


def test_the_same_page_by_its_canonical_address_is_the_same_news(luis: Member, now: datetime) -> None:
    inform(luis)
    with pytest.raises(AlreadyInformed):
        inform(luis, f"{SITE}/n/7", canonical=COFFEE)


@pytest.mark.procedure("N-1")
def test_inform_link_refuses_another_website_even_after_a_redirect(luis: Member, now: datetime) -> None:
    with pytest.raises(NotOfficial):
        inform(luis, "https://otra.gov.co/noticia")
    outside = page("https://otra.gov.co/noticia", canonical=COFFEE)
    with pytest.raises(NotOfficial, match=r"otra\.gov\.co"):
        actions.inform_link(entity=luis.entity, address=COFFEE, page=outside, reference="", note="", by=luis, now=now)
    assert not News.objects.exists()


def test_inform_link_of_another_entity_is_not_found(luis: Member, dario: Member, now: datetime) -> None:
    with pytest.raises(NotFound):
        actions.inform_link(entity=dario.entity, address=COFFEE, page=page(), reference="", note="", by=luis, now=now)


@pytest.mark.procedure("P-1")
def test_inform_link_informs_the_candidate_of_a_source(luis: Member, now: datetime) -> None:
    candidate = found(register(luis))
    news = inform(luis, now=now + LATER)
    assert news == candidate
    assert (news.state, news.title) == (NewsState.INFORMED, "Exportaciones de café")


@pytest.mark.procedure("P-1")
def test_inform_news_informs_a_candidate(luis: Member, ana: Member, now: datetime) -> None:
    news = actions.inform_news(news=found(register(luis)), reference="PC-1", note="", by=luis, now=now)
    assert news.state == NewsState.INFORMED
    assert [notice.member for notice in queries.receipts(news)] == [ana]
    with pytest.raises(AlreadyInformed):
        actions.inform_news(news=news, reference="PC-1", note="", by=luis, now=now)


def test_dismissed_news_has_its_reason_and_may_still_be_informed(luis: Member, ana: Member, now: datetime) -> None:
    news = actions.dismiss_news(news=found(register(luis)), reason="Es un aviso interno.", by=ana, now=now)
    assert news.state == NewsState.DISMISSED
    assert news.dismissal is not None
    assert (news.dismissal.by, news.dismissal.reason) == (ana, "Es un aviso interno.")
    assert "reason" in Event.objects.get(event_type="news.dismissed").digests
    with pytest.raises(WrongState, match="descartada"):
        actions.dismiss_news(news=news, reason="Otra vez.", by=ana, now=now)
    assert actions.inform_news(news=news, reference="", note="", by=luis, now=now).state == NewsState.INFORMED


def test_dismiss_news_refuses_informed_news(luis: Member, ana: Member, now: datetime) -> None:
    with pytest.raises(WrongState, match="informada"):
        actions.dismiss_news(news=inform(luis), reason="No va.", by=ana, now=now)


def test_dismiss_news_refuses_a_member_without_permission(luis: Member, marta: Member, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.dismiss_news(news=found(register(luis)), reason="No va.", by=marta, now=now)


def test_news_of_another_entity_are_not_found(luis: Member, dario: Member, now: datetime) -> None:
    news = inform(luis)
    with pytest.raises(NotFound):
        queries.get_news(member=dario, pk=news.pk)
    with pytest.raises(NotFound):
        actions.dismiss_news(news=news, reason="No va.", by=dario, now=now)


def test_inform_link_stores_nothing_when_the_event_fails(
    luis: Member, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(event_types.EVENT_TYPES, "news.informed")
    with pytest.raises(UnknownEventType):
        inform(luis)
    assert not News.objects.exists()
    assert not Notice.objects.exists()
    assert jobs("people.mail_notice") == jobs("newsroom.read_page") == []


@pytest.mark.parametrize("state", ["CANDIDATE", "DISMISSED"])
def test_the_database_refuses_to_undo_a_state(luis: Member, state: str) -> None:
    inform(luis)
    with pytest.raises(Exception, match="Invalid transition"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE newsroom_news SET state = %s", [state])


def test_the_database_requires_a_person_or_a_rule_for_an_informing(luis: Member, now: datetime) -> None:
    news = found(register(luis))
    with pytest.raises(IntegrityError, match="informing_by_person_or_rule"):
        Informing.objects.create(news=news, at=now)
