"""The previews of a publication: each network's text, card, pictures and thread as that network shows them (D-1)."""

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import select_template
from hypothesis import given
from hypothesis import strategies as st

from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.base import Post
from pregonero.networks.bluesky.records import post_record
from pregonero.networks.models import Account
from pregonero.networks.previews import LinkCard, PreviewRules, excess_start, shortened_link
from pregonero.networks.registry import NETWORKS, connector, network
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing import actions, queries
from pregonero.publishing.models import Adaptation
from pregonero.publishing.payload import post_of
from pregonero.publishing.previews import Preview, described_media, duration_label, excess_of, previews_of
from pregonero.publishing.sources import source_of
from tests.publishing.conftest import ADDRESS

pytestmark = pytest.mark.procedure("D-1")
TEXT = f"Más ventas de café ☕️. Con @mincomercioco y @ana@mastodon.social: {ADDRESS} #ExportarEsCrecer"


def shown(preview: Preview) -> str:
    return "".join(piece.shown for piece in preview.text)


def marked(preview: Preview) -> list[tuple[str, str]]:
    return [(piece.kind, piece.shown) for piece in preview.text if piece.kind]


def html(preview: Preview) -> str:
    return select_template(preview.templates).render({"preview": preview, "counted": True})


@pytest.fixture
def drafted(
    accounts: dict[str, Account], news: News, ana: Member, carmen: Member, now: datetime
) -> dict[str, Adaptation]:
    """A draft on an account of every network."""
    for name in ("bluesky", "mastodon"):
        account = register_account(
            entity=carmen.entity,
            network=name,
            handle="mincomercio.bsky.social" if name == "bluesky" else "mincomercioco",
            remote_id="",
            display_name="MinComercio",
            purpose="Cuenta institucional",
            root_mailbox="",
            by=carmen,
            now=now,
        )
        connect_account(account=account, token="abcd-efgh-ijkl-mnop", expires_at=None, by=carmen, now=now)
    publication = actions.draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
    return {adaptation.account.network: adaptation for adaptation in queries.adaptations_of(publication)}


def previews(adaptation: Adaptation, **changes: Any) -> list[Preview]:
    for name, value in changes.items():
        setattr(adaptation, name, value)
    return previews_of(adaptation, source_of(adaptation.publication))


def test_each_network_shows_its_text_whole_and_marks_what_it_links(drafted: dict[str, Adaptation]) -> None:
    seen = {name: previews(drafted[name], text=TEXT, media=[])[0] for name in drafted}

    for preview in seen.values():
        assert "".join(piece.whole for piece in preview.text).startswith(TEXT)
    assert marked(seen["x"]) == [
        ("mention", "@mincomercioco"),
        ("link", "mincit.gov.co/prensa/notic…"),
        ("tag", "#ExportarEsCrecer"),
    ]
    assert marked(seen["facebook"]) == [("link", ADDRESS), ("tag", "#ExportarEsCrecer")]
    assert marked(seen["instagram"])[-1] == ("tag", "#ExportarEsCrecer")
    assert not [kind for kind, _ in marked(seen["instagram"]) if kind == "link"]
    assert ("mention", "@ana") in marked(seen["mastodon"])
    assert ("link", "mincit.gov.co/prensa/noticias/…") in marked(seen["mastodon"])
    assert ("link", ADDRESS) in marked(seen["bluesky"])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_preview_holds_no_link_and_escapes_what_was_written(drafted: dict[str, Adaptation], name: str) -> None:
    page = html(previews(drafted[name], text="<script>&copy;</script> https://x.co/<b>")[0])
    assert "<a " not in page
    assert "<script" not in page
    assert "&lt;script&gt;&amp;copy;" in page


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_of_ours_brings_its_own_preview(name: str) -> None:
    assert select_template([f"{name}/preview.html"])


