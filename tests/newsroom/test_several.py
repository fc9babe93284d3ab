"""Several news at once: searched, chosen, informed and dismissed; what could not be done is said, the rest is done."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from pregonero.newsroom import actions, queries
from pregonero.newsroom.models import News, NewsState
from pregonero.newsroom.search import NEWS_WORDS, words_query
from pregonero.people.models import Member, Notice
from tests.conftest import NOW
from tests.newsroom.factories import SITE, item, read, register
from tests.newsroom.test_views import as_, text

INFORM, DISMISS = "/noticias/informes/", "/noticias/descartes/"


@pytest.fixture
def three(luis: Member) -> list[News]:
    return read(
        register(luis),
        item(f"{SITE}/1", title="Exportaciones de café crecen", section="Comercio", reference="PC-1"),
        item(
            f"{SITE}/2", title="Línea de crédito para turismo comunitario", section="Turismo", summary="Para ustedes."
        ),
        item(f"{SITE}/3", title="La feria artesanal reunirá a 900 talleres", section="Industria"),
    ).found


def titles(member: Member, query: str) -> list[str]:
    found = queries.news_of(member.entity, NewsState.CANDIDATE, words=query)
    return sorted(news.title for news in found)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("exportacion", "Exportaciones de café crecen"),
        ("exportación", "Exportaciones de café crecen"),
        ("CAFE", "Exportaciones de café crecen"),
        ("exportar", "Exportaciones de café crecen"),
        ("turis", "Línea de crédito para turismo comunitario"),
        ("linea credito", "Línea de crédito para turismo comunitario"),
        ("ustedes", "Línea de crédito para turismo comunitario"),
        ("talleres 900", "La feria artesanal reunirá a 900 talleres"),
        ("comercio", "Exportaciones de café crecen"),
    ],
)
def test_words_are_found_by_their_stem_and_without_accents(
    three: list[News], luis: Member, query: str, expected: str
) -> None:
    assert titles(luis, query) == [expected]


@pytest.mark.parametrize("query", ["café turismo", "xyz", "'); drop", "& | ! : *", "café & !talleres:*"])
def test_signs_are_no_operators_and_every_word_must_be_there(three: list[News], luis: Member, query: str) -> None:
    if words_query(query) is None:
        assert len(titles(luis, query)) == 3
    else:
        assert titles(luis, query) == []


def test_the_search_uses_its_index(three: list[News], luis: Member) -> None:
    query = words_query("café")
    assert query is not None
    found = News.objects.alias(words=NEWS_WORDS).filter(words=query).order_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "news_words" in found.explain()


def test_the_list_filters_by_words_and_section_and_says_when_nothing_matches(three: list[News], luis: Member) -> None:
    client = as_(luis)
    assert "turismo comunitario" in text(client, "/noticias/?q=credito")
    assert "Exportaciones" not in text(client, "/noticias/?q=credito")
    page = text(client, "/noticias/?seccion=Industria")
    assert "feria artesanal" in page
    assert "Exportaciones" not in page
    assert "Ninguna noticia coincide." in text(client, "/noticias/?q=xyz")
    assert text(client, "/noticias/?q=%00&seccion=%00")


@pytest.mark.procedure("P-1")
def test_one_click_informs_with_its_own_number_and_returns_where_it_was(
    three: list[News], luis: Member, ana: Member, beto: Member
) -> None:
    answer = as_(luis).post(INFORM, {"news": three[0].pk, "next": "/"}, follow=True)
    news = News.objects.get(pk=three[0].pk)
    assert (news.state, news.informing.reference) == (NewsState.INFORMED, three[0].reference)
    assert answer.redirect_chain == [("/", 302)]
    assert "Listo: les avisamos a Ana y a Beto." in answer.content.decode()


@pytest.mark.procedure("P-1")
def test_what_cannot_be_informed_is_said_and_the_rest_is_done(three: list[News], luis: Member, ana: Member) -> None:
    actions.inform_news(news=three[0], reference="", note="", by=luis, now=timezone.now())
    answer = as_(luis).post(INFORM, {"news": [news.pk for news in three]}, follow=True)
    page = answer.content.decode()
    assert News.objects.filter(state=NewsState.INFORMED).count() == 3
    assert f"«{three[0].title}» no se informó: Esta noticia ya se informó" in page
    assert "2 noticias informadas. Listo: le avisamos a Ana." in page
    assert Notice.objects.filter(member=ana).count() == 3


def test_the_button_of_a_row_informs_only_that_one(three: list[News], luis: Member, ana: Member) -> None:
    as_(luis).post(INFORM, {"news": [news.pk for news in three], "only": three[1].pk})
    assert [news.pk for news in News.objects.filter(state=NewsState.INFORMED)] == [three[1].pk]


def test_several_are_dismissed_with_one_reason(three: list[News], luis: Member, ana: Member) -> None:
    client, ids = as_(ana), [news.pk for news in three[:2]]
    asked = client.post(DISMISS, {"news": ids})
    assert asked.status_code == 200
    assert three[0].title in asked.content.decode()
    assert client.post(DISMISS, {"news": ids, "reason": ""}).status_code == 422
    assert not News.objects.filter(state=NewsState.DISMISSED).exists()
    done = client.post(DISMISS, {"news": ids, "reason": "Son internas."}, follow=True)
    page = done.content.decode()
    assert "2 noticias descartadas." in page
    dismissed = News.objects.filter(state=NewsState.DISMISSED)
    assert {news.dismissal.reason for news in dismissed if news.dismissal} == {"Son internas."}
    (address,) = re.findall(r'action="(/noticias/descartes/deshacer/[^"]+)"', page)
    undone = client.post(html.unescape(address), {"page": "/noticias/"}, follow=True)
    assert "Deshecho: 2 noticias están otra vez por informar." in undone.content.decode()
    assert not dismissed.all().exists()


@pytest.mark.parametrize("chosen", ["", "x", "-1", "99999999999999999999", "0"])
@pytest.mark.parametrize("path", [INFORM, DISMISS])
def test_nothing_chosen_changes_nothing(three: list[News], luis: Member, path: str, chosen: str) -> None:
    answer = as_(luis).post(path, {"news": chosen, "reason": "x"}, follow=True)
    assert "Elige al menos una noticia." in answer.content.decode()
    assert News.objects.filter(state=NewsState.CANDIDATE).count() == 3


@pytest.mark.parametrize("address", ["https://ajena.example/", "//ajena.example", "/\\ajena.example", "javascript:1"])
def test_the_way_back_is_ours(three: list[News], luis: Member, address: str) -> None:
    answer = as_(luis).post(INFORM, {"news": three[0].pk, "next": address})
    assert answer.headers["Location"] == "/noticias/"


def test_news_of_another_entity_are_not_informed(three: list[News], luis: Member, dario: Member) -> None:
    dario.roles = ["CONTENT_MANAGER"]
    dario.save()
    as_(dario).post(INFORM, {"news": three[0].pk})
    assert not News.objects.filter(state=NewsState.INFORMED).exists()


def test_each_row_says_its_own_hours(luis: Member) -> None:
    read(register(luis), item(published_at=NOW - timedelta(minutes=22)), now=NOW)
    page = " ".join(text(as_(luis), "/noticias/").split())
    assert "publicada el 24 de noviembre a las 08:38, leída el 24 de noviembre a las 09:00" in page
