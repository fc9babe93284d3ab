"""The text of a news item as its page shows it, and the sentences that say who was told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.newsroom.article import article_of
from pregonero.newsroom.models import News
from pregonero.newsroom.recipients import informed_sentence, to_people
from pregonero.people.models import Member

WORDS = st.text("abcñé ", min_size=1, max_size=40)


def news(summary: str, body: str, title: str = "Exportaciones de café") -> News:
    return News(title=title, summary=summary, body=body)


@pytest.mark.parametrize(
    ("summary", "body"),
    [
        ("Crecieron 8,4 %.", "Crecieron 8,4 %.\nEl café lideró."),
        ("Crecieron 8,4 %", "Crecieron 8,4 %.\nEl café lideró."),
        ("CRECIERON 8,4 % entre…", "Crecieron 8,4 % entre enero y octubre.\nEl café lideró."),
        ("Crecieron 8,4 % entre…", "Comercio ·\nExportaciones de café\nCrecieron 8,4 % entre enero.\nEl café lideró."),
        ("Crecieron 8,4 % entre...", "Exportaciones de café\nCrecieron 8,4 % entre enero y octubre.\nEl café lideró."),
    ],
)
def test_the_lead_is_shown_once(summary: str, body: str) -> None:
    article = article_of(news(summary, body))
    assert article.lead == ""
    assert len(article.paragraphs) == 2
    assert article.paragraphs[-1] == "El café lideró."


def test_another_lead_stands_above_the_text() -> None:
    assert article_of(news("El café lideró.", "Crecieron 8,4 %.")).lead == "El café lideró."
    assert article_of(news("El café lideró.", "")).lead == "El café lideró."


@given(summary=WORDS, body=st.lists(WORDS, max_size=4))
def test_no_word_of_the_news_is_lost(summary: str, body: list[str]) -> None:
    article = article_of(news(summary, "\n".join(body), title=""))
    shown = " ".join([article.lead, *article.paragraphs])
    assert set(" ".join([summary, *body]).split()) == set(shown.split())


def test_the_sentence_names_who_was_told() -> None:
    people = [Member(name=name) for name in ("Ana Rojas", "Beto Mora", "Inés Paz")]
    assert to_people(people) == "a Ana, a Beto y a Inés"
    assert informed_sentence(people[:2]) == "Listo: les avisamos a Ana y a Beto."
    assert informed_sentence(people[:1]) == "Listo: le avisamos a Ana."
    assert "avisa a la coordinación" in informed_sentence([])
    assert to_people([*people, *people]) == "a Ana Rojas, a Beto Mora, a Inés Paz y a 3 personas más"
    assert to_people([Member(name="Ana Rojas"), Member(name="Ana Gil")]) == "a Ana Rojas y a Ana Gil"