@pytest.mark.parametrize(("name", "has_card"), [
    ("x", True), ("facebook", True), ("mastodon", True), ("bluesky", True), ("instagram", False), ("youtube", False)
])  # fmt: skip
def test_the_card_of_the_link_has_the_title_of_the_news(
    drafted: dict[str, Adaptation], news: News, name: str, has_card: bool
) -> None:
    preview = previews(drafted[name], text=f"Lee {ADDRESS} hoy", media=[])[0]
    assert (preview.card.title if preview.card else "") == (news.title if has_card else "")
    if preview.card:
        assert preview.card.domain == "mincit.gov.co"


def test_the_record_that_bluesky_gets_has_the_title_of_the_news_and_not_a_cut_text(
    drafted: dict[str, Adaptation], news: News
) -> None:
    adaptation = drafted["bluesky"]
    adaptation.text, adaptation.parts, adaptation.media = (
        f"Lee {ADDRESS} hoy",
        [f"Y {ADDRESS} mañana", "Sin enlace"],
        [],
    )
    records = [post_record(post_of(adaptation, position), {}) for position in range(3)]
    assert [record.get("embed", {}).get("external", {}).get("title") for record in records] == [
        news.title,
        news.title,
        None,
    ]
    adaptation.text = "Lee https://www.dane.gov.co/cifras hoy"
    assert post_record(post_of(adaptation), {})["embed"]["external"]["title"] == "www.dane.gov.co"


@pytest.mark.parametrize("name", ["x", "facebook", "mastodon", "bluesky"])
def test_a_post_with_pictures_has_no_card(drafted: dict[str, Adaptation], name: str) -> None:
    media = drafted["instagram"].media
    assert media
    assert previews(drafted[name], text=f"Lee {ADDRESS} hoy", media=media)[0].card is None


def test_facebook_shows_the_link_that_it_adds_under_the_text_of_a_picture(drafted: dict[str, Adaptation]) -> None:
    preview = previews(drafted["facebook"], text="Hola", media=drafted["instagram"].media)[0]
    assert shown(preview) == f"Hola\n\n{ADDRESS}"


def test_the_card_of_another_link_has_only_its_domain(drafted: dict[str, Adaptation]) -> None:
    card = previews(drafted["x"], text="Lee https://www.dane.gov.co/cifras hoy", media=[])[0].card
    assert card is not None
    assert (card.title, card.domain, card.picture) == ("dane.gov.co", "dane.gov.co", None)


def test_what_exceeds_is_marked_and_never_cuts_a_link(drafted: dict[str, Adaptation]) -> None:
    preview = previews(drafted["x"], text="a" * 270 + f" {ADDRESS} fin", media=[])[0]
    over = "".join(piece.whole for piece in preview.text if piece.is_over)
    assert (preview.over, over) == (18, f"{ADDRESS} fin")
    assert html(preview).count('<mark class="over">') >= 1


@pytest.mark.parametrize(
    ("text", "excess"),
    [
        ("a" * 280, ""),
        ("a" * 280 + "bc d", "bc d"),
        ("a" * 270 + f" {ADDRESS}", ADDRESS),
        ("é" * 279 + "👩🏽‍🔬", "👩🏽‍🔬"),
    ],
)
def test_what_exceeds_is_named_beside_the_field(text: str, excess: str) -> None:
    assert excess_of("x", text) == excess


def test_a_thread_shows_its_parts_in_order_with_their_numbers(drafted: dict[str, Adaptation]) -> None:
    seen = previews(drafted["x"], text="Uno", parts=["Dos", "Tres"])
    assert [(shown(preview), preview.place) for preview in seen] == [
        ("Uno", "parte 1 de 3"),
        ("Dos", "parte 2 de 3"),
        ("Tres", "parte 3 de 3"),
    ]
    assert [len(preview.media) for preview in seen[1:]] == [0, 0]


def test_the_link_as_first_comment_stands_under_the_post(drafted: dict[str, Adaptation]) -> None:
    first, comment = previews(drafted["facebook"], text="Hola", link_under=True)
    assert (first.card, first.place) == (None, "")
    assert (shown(comment), comment.place) == (ADDRESS, "primer comentario")


