"""Plain text and HTML fragments become one line of text, without losing what only looks like markup."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.newsroom.reading.text import loose_line, markup_line, one_line, paragraphs

PLAIN = [
    "Importaciones<Exportaciones en mayo",
    "Cómo citar <arancel> en el formulario",
    "Inflación <5 % y PIB>2 %: meta",
    "Escribe a Prensa <prensa@entidad.test> o llama",
    "https://sede.test/f?tipo=1&region=caribe&copy=2&notificacion=si&para=x&lt=3",
    "I+D & innovación",
    "si a<b y c>d",
    "El elemento <b> y el <p>",
]


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("text", [*PLAIN, "Tom &amp; Ana", "&lt;arancel&gt;"])
def test_plain_text_stays_as_it_is_written(text: str) -> None:
    assert one_line(text, 300) == text
    assert paragraphs(text, 300) == text


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("text", PLAIN[:-1])
def test_html_keeps_what_is_not_html(text: str) -> None:
    assert markup_line(text, 300) == text
    assert markup_line(f"<p>{html.escape(text)}</p>", 300) == text
    assert loose_line(text, 300) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Uno</p><p>Dos&nbsp;tres</p>", "Uno Dos tres"),
        ("A &amp; B &#8220;C&#8221; &ntilde;", "A & B “C” ñ"),
        ("a &amp;lt;b&amp;gt; c", "a &lt;b&gt; c"),
        ('<a href="/x?a=1&amp;b=2" target=_blank>Ver</a> más', "Ver más"),
        ('<script>alert("<p>1</p>")</script>Hola<style>p{}</style>', "Hola"),
        ("<img src=x onerror=alert(1)>Hola", "Hola"),
        ("<iframe src='x' allowfullscreen></iframe>Hola <!-- no --> Ana", "Hola Ana"),
        ('El comité decidió <a href="https://sede.test/una-dir', "El comité decidió"),
        ("x&copy=2&copy;", "x&copy=2©"),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    assert markup_line(markup, 300) == text


@pytest.mark.parametrize(
    ("written", "text"), [("<p>El café</p>", "El café"), ("Uno<br>dos", "Uno dos"), ("A &amp; B", "A &amp; B")]
)
def test_a_plain_field_with_html_elements_loses_them(written: str, text: str) -> None:
    assert loose_line(written, 300) == text


@pytest.mark.procedure("P-1")
def test_windows_1252_characters_taken_for_latin_1_are_restored() -> None:
    wanted = "“crecer más” – la meta de 2027… y 20 € — ‘œ’"
    damaged = wanted.encode("windows-1252").decode("latin-1")
    assert one_line(damaged, 300) == markup_line(f"<p>{damaged}</p>", 300) == paragraphs(damaged, 300) == wanted


@given(st.text(max_size=80))
def test_escaped_text_in_html_is_the_text_itself(text: str) -> None:
    assert markup_line(f"<p>{html.escape(text)}</p>", 300) == one_line(text, 300)


@given(st.text(alphabet="<>/&;=\"' pbréxaimgscrt#1!-", max_size=60))
def test_any_markup_gives_one_line_without_known_elements(text: str) -> None:
    line = markup_line(text, 300)
    assert line == one_line(line, 300)
