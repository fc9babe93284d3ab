"""The demonstration ministry's website: lists, feeds, and news with images and video."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree

import av
import pytest
from PIL import Image

from tests.lab.process import Lab

NEWS = "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron"
ATOM = "{http://www.w3.org/2005/Atom}"


def parse_xml(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314  the lab wrote it


def test_listing_has_the_cards_of_the_ministry(lab: Lab) -> None:
    page = lab.client.get("/sitio/prensa/noticias").text

    cards = re.findall(r'<a href="([^"]*noticias/[^"]+)" class="tarjeta-govco.*?</a>', page, re.S)
    assert len(cards) >= 10
    assert NEWS in cards
    assert re.search(
        r"<span>\d{1,2} [a-z]+ \d{4}</span><h3 class=\"h5\">Exportaciones no mineras crecieron 8,4 %</h3>", page
    )


@pytest.mark.parametrize("section", ["industria", "comercio", "turismo"])
def test_section_lists_only_its_news(lab: Lab, section: str) -> None:
    page = lab.client.get(f"/sitio/prensa/noticias/{section}").text

    cards = re.findall(r'<a href="([^"]+)" class="tarjeta-govco', page)
    assert cards and all(card.startswith(f"/sitio/prensa/noticias/{section}/") for card in cards)


def test_feeds_are_well_formed_and_link_to_the_news(lab: Lab) -> None:
    rss = parse_xml(lab.client.get("/sitio/feed.xml").content)
    atom = parse_xml(lab.client.get("/sitio/atom.xml").content)

    links = [item.findtext("link") for item in rss.iter("item")]
    assert links == [entry.findtext(f"{ATOM}id") for entry in atom.iter(f"{ATOM}entry")]
    assert all(lab.client.get(str(link)).status_code == 200 for link in links)


def test_news_page_has_structured_data(lab: Lab) -> None:
    page = lab.client.get(NEWS).text

    metadata = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    assert (metadata["@type"], metadata["headline"]) == ("NewsArticle", "Exportaciones no mineras crecieron 8,4 %")
    assert f'<link rel="canonical" href="{lab.url}{NEWS}">' in page
    for name in ("og:title", "og:description", "og:image", "og:image:alt", "og:video"):
        assert f'property="{name}"' in page


def test_images_are_jpeg_of_1200_pixels(lab: Lab) -> None:
    page = lab.client.get("/sitio/prensa/noticias").text

    for address in re.findall(r'src="(/sitio/getmedia/[^"]+\.jpg)"', page):
        with Image.open(io.BytesIO(lab.client.get(address).content)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (1200, 1200))


def test_video_is_h264_and_aac_with_its_index_first(film: bytes) -> None:
    with av.open(io.BytesIO(film), "r") as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height) == (1280, 720)
        assert 5 <= float(container.duration or 0) / 1_000_000 <= 8
    assert 0 < film.find(b"moov") < film.find(b"mdat")


def test_new_news_item_is_first(lab: Lab) -> None:
    news = {
        "section": "turismo",
        "slug": "noticia-de-prueba",
        "title": "Noticia de prueba",
        "summary": "Corta.",
        "body": ["Uno."],
    }

    created = lab.client.post("/sitio/noticias", json=news)

    assert lab.client.get(created.json()["url"]).status_code == 200
    rss = parse_xml(lab.client.get("/sitio/feed.xml").content)
    assert next(rss.iter("item")).findtext("title") == "Noticia de prueba"
    assert lab.client.post("/sitio/noticias", json=news).status_code == 400
