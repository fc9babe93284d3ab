"""The canonical form of links and the key of the news that they lead to."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.urls import canonical_link, link_key

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("HTTPS://WWW.MinCIT.gov.co:443/Prensa/./x/../Noticias", "https://www.mincit.gov.co/Prensa/Noticias"),
        ("http://mincit.gov.co", "http://mincit.gov.co/"),
        ("http://mincit.gov.co:8080/a/#abajo", "http://mincit.gov.co:8080/a/#abajo"),
        ("https://mincit.gov.co/a#:~:text=hola", "https://mincit.gov.co/a"),
        ("https://mincit.gov.co/a#utm_source=x", "https://mincit.gov.co/a"),
        ("https://mincit.gov.co/#/n/uno dos", "https://mincit.gov.co/#/n/uno%20dos"),
        ("https://mincit.gov.co/a?utm_source=rss&id=7&fbclid=z", "https://mincit.gov.co/a?id=7"),
        ("https://mincit.gov.co/señal%7e", "https://mincit.gov.co/se%C3%B1al~"),
        ("https://mincit.gov.co/%c3%b1", "https://mincit.gov.co/%C3%B1"),
        (" https://mincit.gov.co/a\n", "https://mincit.gov.co/a"),
    ],
)
def test_canonical_form(link: str, expected: str) -> None:
    assert canonical_link(link) == expected


def test_a_relative_link_is_resolved() -> None:
    assert canonical_link("../b?c=1#d", base="https://mincit.gov.co/a/x") == "https://mincit.gov.co/b?c=1#d"


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://mincit.gov.co/n/feria mayo.html", "https://mincit.gov.co/n/feria%20mayo.html"),
        (" https://mincit.gov.co/a b/c  d ", "https://mincit.gov.co/a%20b/c%20%20d"),
        ("https://mincit.gov.co/b?q=zona franca&x=1", "https://mincit.gov.co/b?q=zona%20franca&x=1"),
        ("https://mincit.gov.co/a\u00a0b", "https://mincit.gov.co/a%C2%A0b"),
        ("https://mincit.gov.co/a%20b", "https://mincit.gov.co/a%20b"),
        ("https://mincit.gov.co/una\n  \tfoto", "https://mincit.gov.co/una%20%20foto"),
    ],
)
def test_a_space_inside_a_link_is_part_of_it(link: str, expected: str) -> None:
    assert canonical_link(link) == expected
    assert canonical_link(expected) == expected


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    "other",
    [
        "http://mincit.gov.co/prensa/x", "https://www.mincit.gov.co/prensa/x/", "https://mincit.gov.co/prensa/x#y",
        "https://MINCIT.gov.co/prensa/x?utm_medium=red",
    ],
)  # fmt: skip
def test_links_to_the_same_page_have_one_key(other: str) -> None:
    assert link_key(other) == link_key("https://mincit.gov.co/prensa/x")


def test_links_to_other_pages_have_other_keys() -> None:
    links = [
        "https://mincit.gov.co/x",
        "https://mincit.gov.co/X",
        "https://mincit.gov.co/x?id=1",
        "https://a.mincit.gov.co/x",
        "https://mincit.gov.co/x#/1",
        "https://mincit.gov.co/x#/2",
        "https://mincit.gov.co/x#!1",
    ]
    assert len({link_key(link) for link in links}) == len(links)


def test_the_order_of_the_parameters_does_not_change_the_key() -> None:
    assert link_key("https://mincit.gov.co/x?b=2&a=1") == link_key("https://mincit.gov.co/x?a=1&b=2")


@pytest.mark.parametrize(
    "link",
    ["", "  ", "mincit.gov.co/x", "ftp://mincit.gov.co/x", "javascript:alert(1)", "https:///x", "file:///etc/passwd",
     "https://ana:clave@mincit.gov.co/", "https://mincit.gov.co:puerto/", "https://[::1/x", "http://a b.co/\x00\x01<>"],
)  # fmt: skip
def test_a_text_that_is_not_a_public_link_is_refused(link: str) -> None:
    with pytest.raises(Malformed):
        canonical_link(link)


def test_a_link_too_long_is_refused() -> None:
    with pytest.raises(Malformed, match="500"):
        canonical_link("https://mincit.gov.co/" + "a" * 500)


@given(path=TEXT, query=TEXT, fragment=TEXT)
@example(path="%2e%2e/x", query="", fragment="")
@example(path="a/%2E/b//c/.", query="a=%7e&&b", fragment="")
@example(path="..//..", query="?", fragment="")
def test_canonical_link_is_idempotent(path: str, query: str, fragment: str) -> None:
    try:
        once = canonical_link(f"https://mincit.gov.co/{path}?{query}#{fragment}")
    except Malformed:
        return
    assert canonical_link(once) == once
    assert link_key(once) == link_key(canonical_link(once))
    assert once.isascii()


@given(TEXT)
def test_canonical_link_returns_a_link_or_raises_malformed_for_any_text(text: str) -> None:
    try:
        assert canonical_link(text).startswith(("http://", "https://"))
    except Malformed:
        return
