"""The title of a link's card on Bluesky, which the post itself brings."""

import pytest

from pregonero.networks.base import Post
from pregonero.networks.bluesky.records import post_record

LINK = "https://www.mincit.gov.co/a"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Más crédito para exportar\n\n{LINK}", "Más crédito para exportar"),
        (f"Inscríbete en {LINK} antes del viernes.", "www.mincit.gov.co"),
        (f"Inscríbete en {LINK} antes del viernes.\nHay 300 cupos", "Hay 300 cupos"),
        (f"{LINK}\n\nHay 300 cupos", "Hay 300 cupos"),
        (LINK, "www.mincit.gov.co"),
    ],
)
def test_card_title_is_never_a_line_with_its_link_cut_out(text: str, title: str) -> None:
    card = post_record(Post(text), {})["embed"]["external"]
    assert (card["uri"], card["title"]) == (LINK, title)


def test_card_takes_the_title_of_the_page_first() -> None:
    record = post_record(Post(f"Mira {LINK} hoy", card_title="Más crédito"), {})
    assert record["embed"]["external"]["title"] == "Más crédito"
