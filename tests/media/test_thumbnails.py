"""Small versions of images and videos for our own pages: their sizes, their addresses, and who may see them."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.store import store_upload
from pregonero.media.thumbnails import SHAPES, WIDTHS, thumbnail_of, thumbnail_path, widths_of
from pregonero.people.models import Member
from tests.films import film, picture

pytestmark = pytest.mark.procedure("D-1")


def stored(luis: Member, now: datetime, data: bytes, name: str) -> Medium:
    return save_upload(stored=store_upload(iter([data]), name), by=luis, now=now)


@pytest.fixture
def photo(luis: Member, now: datetime, media_folder: Path) -> Medium:
    return stored(luis, now, picture("PNG", (500, 300)), "foto.png")


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def shown(medium: Medium | None, shape: str) -> str:
    template = Template('{% load thumbnails %}{% thumbnail medium shape alt="Gráfica" %}')
    return template.render(Context({"medium": medium, "shape": shape}))


@given(st.integers(1, 20_000))
def test_no_small_version_is_wider_than_its_file(width: int) -> None:
    widths = widths_of(Medium(width=width, height=10))
    assert widths
    assert max(widths) == min(width, WIDTHS[-1])
    assert widths == sorted(set(widths))


def test_each_width_is_an_image_of_that_width_with_the_same_proportion(photo: Medium) -> None:
    for width in widths_of(photo):
        with Image.open(thumbnail_path(photo, width)) as small:
            assert (small.format, small.width, small.height) == ("WEBP", width, round(width * 0.6))


def test_small_versions_are_made_once(photo: Medium) -> None:
    first = thumbnail_path(photo, 96)
    written_at = first.stat().st_mtime_ns
    assert thumbnail_path(photo, 96).stat().st_mtime_ns == written_at
    assert [path.name for path in first.parent.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("mode", ["RGBA", "L", "CMYK"])
def test_an_image_of_any_colour_has_a_small_version(luis: Member, now: datetime, media_folder: Path, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    medium = stored(luis, now, picture(kind, (200, 100), mode), f"foto.{kind.lower()}")
    with Image.open(thumbnail_path(medium, 96)) as small:
        assert (small.mode, small.size) == ("RGB", (96, 48))


def test_a_video_has_the_small_version_of_one_of_its_frames(
    luis: Member, now: datetime, media_folder: Path, tmp_path: Path
) -> None:
    path = film(tmp_path / "a.mp4", size=(320, 180), seconds=3)
    medium = stored(luis, now, path.read_bytes(), "a.mp4")
    with Image.open(thumbnail_path(medium, 192)) as small:
        assert small.size == (192, 108)
    assert "thumb-video" in shown(medium, "row")


def test_a_width_that_it_does_not_have_is_refused(photo: Medium) -> None:
    with pytest.raises(LookupError):
        thumbnail_path(photo, 97)


def test_a_member_gets_it_to_keep_and_another_entity_does_not(photo: Medium, luis: Member, dario: Member) -> None:
    address = thumbnail_of(photo, "row").src
    answer = signed_in(luis).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "immutable" in answer["Cache-Control"]
    assert signed_in(dario).get(address).status_code == 404
    assert signed_in(luis).get(address.replace("96.webp", "95.webp")).status_code == 404


def test_without_the_file_it_is_not_found(photo: Medium, luis: Member, media_folder: Path) -> None:
    (media_folder / photo.file).unlink()
    assert signed_in(luis).get(thumbnail_of(photo, "row").src).status_code == 404


def test_who_has_not_signed_in_does_not_get_it(photo: Medium) -> None:
    assert Client().get(thumbnail_of(photo, "row").src).status_code == 302


@pytest.mark.parametrize("shape", SHAPES)
def test_the_image_brings_its_size_and_every_width(photo: Medium, shape: str) -> None:
    html = shown(photo, shape)
    assert re.search(r'width="\d+"\s+height="\d+"', html)
    assert 'loading="lazy"' in html
    assert 'alt="Gráfica"' in html
    assert [int(width) for width in re.findall(r" (\d+)w", html)] == widths_of(photo)


def test_without_a_file_its_place_stays() -> None:
    html = shown(None, "row")
    assert "<img" not in html
    assert "thumb-none" in html
