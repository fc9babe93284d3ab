"""One text for all networks: each takes it to its measure until a person gives it its own (issue 11, item 4; P-3)."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.networks.models import Account
from pregonero.networks.registry import NETWORKS, connector
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.first_draft import adapt, general_text
from pregonero.publishing.general_text import digest_of
from pregonero.publishing.models import Publication
from pregonero.publishing.news_source import reason_from
from tests.publishing.test_first_draft import ADDRESS
from tests.publishing.test_first_draft import news as source_with
from tests.publishing.test_views import sent, signed_in

pytestmark = pytest.mark.procedure("P-3")
ALL = "Lo que dicen todas las redes."


@pytest.fixture
def publication(accounts: dict[str, Account], news: News, beto: Member) -> Publication:
    return actions.draft_publication(source=news.ref, key=uuid4(), by=beto, now=timezone.now())


def texts(publication: Publication) -> dict[str, str]:
    return dict(publication.adaptations.values_list("account__network", "text"))


def form_as_shown(publication: Publication, **changes: str) -> dict[str, str]:
    """Return what the page would send: each account's text with the digest of what it shows."""
    publication.refresh_from_db()
    shown = {f"red{each.account_id}-shown": digest_of(each.text) for each in publication.adaptations.all()}
    return sent(publication, text=publication.text, **shown) | changes


def save(publication: Publication, by: Member, data: dict[str, str], act: str = "textos") -> str:
    return signed_in(by).post(f"/publicaciones/{publication.pk}/{act}/", data).content.decode()


def test_draft_starts_with_one_text_for_all(publication: Publication) -> None:
    assert publication.text.startswith(publication.title)
    assert not publication.adaptations.filter(own_text=True).exists()


def test_the_text_for_all_reaches_every_network_with_its_link(publication: Publication, beto: Member) -> None:
    save(publication, beto, form_as_shown(publication, text=ALL))
    after = texts(publication)
    assert after["x"] == f"{ALL}\n\n{publication.link}"
    assert after["facebook"] == ALL
    assert after["instagram"].startswith(f"{ALL}\n\nNoticia completa en ")


def test_an_adjusted_network_keeps_its_own_text(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    name = f"red{accounts['x'].pk}-text"
    save(publication, beto, form_as_shown(publication, **{name: "Solo para X"}))
    save(publication, beto, form_as_shown(publication, text=ALL))
    assert texts(publication)["x"] == "Solo para X"
    assert texts(publication)["facebook"] == ALL


def test_a_network_takes_the_text_for_all_again(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    x = accounts["x"].pk
    save(publication, beto, form_as_shown(publication, **{f"red{x}-text": "Solo para X", "text": ALL}))
    save(publication, beto, form_as_shown(publication), f"redes/{x}/general")
    assert texts(publication)["x"] == f"{ALL}\n\n{publication.link}"
    assert not publication.adaptations.get(account=x).own_text


def test_a_page_that_missed_an_answer_adjusts_nothing_by_itself(publication: Publication, beto: Member) -> None:
    """The text that an automatic saving put elsewhere never came back to this page: it sends the older one."""
    before = form_as_shown(publication)
    save(publication, beto, {**before, "text": "Primera"})
    publication.refresh_from_db()
    save(publication, beto, {**before, "text": "Segunda", "revision": str(publication.revision)})
    assert texts(publication)["facebook"] == "Segunda"


def test_an_omitted_network_stays_without_text(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    prefix = f"red{accounts['facebook'].pk}"
    before = texts(publication)["facebook"]
    changes = {f"{prefix}-switch": "1", f"{prefix}-skip_reason": "Ya se contó.", "text": ALL}
    save(publication, beto, form_as_shown(publication, **changes))
    assert texts(publication)["facebook"] == before


def test_a_form_without_the_reason_keeps_the_saved_one(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    omitted = publication.adaptations.filter(account=accounts["facebook"])
    omitted.update(skipped=True, skip_reason="Ya se contó.")
    save(publication, beto, form_as_shown(publication, text=ALL))
    assert omitted.values_list("skipped", "skip_reason").get() == (True, "Ya se contó.")
    assert texts(publication)["x"] == f"{ALL}\n\n{publication.link}"


@pytest.mark.parametrize("link", ["https://[::1", "https://a\u2100b/", "no es un enlace"])
def test_a_link_that_is_none_is_told(publication: Publication, beto: Member, link: str) -> None:
    for act in ("textos", "revision", "programacion"):
        data = form_as_shown(publication, text=ALL, link=link)
        answer = signed_in(beto).post(f"/publicaciones/{publication.pk}/{act}/", data)
        assert answer.status_code in {200, 422}, act
        assert act == "revision" or ALL in answer.content.decode()


def test_the_review_returns_the_text_of_each_network(publication: Publication, beto: Member) -> None:
    page = save(publication, beto, form_as_shown(publication, text=ALL), "revision")
    derived = re.findall(r'data-derived="(red\d+)" data-shown="(\w+)" data-text="([^"]*)"', page)
    assert len(derived) == 4
    assert {digest_of(text) for _, _, text in derived} == {shown for _, shown, _ in derived}


@given(text=st.text(min_size=1, max_size=3000).filter(str.strip), link=st.sampled_from(["", ADDRESS]))
def test_any_text_fits_each_network_and_keeps_its_link(text: str, link: str) -> None:
    for name in NETWORKS:
        network = connector(name)
        adapted = adapt(text, source_with(), link, network)
        assert network.measure(adapted) <= network.capabilities.limits["text"].value
        if network.capabilities.takes_link and not network.capabilities.link_beside:
            assert link in adapted


@given(st.text(max_size=900), st.sampled_from(["\n", "\r\n"]))
def test_digest_is_the_same_whatever_the_line_ends(text: str, end: str) -> None:
    assert digest_of(text) == digest_of(end.join(f" {text} ".split("\n")))


def test_adapting_again_changes_nothing() -> None:
    source = source_with("Título", "Una frase. Otra. " * 90)
    for name in NETWORKS:
        once = adapt(general_text(source), source, ADDRESS, connector(name))
        assert adapt(once, source, ADDRESS, connector(name)) == once


@pytest.mark.procedure("M-1")
def test_reason_comes_from_the_news(publication: Publication, news: News) -> None:
    assert publication.why == news.summary


@pytest.mark.procedure("M-1")
def test_reason_that_was_given_once_is_not_asked_again(publication: Publication, news: News, beto: Member) -> None:
    save(publication, beto, form_as_shown(publication, why="Muestra dónde hay empleo."))
    second = actions.draft_publication(source=news.ref, key=uuid4(), by=beto, now=timezone.now())
    assert second.why == "Muestra dónde hay empleo."


def test_reason_from_a_long_summary_is_whole_sentences() -> None:
    assert reason_from("Una frase completa. " + "Y otra que no acaba " * 30) == "Una frase completa."
    assert reason_from("sin puntos " * 60) == ""


def test_conflict_shows_both_texts_for_all(publication: Publication, ana: Member, beto: Member) -> None:
    mine = form_as_shown(publication, text="La de Beto")
    save(publication, ana, form_as_shown(publication, text="La de Ana"))
    page = save(publication, beto, mine)
    assert "La de Ana" in page
    assert "La de Beto" in page
