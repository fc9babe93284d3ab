"""One text for each network, made from the news, within the network's own limits (P-3)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.media.models import Medium
from pregonero.networks.registry import NETWORKS, connector
from pregonero.publishing.first_draft import compose
from pregonero.publishing.news_source import NewsLoader
from pregonero.publishing.sources import Source

pytestmark = pytest.mark.procedure("P-3")
ADDRESS = "https://www.mincit.gov.co/prensa/noticias/una-noticia"


def news(title: str = "Título corto", summary: str = "Un resumen.", *, media: bool = True) -> Source:
    picture = Medium(kind="picture", alt="Una gráfica") if media else None
    video = Medium(kind="video", seconds=6) if media else None
    return Source(
        kind="news",
        id=1,
        title=title,
        noun=NewsLoader.noun,
        address="/noticias/1/",
        found_at=datetime(2026, 11, 24, tzinfo=UTC),
        summary=summary,
        link=ADDRESS,
        link_intro="Noticia completa en",
        picture=picture,
        video=video,
    )


def test_the_link_goes_in_the_way_each_network_allows() -> None:
    texts = {name: compose(news(), connector(name)).text for name in NETWORKS}
    assert texts["x"].endswith(ADDRESS)
    assert ADDRESS not in texts["facebook"]  # it goes beside the text, as a card
    assert ADDRESS not in texts["instagram"]
    assert "www.mincit.gov.co" in texts["instagram"]
    assert ADDRESS in texts["youtube"]


@pytest.mark.parametrize(("network", "medium"), [("instagram", "una imagen"), ("youtube", "un video")])
def test_a_network_without_its_medium_is_skipped_with_the_reason(network: str, medium: str) -> None:
    composed = compose(news(media=False), connector(network))
    assert composed.text == ""
    assert medium in composed.skip_reason


def test_x_and_facebook_go_without_media() -> None:
    for name in ("x", "facebook"):
        assert compose(news(media=False), connector(name)).skip_reason == ""


def test_the_picture_brings_its_alternative_text() -> None:
    (picture,) = compose(news(), connector("x")).media
    assert picture.alt == "Una gráfica"


def test_a_summary_that_repeats_the_title_is_said_once() -> None:
    text = compose(news("Crecen", "Crecen las exportaciones."), connector("facebook")).text
    assert text.count("Crecen") == 1


@given(title=st.text(min_size=1, max_size=400).filter(str.strip), summary=st.text(max_size=3000))
def test_every_text_fits_its_network(title: str, summary: str) -> None:
    for name in NETWORKS:
        network = connector(name)
        composed = compose(news(title, summary), network)
        assert network.measure(composed.text) <= network.capabilities.limits["text"].value
        if network.capabilities.takes_title:
            assert len(composed.title) <= network.capabilities.limits["title"].value


def test_a_long_summary_ends_with_a_sentence() -> None:
    fits = "El país vendió 8.4 % más a las 5:00 p. m. de ayer. ¿Qué creció? Café y flores, núm. 5."
    summary = f"{fits} Y todo lo que sigue ya no cabe {'en tan poco sitio ' * 9}de ninguna manera."
    text = compose(news("Título", summary), connector("x")).text
    assert text == f"Título\n\n{fits}\n\n{ADDRESS}"


def test_a_long_sentence_is_cut_at_a_word() -> None:
    text = compose(news("Título", "palabra " * 200), connector("x")).text
    assert "palabra…" in text
    assert "palab…" not in text
