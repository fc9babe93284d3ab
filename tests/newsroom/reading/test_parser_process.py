"""Feeds, listings and pages are parsed in a process with limits of processor time and memory."""

import os
import pickle
import subprocess
import sys
import tempfile

import pytest

from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed, TooLarge
from pregonero.newsroom.reading.parser_process import ROOT, parse_apart

FEED, LISTING = "pregonero.newsroom.sources.feed.FeedSource", "pregonero.newsroom.sources.listing.ListingSource"
RSS = '<rss version="2.0"><channel>{}</channel></rss>'
ITEM = "<item><title>Noticia {0}</title><link>https://x.test/{0}</link></item>"
CARDS = {"item": "a", "title": "b"}


# A small process of its own measures the parser: a child counts the memory of the process that starts it.
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


def document(text: str) -> Document:
    return Document("https://x.test/n/7", text.encode(), "", "utf-8", "", "", is_unchanged=False)


def tags(name: str, text: str, times: int) -> str:
    return f"<html><title>x</title><body><h1>Hola</h1>{name.format(text) * times}</body></html>"


HUGE = {
    "attributes": (
        FEED,
        RSS.format("<item " + " ".join(f'a{n}="1"' for n in range(60_000)) + "><title>a</title></item>"),
    ),
    "stray tags": (FEED, RSS.format("".join(ITEM.format(n) + "</b>" for n in range(25_000)))),
    "bad entities": (FEED, RSS.format("".join(ITEM.format(n) + "&nada;" for n in range(25_000)))),
    "deep feed": (FEED, RSS.format("<a>" * 500_000)),
    "markup": (
        FEED,
        RSS.format(f"<item><title>{'&lt;script' * 100_000}</title><link>https://x.test/</link></item>" * 4),
    ),
    "breaks": ("page", tags("<br>{}", "", 1_900_000)),
    "anchors": ("page", tags("<a>{}", "", 800_000)),
    "deep page": ("page", tags("<div>{}", "", 700_000)),
    "paragraphs": ("page", tags("<p>{}</p>", "palabra " * 4, 180_000)),
    "json-ld": ("page", '<h1>a</h1><script type="application/ld+json">' + '{"@graph":[' * 600_000),
    "times": ("page", tags('<div class="{}"><time>1</time></div>', "x" * 20, 120_000)),
    "links": (LISTING, tags('<a href="/n/{}"><b>1</b></a>', "x" * 20, 150_000)),
    "nested divs": ("page", "<title>x</title>" + "<div>" * 100_000 + "a" + "</div>" * 100_000),
    "nested divs in a feed": (FEED, RSS.format("<description>" + "&lt;div&gt;" * 100_000 + "</description>")),
    "namespaces": (FEED, "<rss " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(200_000)) + "><channel/></rss>"),
    "nested namespaces": (FEED, RSS.format("".join(f'<a{n}:b xmlns:a{n}="u:{n}">' for n in range(100_000)))),
    "entities of entities": (
        FEED,
        "<!DOCTYPE a [<!ENTITY a0 'ja'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
        + "]>"
        + RSS.format("&a11;"),
    ),
    "entities of entities in a page": (
        "page",
        "<!DOCTYPE html [<!ENTITY a0 'ja'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
        + "]><h1>&a11;</h1>",
    ),
    "one line": ("page", "<h1>a</h1><p>" + "palabra " * 1_000_000),
    "one word": ("page", "<h1>a</h1><p>" + "a" * 8_000_000),
    "many articles in json-ld": (
        "page",
        '<h1>a</h1><script type="application/ld+json">['
        + ",".join(f'{{"@type":"NewsArticle","headline":"a {n}","url":"https://x.test/{n}"}}' for n in range(100_000))
        + "]</script>",
    ),
    "one long name in json-ld": (
        "page",
        '<h1>a</h1><script type="application/ld+json">{"@type":"NewsArticle","headline":"'
        + "<b>" * 2_000_000
        + '"}</script>',
    ),
    "many json-ld": ("page", '<h1>a</h1><script type="application/ld+json">{"@type":"NewsArticle"}</script>' * 90_000),
    "metas": ("page", "<h1>a</h1>" + '<meta property="og:image" content="/a.jpg">' * 150_000),
    "scripts": ("page", "<title>a</title><script>document.cookie=location</script>" * 120_000),
    "long attribute": ("page", '<h1>a</h1><meta http-equiv="refresh" content="0;' + " " * 7_000_000 + '">'),
    "comments": ("page", "<h1>a</h1>" + "<!-->" * 1_500_000),
    "points": (FEED, RSS.format(f"<item><title>{'.' * 2_000_000}</title><link>https://x.test/</link></item>")),
    "nested links": (LISTING, tags("<a href=x><b>{}", "1", 300_000)),
}


LONG = ("attributes", "nested namespaces", "deep feed")  # each takes all the time that a document is given


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in HUGE])
def test_a_document_made_to_be_slow_ends_within_the_limits(name: str) -> None:
    parser, text = HUGE[name]
    job = pickle.dumps([{"parser": parser, "document": document(text[:8_000_000]), "options": CARDS}])
    with tempfile.TemporaryFile() as file:
        file.write(job)
        file.seek(0)
        command = [sys.executable, "-c", MEASURE, sys.executable, "-m", "pregonero.newsroom.reading.parser_main"]
        output = subprocess.run(command, stdin=file, stdout=subprocess.PIPE, cwd=ROOT, env={}, check=True).stdout
    code, seconds, kilobytes = map(float, output.splitlines()[-1].split())
    assert code <= 0
    assert seconds < 10
    assert kilobytes < 300 * 1024


@pytest.mark.procedure("P-1")
def test_a_document_beyond_the_limits_is_refused_with_a_sentence() -> None:
    parser, text = HUGE["anchors"]
    with pytest.raises(TooLarge, match="La página pide demasiado tiempo o memoria"):
        parse_apart(parser, document(text), name="La página")


@pytest.mark.procedure("P-1")
def test_a_large_ordinary_document_is_read() -> None:
    feed = RSS.format("".join(ITEM.format(n) for n in range(20_000)))
    assert len(parse_apart(FEED, document(feed), name="La fuente")) == 500
    paragraph = "<p>El Ministerio informó que las exportaciones de café crecieron en {}, según su balance.</p>"
    body = "".join(paragraph.format(number) for number in range(5_000))
    page = parse_apart("page", document(f"<main><article><h1>Hola</h1>{body}</article></main>"), name="La página")
    assert page["title"] == "Hola"
    assert 99_000 < len(page["body"]) <= 100_000


def test_a_fault_of_a_parser_is_a_sentence() -> None:
    with pytest.raises(Malformed, match="dañada"):
        parse_apart("pregonero.newsroom.sources.feed.NoSuchKind", document("x"), name="La fuente")


def test_the_child_gets_no_setting_nor_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PREGONERO_SECRET_KEY", "un-secreto")
    environments = []
    original = subprocess.run

    def watched(*arguments: object, **options: object) -> object:
        environments.append(options.get("env"))
        return original(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    assert parse_apart("page", document("<h1>Hola</h1>"), name="La página")["title"] == "Hola"
    assert environments == [{}]