def test_youtube_shows_the_thumbnail_the_title_and_the_duration(drafted: dict[str, Adaptation]) -> None:
    preview = previews(drafted["youtube"])[0]
    page = html(preview)
    assert page.index("pv-frame") < page.index("pv-by") < page.index("pv-text")
    assert "0:06" in page
    assert "<video" not in page
    assert drafted["youtube"].title in re.sub(r"\s+", " ", page)


def test_instagram_shows_the_picture_first_and_a_dot_for_each_of_several(drafted: dict[str, Adaptation]) -> None:
    media = drafted["instagram"].media
    one, three = (html(previews(drafted["instagram"], media=media * count)[0]) for count in (1, 3))
    assert three.index("pv-strip") < three.index("pv-text")
    assert (one.count("<i></i>"), three.count("<i></i>")) == (0, 3)
    assert 'tabindex="0"' in three


def test_pictures_stand_in_their_order(drafted: dict[str, Adaptation], news: News) -> None:
    picture, video = drafted["instagram"].media[0], drafted["youtube"].media[0]
    preview = previews(drafted["mastodon"], media=[video, picture])[0]
    assert [medium.is_video for medium in preview.media] == [True, False]


def test_where_the_network_folds_the_text_is_shown(drafted: dict[str, Adaptation]) -> None:
    preview = previews(drafted["instagram"], text="palabra " * 40)[0]
    before = "".join(piece.whole for piece in preview.text if not piece.is_folded)
    assert 100 < len(before) <= 125
    assert "… más" in html(preview)


@pytest.mark.parametrize(("alts", "sentence"), [
    (["Una"], "1 imagen descrita"), ([""], "1 imagen sin describir"), (["Una", "Otra"], "2 imágenes descritas"),
    (["Una", ""], "2 imágenes, 1 descrita"), (["", " "], "2 imágenes sin describir"),
])  # fmt: skip
def test_the_foot_says_how_many_pictures_are_described(alts: list[str], sentence: str) -> None:
    assert described_media([("picture", alt) for alt in alts]) == sentence


@pytest.mark.parametrize(("seconds", "label"), [(6, "0:06"), (134, "2:14"), (59.6, "1:00"), (3734, "1:02:14")])
def test_a_duration_is_written_as_networks_write_it(seconds: float, label: str) -> None:
    assert duration_label(seconds) == label


ALPHABET = st.sampled_from(
    ["a", "ñ", " ", "\n", ".", "#", "@", "#Café", "@ana ", "👩🏽‍🔬", "https://mincit.gov.co/x?a=1 "]
)


@given(st.lists(ALPHABET, max_size=60).map("".join), st.integers(0, 60))
def test_any_text_is_shown_whole_and_the_excess_begins_at_the_limit(text: str, limit: int) -> None:
    for name in NETWORKS:
        rules, measure = network(name).preview, connector(name).measure
        spans = rules.spans(text)
        assert "".join(text[span.start : span.end] for span in spans) == text
        start = excess_start(spans, text, measure, limit)
        assert (start is None) == (measure(text) <= limit)
        if start:
            assert measure(text[:start]) <= limit


def test_a_network_that_says_nothing_shows_links_whole() -> None:
    rules = PreviewRules()
    assert [(span.kind) for span in rules.spans("a https://x.co/y, #Hola")] == ["", "link", "", "tag"]
    assert rules.shown("link", "https://x.co/y") == "https://x.co/y"
    assert rules.card(Post("https://x.co")) is None


def test_a_link_is_shortened_without_its_scheme() -> None:
    assert shortened_link(10)("https://www.mincit.gov.co/prensa") == "mincit.gov…"
    assert shortened_link(30)("http://mincit.gov.co") == "mincit.gov.co"
    assert network("bluesky").preview.card(Post("Lee https://a.co", card_title="La noticia")) == LinkCard(
        "https://a.co", "La noticia"
    )
