"""Parsing the page of a news item."""

import json
from html import escape
from pathlib import Path

import pytest

from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.page_parser import Page, parse_page

SITE = "https://www.mincit.gov.co"
ADDRESS = f"{SITE}/prensa/noticias/comercio/exportaciones-de-cafe"


def read(body: bytes | str, address: str = ADDRESS) -> Page:
    content = body.encode() if isinstance(body, str) else body
    return parse_page(Document(address, content, "text/html", "", "", "", is_unchanged=False))


@pytest.mark.procedure("P-1")
def test_parse_page_returns_the_fields_of_a_page(samples: Path) -> None:
    page = read((samples / "noticia.html").read_bytes())
    assert page.title == "Exportaciones de café crecen 8,4 %"
    assert page.summary == "El café lideró las ventas al exterior."
    assert page.canonical == ADDRESS
    assert (page.picture, page.picture_alt) == (f"{SITE}/fotos/cafe.png", "Granos de café en una bodega")
    assert page.video == f"{SITE}/videos/cafe.mp4"
    assert page.section == "Comercio"
    assert page.published_at is not None
    assert page.published_at.isoformat() == "2026-11-24T08:15:00-05:00"
    assert "abierta hasta el 15 de diciembre" in page.body
    assert page.body.startswith("Bogotá, 24")
    assert "Todos los derechos" not in page.body
    assert "Inicio" not in page.body


def test_an_alternative_text_is_taken_from_its_own_image() -> None:
    page = read(
        '<title>x</title><meta property="og:image" content="/a.png">'
        '<meta property="og:image" content="/b.png"><meta property="og:image:alt" content="de b">'
    )
    assert (page.picture, page.picture_alt) == (f"{SITE}/a.png", "")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (f"{SITE}/prensa/noticias/comercio/otra-forma", f"{SITE}/prensa/noticias/comercio/otra-forma"),
        ("/", ADDRESS), (f"{SITE}/prensa/noticias", ADDRESS), ("https://otro.gov.co/x", ADDRESS),
        ("javascript:0", ADDRESS), ("https://mincit.gov.co/prensa/sin-www", "https://mincit.gov.co/prensa/sin-www"),
    ],
)  # fmt: skip
def test_a_canonical_address_of_a_parent_or_another_site_is_ignored(declared: str, expected: str) -> None:
    assert read(f'<title>x</title><link rel="canonical" href="{declared}">').canonical == expected


def test_an_embedded_player_is_not_a_video() -> None:
    page = read(
        '<title>x</title><meta property="og:video" content="https://www.youtube.com/embed/1">'
        '<meta property="og:video:type" content="text/html">'
    )
    assert page.video == ""


def test_a_video_element_is_a_video() -> None:
    assert read('<title>x</title><video><source src="/v.mp4"></video>').video == f"{SITE}/v.mp4"


@pytest.mark.parametrize(
    "script",
    [
        "{",
        "[" * 100000,
        '"x"',
        "null",
        '{"@type": 3}',
        '{"@graph": 7}',
        '{"@type":"NewsArticle","headline":{"a":1},"image":[7,null]}',
    ],
)
def test_invalid_json_ld_is_ignored(script: str) -> None:
    assert read(f'<title>Hola</title><script type="application/ld+json">{script}</script>').title == "Hola"


def test_a_page_with_json_ld_only_is_parsed() -> None:
    page = read(
        '<body><script type="application/ld+json">{"@type":["NewsArticle"],"headline":"Hola",'
        '"datePublished":"21 de mayo de 2026",'
        '"image":{"url":"/a.png","caption":"Una foto"},"video":{"contentUrl":"/v.mp4"}}</script></body>'
    )
    assert (page.title, page.picture, page.picture_alt, page.video) == (
        "Hola",
        f"{SITE}/a.png",
        "Una foto",
        f"{SITE}/v.mp4",
    )


@pytest.mark.parametrize("body", ["", "<p>sin título</p>", "no es html"])
def test_a_page_without_title_is_refused(body: str) -> None:
    with pytest.raises(Malformed):
        read(body)


def test_markup_in_a_title_becomes_text() -> None:
    page = read('<meta property="og:title" content="&lt;script&gt;alert(1)&lt;/script&gt;Hola &amp;lt;b&amp;gt;">')
    assert "script" not in page.title
    assert page.title.startswith("Hola")


@pytest.mark.procedure("P-1")
def test_plain_texts_of_a_page_stay_as_they_are_written() -> None:
    title, link = (
        "Importaciones<Exportaciones en mayo",
        "https://sede.test/f?tipo=1&region=caribe&copy=2&notificacion=si",
    )
    page = read(
        f'<html><head><title>{escape(title)}</title><meta property="og:title" content="{escape(title)}">'
        f'<meta name="description" content="En {escape(link)}"></head><body><main><article><h1>{escape(title)}</h1>'
        f"<p>Quien quiera más datos puede escribir a Prensa {escape('<prensa@entidad.test>')} en horas de oficina.</p>"
        f"<p>La inscripción se hace en {escape(link)} hasta el último día hábil del mes que corre.</p></article></main>"
    )
    assert (page.title, page.summary) == (title, f"En {link}")
    assert "Prensa <prensa@entidad.test> en horas" in page.body
    assert f"en {link} hasta" in page.body


