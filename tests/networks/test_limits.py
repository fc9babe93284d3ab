"""What `check` says beforehand is what the network says afterwards, on both sides of each limit."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pregonero.networks.base import Medium, Permanent, Post
from tests.networks.subjects import MakeSubject, Subject, medium_of

PIECES = (
    "El Ministerio", "exportó más", "«comillas» — raya…", "https://www.mincit.gov.co/prensa/noticias", "mincit.gov.co",
    "🇨🇴", "👩‍👩‍👧‍👦", "1️⃣", "中文", "#Año2026", "@MincomercioCo", "e\u0301", "a & b", "dos\nrenglones",
)  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)
NEAR = st.integers(-3, 3)
INVISIBLE = "El texto de X tiene caracteres invisibles: bórralos y escribe de nuevo esa parte."
over_the_wire = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _taken(subject: Subject, post: Post) -> bool:
    """Return whether the network takes a post, from its preparation to its publication."""
    try:
        subject.publish(post)
    except Permanent:
        return False
    return True


def _to_length(words: str, length: int, measure: Callable[[str], int]) -> str:
    """Return the words with as many letters after them as they lack, each of which counts one."""
    return words + " " + "a" * max(0, length - measure(words + " "))


@pytest.mark.procedure("P-3")
@pytest.mark.parametrize("name", ["x", "facebook", "instagram", "mastodon", "bluesky"])
def test_a_text_is_refused_beforehand_exactly_when_the_network_refuses_it(subject_of: MakeSubject, name: str) -> None:
    subject = subject_of(name, **({"allow_duplicates": True} if name == "x" else {}))
    measure, limit = subject.connector.measure, subject.connector.capabilities.limits["text"].value

    @over_the_wire
    @given(WORDS, NEAR)
    def agree(words: str, near: int) -> None:
        post = subject.post(text=_to_length(words, limit + near, measure))
        post = replace(post, link="", media=post.media if name == "instagram" else ())

        issues = subject.connector.check(post)

        assert (issues == []) is _taken(subject, post)
        assert [issue.field for issue in issues] == ["text"] * (measure(post.text) > limit)

    agree()


@pytest.mark.procedure("P-3")
def test_a_video_is_refused_beforehand_exactly_when_youtube_refuses_it(subject_of: MakeSubject) -> None:
    subject = subject_of("youtube")
    edges = st.sampled_from(["", "<", "a > b", "«»"])

    @over_the_wire
    @given(WORDS, NEAR, edges, st.integers(97, 103), edges)
    def agree(words: str, near: int, in_text: str, title: int, in_title: str) -> None:
        measure = subject.connector.measure
        text = _to_length(f"{words} {in_text}", 5000 + near, measure)
        post = subject.post(text=text, title=_to_length(in_title, title, len))

        assert (subject.connector.check(post) == []) is _taken(subject, post)

    agree()


def test_it_says_by_how_much(subject_of: MakeSubject) -> None:
    x, youtube = subject_of("x"), subject_of("youtube")
    long = x.post(text="a" * 292, media=())
    described = youtube.post(title="ñ" * 101, text="ñ" * 2501 + " <b>")

    assert [issue.text for issue in x.connector.check(long)] == ["En X sobran 12 caracteres: van 292 de 280."]
    assert [issue.text for issue in youtube.connector.check(described)] == [
        "En YouTube sobra 1 carácter en el título: van 101 de 100.",
        "La descripción de YouTube tiene < o >: quítalos.",
        "En YouTube sobran 6 bytes en la descripción: van 5.006 de 5.000. Las tildes y los emojis ocupan más.",
    ]


@pytest.mark.parametrize(
    ("name", "changes", "field", "says"),
    [
        ("instagram", {"media": ()}, "media", "Falta una imagen en Instagram."),
        ("youtube", {"media": ()}, "media", "Falta un video en YouTube."),
        ("youtube", {"title": "  "}, "title", "Falta el título de YouTube."),
        ("x", {"text": " ", "media": ()}, "text", "Falta el texto de X, o una imagen o un video."),
        (
            "facebook", {"text": " ", "link": ""}, "text",
            "Falta el texto de Facebook, o un enlace, una imagen o un video.",
        ),
        ("instagram", {"text": "#a " * 6}, "text", "En Instagram sobra 1 etiqueta: van 6 de 5."),
        ("instagram", {"text": "@a " * 22}, "text", "En Instagram sobran 2 menciones: van 22 de 20."),
        ("x", {"text": "a\ufeffb"}, "text", INVISIBLE),
    ],
)  # fmt: skip
def test_what_is_missing_or_too_many_is_said(
    subject_of: MakeSubject, name: str, changes: dict[str, object], field: str, says: str
) -> None:
    subject = subject_of(name)

    issues = subject.connector.check(subject.post(**changes))

    assert [(issue.field, issue.text) for issue in issues] == [(field, says)]


def _picture(folder: Path, size: tuple[int, int], mime: str = "image/jpeg", weight: int = 0) -> Medium:
    """Return a picture of that size and kind; one made heavier has bytes after its end, which no reader minds."""
    content = BytesIO()
    Image.new("RGB", size, (9, 67, 181)).save(content, mime.partition("/")[2])
    path = folder / f"{size[0]}x{size[1]}-{weight}.{mime.partition('/')[2]}"
    path.write_bytes(content.getvalue().ljust(weight, b"\0"))
    return medium_of("picture", path, mime)


@pytest.mark.parametrize(("name", "most"), [("x", 5_000_000), ("facebook", 10_000_000), ("bluesky", 1_000_000)])
@pytest.mark.parametrize("more", [0, 1])
def test_a_picture_too_heavy_is_refused_beforehand(
    subject_of: MakeSubject, tmp_path: Path, name: str, most: int, more: int
) -> None:
    subject = subject_of(name)
    post = subject.post(media=(_picture(tmp_path, (600, 400), weight=most + more),))

    issues = subject.connector.check(post)

    assert [issue.key for issue in issues] == ["too_heavy"] * more
    assert _taken(subject, post) is not bool(more)


def test_a_weight_is_said_so_that_it_can_be_compared(subject_of: MakeSubject, tmp_path: Path) -> None:
    x = subject_of("x")

    def told(weight: int) -> str:
        (issue,) = x.connector.check(x.post(media=(_picture(tmp_path, (600, 400), weight=weight),)))
        return issue.text

    assert told(6_240_000) == "La imagen 1 pesa 6,24 MB: X admite hasta 5 MB."
    assert told(5_000_001) == "La imagen 1 pesa 5.000.001 bytes: X admite hasta 5.000.000."


@pytest.mark.parametrize(
    ("size", "says"),
    [
        ((800, 1000), None),  # 4:5, the tallest
        ((1910, 1000), None),
        ((700, 1000), "La imagen 1 tiene una proporción de 0,7 (ancho entre alto): Instagram admite entre 0,8 y 1,91."),
        ((2000, 1000), "La imagen 1 tiene una proporción de 2 (ancho entre alto): Instagram admite entre 0,8 y 1,91."),
    ],
)
def test_instagram_takes_pictures_of_some_proportions(
    subject_of: MakeSubject, tmp_path: Path, size: tuple[int, int], says: str | None
) -> None:
    instagram = subject_of("instagram")

    issues = instagram.connector.check(instagram.post(media=(_picture(tmp_path, size),)))

    assert [issue.text for issue in issues] == ([says] if says else [])


@pytest.mark.parametrize(
    ("name", "mime", "says"),
    [
        ("instagram", "image/png", "La imagen 1 es PNG: Instagram recibe JPG."),
        ("x", "image/tiff", "La imagen 1 es TIFF: X recibe JPG, PNG, GIF, WEBP."),
        ("x", "image/png", None),
        ("facebook", "image/webp", None),
    ],
)
def test_a_network_takes_some_kinds_of_picture(
    subject_of: MakeSubject, tmp_path: Path, name: str, mime: str, says: str | None
) -> None:
    subject = subject_of(name)
    post = subject.post(media=(_picture(tmp_path, (800, 800), mime),))

    assert [issue.text for issue in subject.connector.check(post)] == ([says] if says else [])


def test_how_many_and_which_together(subject_of: MakeSubject) -> None:
    x, facebook, youtube, instagram = map(subject_of, ("x", "facebook", "youtube", "instagram"))
    picture, film = x.picture, x.film
    gif = replace(picture, mime="image/gif", width=600, height=400)

    def keys(subject: Subject, *media: Medium) -> list[str]:
        return [issue.key for issue in subject.connector.check(subject.post(media=media))]

    assert keys(x, *[picture] * 4) == []
    assert keys(x, *[picture] * 5) == ["too_many"]
    assert keys(x, picture, film) == ["mixed"]
    assert keys(x, gif) == []
    assert keys(x, gif, picture) == ["mixed"]
    assert keys(x, gif, gif) == ["too_many", "mixed"]
    assert keys(x, film, film) == ["too_many", "mixed"]
    assert keys(facebook, *[picture] * 11) == ["too_many"]
    assert keys(facebook, gif, picture) == []
    assert keys(youtube, film, picture) == ["not_taken"]
    assert keys(instagram, picture) == []
    assert keys(instagram, *[picture] * 10) == []
    assert keys(instagram, *[picture] * 11) == ["too_many"]
    assert keys(instagram, picture, film) == []


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize("name", ["x", "instagram"])
def test_an_alternative_text_has_its_limit(subject_of: MakeSubject, name: str) -> None:
    subject = subject_of(name)
    picture = replace(subject.picture, alt="ñ" * 1003)
    post = subject.post(media=(picture,))

    (issue,) = subject.connector.check(post)

    assert issue.field == "media:1"
    assert "sobran 3 caracteres en el texto alternativo de la imagen 1:" in issue.text
    assert issue.text.endswith("van 1.003 de 1.000.")
    assert not _taken(subject, post)


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("x", {"seconds": 141.0}, "El video 1 dura 141 segundos: X admite hasta 140."),
        ("x", {"seconds": 0.4}, "El video 1 dura 0,4 segundos: X necesita al menos 0,5."),
        ("x", {"width": 1920, "height": 1080}, "El video 1 mide 1.920 píxeles de ancho: X admite hasta 1.280."),
        ("x", {"width": 30, "height": 60}, "El video 1 mide 30 píxeles de ancho: X necesita al menos 32."),
        ("instagram", {"seconds": 2.5}, "El video 1 dura 2,5 segundos: Instagram necesita al menos 3."),
        ("instagram", {"size": 300_500_000}, "El video 1 pesa 300,5 MB: Instagram admite hasta 300 MB."),
        (
            "youtube",
            {"mime": "video/x-matroska"},
            "El video 1 es MKV: YouTube recibe MP4, MOV, WEBM, AVI.",
        ),
    ],
)
def test_a_video_has_its_limits(subject_of: MakeSubject, name: str, changes: dict[str, object], says: str) -> None:
    subject = subject_of(name)
    film = replace(subject.film, **changes)  # type: ignore[arg-type]

    assert says in [issue.text for issue in subject.connector.check(subject.post(media=(film,)))]
