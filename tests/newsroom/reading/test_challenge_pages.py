"""Pages that a site shows until a browser has run a script: told as such, and never taken for news."""

import pytest

from pregonero.newsroom.reading.errors import Malformed, Unreachable, Unreadable
from pregonero.newsroom.reading.fetch import FEED_LIMITS, PAGE_LIMITS, fetch
from pregonero.newsroom.reading.page_parser import parse_page
from pregonero.newsroom.sources.feed import parse_feed
from pregonero.newsroom.sources.listing import PRESETS, parse_listing
from tests.newsroom.website import Website, answering

pytestmark = pytest.mark.procedure("P-1")
WALLS = {
    "cookie and reload": '<html><head><title>Espere</title><script>document.cookie = "ok=1"; location.reload();'
    "</script></head><body></body></html>",
    "cookie and address": "<html><title>x</title><body onload=''><p>Un momento</p><script>document.cookie='a='+1;"
    "window.location.href = '/noticia?x=1'</script></body></html>",
    "cookie and form": "<title>Verificando</title><form action=/></form><script>document.cookie='a=1';"
    "document.forms[0].submit()</script>",
    "aes of free hosting": '<html><body><script src="/aes.js"></script><script>function toNumbers(d){}'
    'document.cookie="__test="+slowAES.decrypt();location.href="/?i=1";</script><noscript>This site requires '
    "Javascript to work</noscript></body></html>",
    "cloudflare": "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>mincit.gov.co</h1>"
    "<p>Verifying you are human.</p><script>window._cf_chl_opt={}</script></body></html>",
    "incapsula": '<html><iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9">'
    "Request unsuccessful.</iframe></html>",
    "refresh to itself": '<title>x</title><meta http-equiv="refresh" content="0; url=/x"><p>Cargando</p>',
    "shell without scripts": '<title>Portal</title><div id="root"></div><noscript>Necesitas activar JavaScript para'
    " ver esta página.</noscript></body>",
    "asks for cookies": "<title>Aviso</title><body><p>Please enable JavaScript and cookies to continue</p></body>",
}
OWN = "<p>El Ministerio informó que las exportaciones de café crecieron en el año.</p>"
PAGES = {
    "news with a notice of cookies": "<title>Café</title><article><h1>Café</h1>" + OWN + "<script>document.cookie="
    "'consent=1'; location.reload()</script></article>",
    "news with the words for networks": '<title>x</title><meta property="og:title" content="Café">' + OWN
    + "<script>document.cookie='a=1';location.href='/'</script>",
    "long news": "<title>Café</title><h1>Café</h1>" + OWN * 12 + "<script>window._cf_chl_opt=1;document.cookie='a';"
    "location.reload()</script>",
    "short news behind a proxy": "<title>Café</title><h1>Café</h1>" + OWN
    + '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>',
    "short news with a script of visits": "<title>Café</title><h1>Café</h1>" + OWN
    + "<script>document.cookie='visitas=1'</script>",
    "news that renews itself late": '<title>Café</title><meta http-equiv="refresh" content="300"><h1>Café</h1>' + OWN,
    "news about scripts": "<title>Café</title><h1>Café</h1>" + OWN * 4 + "<p>Es necesario activar JavaScript.</p>",
}  # fmt: skip


@pytest.mark.parametrize("name", WALLS)
def test_wall_is_told_and_is_no_news(site: Website, name: str) -> None:
    document = fetch(site.put("/x", WALLS[name]), PAGE_LIMITS)
    for parse in (parse_page, lambda document: parse_listing(document, PRESETS["mincit"])):
        with pytest.raises(Malformed, match="una comprobación que solo pasa un navegador"):
            parse(document)


def test_wall_in_the_place_of_a_feed_is_told(site: Website) -> None:
    document = fetch(site.put("/x", "<!doctype html>" + WALLS["cookie and reload"]), FEED_LIMITS)
    with pytest.raises(Malformed, match="una comprobación que solo pasa un navegador"):
        parse_feed(document)


@pytest.mark.parametrize("name", PAGES)
def test_page_with_scripts_of_its_own_is_read(site: Website, name: str) -> None:
    assert parse_page(fetch(site.put("/x", PAGES[name]), PAGE_LIMITS)).title == "Café"


def test_page_that_only_leads_to_another_names_it(site: Website) -> None:
    body = '<title>x</title><meta http-equiv="Refresh" content="0;URL=\'/prensa/noticias\'">'
    with pytest.raises(Malformed, match=f"solo lleva a otra: {site.at('/prensa/noticias')}. Usa esa"):
        parse_page(fetch(site.put("/x", body), PAGE_LIMITS))


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_wall_with_another_status_is_told(site: Website, status: int) -> None:
    body = WALLS["cloudflare"].encode()
    site.pages["/x"] = answering(body, "text/html", {"Retry-After": "60"}, status=status)
    with pytest.raises(Malformed, match="una comprobación que solo pasa un navegador"):
        fetch(site.at("/x"), PAGE_LIMITS)


@pytest.mark.parametrize(("header", "value"), [("cf-mitigated", "challenge"), ("x-amzn-waf-action", "challenge")])
def test_wall_that_only_its_header_says_is_told(site: Website, header: str, value: str) -> None:
    site.pages["/x"] = answering(b"", "text/html", {header: value}, status=202 if "amzn" in header else 403)
    with pytest.raises(Malformed, match="una comprobación que solo pasa un navegador"):
        fetch(site.at("/x"), PAGE_LIMITS)


@pytest.mark.parametrize(("status", "words"), [(403, "sin permiso"), (503, "se intentará más tarde")])
def test_refusal_without_signs_of_a_wall_keeps_its_sentence(site: Website, status: int, words: str) -> None:
    site.pages["/x"] = answering(b"<h1>Prohibido</h1>", "text/html", {}, status=status)
    with pytest.raises(Unreadable, match=words) as caught:
        fetch(site.at("/x"), PAGE_LIMITS)
    assert isinstance(caught.value, Unreachable) == (status == 503)