@pytest.mark.procedure("P-1")
def test_spaces_in_the_addresses_of_a_page_are_encoded() -> None:
    page = read(
        '<title>x</title><link rel="canonical" href="/n/feria mayo.html"><meta property="og:image" content="/a b.png">'
        '<video src="/un video.mp4"></video>'
    )
    assert page.canonical == f"{SITE}/n/feria%20mayo.html"
    assert (page.picture, page.video) == (f"{SITE}/a%20b.png", f"{SITE}/un%20video.mp4")


OWN = {
    "headline": "Nuevo régimen para zonas francas",
    "datePublished": "2026-11-29T08:00:00-05:00",
    "image": "/propia.jpg",
}
OTHER = {
    "headline": "Vitrina turística abre inscripciones", "url": f"{SITE}/otra", "datePublished": "2025-02-03",
    "image": "/otra.jpg", "articleSection": "Turismo", "articleBody": "Otro texto.",
}  # fmt: skip


def with_articles(*articles: object, head: str = "") -> Page:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(article)}</script>' for article in articles)
    return read(
        f"<html><head>{head}{scripts}</head><body><h1>Nuevo régimen para zonas francas</h1><p>x</p></body></html>"
    )


def article(fields: dict[str, str], **more: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", **fields, **more}


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    "own",
    [
        article(OWN, url=ADDRESS), article(OWN, url=f"{ADDRESS.replace('https', 'http')}/"), article(OWN),
        article(OWN, mainEntityOfPage={"@type": "WebPage", "@id": ADDRESS}), article(OWN, url=SITE),
        article({**OWN, "headline": "Nuevo r&eacute;gimen para zonas francas | Ministerio"}),
        {"@graph": [{"@type": "WebPage"}, article(OWN, **{"@id": f"{ADDRESS}#article"})]},
        {"@type": "WebPage", "mainEntity": article(OWN)}, [article(OTHER), article(OWN)],
        article(OWN, **{"@type": "https://schema.org/NewsArticle"}),
    ],
)  # fmt: skip
def test_the_article_of_the_page_is_taken_among_others(own: object) -> None:
    for page in (with_articles(article(OTHER), own), with_articles(own, article(OTHER))):
        assert page.title.startswith("Nuevo régimen para zonas francas")
        assert (page.picture, page.section) == (f"{SITE}/propia.jpg", "")
        assert page.published_at is not None
        assert page.published_at.isoformat() == "2026-11-29T08:00:00-05:00"


@pytest.mark.procedure("P-1")
def test_an_article_of_another_news_alone_is_not_the_page() -> None:
    for other in (article(OTHER), article({name: text for name, text in OTHER.items() if name != "url"})):
        page = with_articles(other, head='<meta property="article:published_time" content="2026-11-29T08:00:00-05:00">')
        assert (page.title, page.picture, page.section) == ("Nuevo régimen para zonas francas", "", "")
        assert page.published_at is not None
        assert page.published_at.isoformat() == "2026-11-29T08:00:00-05:00"


@pytest.mark.parametrize(
    "script", ['{"@type":[{}]}', '{"@type":[[1]],"@id":{}}', '{"@type":"Article","url":[{"@id":[]}]}']
)
def test_damaged_json_ld_does_not_hide_the_page(script: str) -> None:
    body = "<article><h1>Hola</h1><p>Una frase con palabras de sobra para que se lea como un texto largo.</p></article>"
    page = read(f'<script type="application/ld+json">{script}</script>{body}')
    assert (page.title, page.body[:9]) == ("Hola", "Una frase")


CLOCK = '<header><time datetime="2026-11-30T00:00:00-05:00">Hoy</time></header>'
PUBLISHED = '<time datetime="2026-10-02T09:00:00-05:00">2 de octubre</time>'
CARD = '<article><time datetime="2026-11-28">28</time><h3>Otra</h3></article>'


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    "body",
    [
        f"{CLOCK}<main><article><h1>S</h1><p>{PUBLISHED}</p></article></main>",
        f"{CLOCK}<div>{PUBLISHED}</div><h1>S</h1>",
        f"<div class='reloj'>{CARD}</div><h1>S</h1><p>{PUBLISHED}",
        f"<main><div class='carrusel'>{CARD}</div><h1>S</h1><p>{PUBLISHED}</p>{CARD}</main>",
        f"<article><header><h1>S</h1>{PUBLISHED}</header>{CARD}</article>{CARD}",
        f"{CARD}<aside>{CARD}</aside><nav>{CARD}</nav><article><h1>S</h1>{PUBLISHED}</article>",
        f"<section class='noticias-relacionadas'>{CARD}</section><article>{PUBLISHED}<h1>S</h1></article>",
        f"<h1>S</h1>{CARD}{PUBLISHED.replace('<time', '<time itemprop=datePublished')}",
    ],
)
def test_the_time_of_the_news_is_taken_and_not_that_of_a_clock_or_a_card(body: str) -> None:
    page = read(f"<title>S</title>{body}")
    assert page.published_at is not None
    assert page.published_at.isoformat() == "2026-10-02T09:00:00-05:00"


@pytest.mark.procedure("P-1")
def test_a_clock_alone_gives_no_date() -> None:
    assert read(f"<title>S</title>{CLOCK}<main><h1>S</h1></main>").published_at is None
