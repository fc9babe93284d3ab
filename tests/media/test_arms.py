"""The arms of an entity: which pictures are received, and the small picture that is made of them (D-1)."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from pregonero.media.errors import FileTooLarge, MalformedFile, UnsupportedFile, UnusableFile
from pregonero.media.sandbox.arms import MAX_BYTES, SIDE, write_arms
from pregonero.media.store import MAX_ARMS_BYTES, StoredFile, path_of, store_arms
from tests.films import film
from tests.newsroom.reading.test_media import bomb

pytestmark = pytest.mark.procedure("D-1")
RED, CLEAR = (200, 0, 0, 255), (0, 0, 0, 0)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script><path d="M0 0h9v9z"/></svg>'


def encoded(picture: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    output = io.BytesIO()
    picture.save(output, format, **options)
    return output.getvalue()


def shield(size: tuple[int, int] = (200, 240), margin: int = 0) -> Image.Image:
    """Return a red rectangle with a transparent margin around it."""
    whole = Image.new("RGBA", (size[0] + 2 * margin, size[1] + 2 * margin), CLEAR)
    whole.paste(RED, (margin, margin, margin + size[0], margin + size[1]))
    return whole


def noise(side: int = 600) -> Image.Image:
    return Image.effect_noise((side, side), 90).convert("RGB")


def store(data: bytes, name: str = "escudo.png") -> StoredFile:
    return store_arms(iter([data]), name)


def made_of(data: bytes, folder: Path) -> Image.Image:
    """Return the arms that are made of a picture that was received."""
    source, output = folder / "source", folder / "arms.png"
    source.write_bytes(data)
    write_arms({"path": source, "output": output})
    assert output.stat().st_size <= MAX_BYTES
    return Image.open(output).convert("RGBA")


def test_arms_are_stored_beside_the_picture_that_came(media_folder: Path) -> None:
    stored = store(encoded(shield(margin=90)))
    assert (stored.mime, stored.width, stored.height) == ("image/png", SIDE, SIDE)
    assert stored.original is not None
    assert Image.open(path_of(stored.original)).size == (380, 420)
    assert Image.open(path_of(stored)).convert("RGBA").getpixel((96, 96)) == RED


@pytest.mark.parametrize(
    "data",
    [
        encoded(shield(margin=90)),
        encoded(shield(margin=90), "WEBP", lossless=True),
        encoded(shield().convert("P")),
        encoded(shield().convert("CMYK"), "JPEG"),
        encoded(shield().convert("LA")),
        encoded(Image.new("I;16", (100, 120), 40_000)),
        encoded(noise(600).crop((0, 0, 500, 600)), "JPEG"),
    ],
)
def test_arms_become_a_small_square_without_margins(tmp_path: Path, data: bytes) -> None:
    arms = made_of(data, tmp_path)
    assert arms.size == (SIDE, SIDE)
    assert arms.getbbox() == (16, 0, 176, 192)  # 5 × 6, in the middle
    assert arms.getpixel((96, 96))[3] == 255  # type: ignore[index]


def test_arms_of_noise_and_transparency_are_light(tmp_path: Path) -> None:
    whole = noise(600)
    whole.putalpha(Image.effect_noise((600, 600), 90))
    assert made_of(encoded(whole), tmp_path).size == (SIDE, SIDE)


def test_colours_of_a_picture_with_a_profile_and_transparency_are_kept(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixel: Any = made_of(encoded(shield(margin=40), icc_profile=profile), tmp_path).getpixel((96, 96))
    assert all(abs(found - wanted) < 6 for found, wanted in zip(pixel, RED, strict=True))


def test_of_an_animation_the_first_frame_is_kept(tmp_path: Path) -> None:
    others = [Image.new("RGBA", (200, 240), "blue")]
    data = encoded(shield(), save_all=True, append_images=others)
    assert made_of(data, tmp_path).getpixel((96, 96)) == RED


@pytest.mark.parametrize(
    ("make", "name", "error", "words"),
    [
        (lambda: SVG, "escudo.svg", UnsupportedFile, "El archivo es una imagen SVG: el escudo va en PNG, JPEG o WebP."),
        (lambda: SVG, "escudo.png", UnsupportedFile, "una imagen SVG"),
        (lambda: b"<!doctype html><p>Hola", "escudo.png", UnsupportedFile, "una página web"),
        (lambda: b"hola", "escudo.png", UnsupportedFile, "el escudo va en PNG, JPEG o WebP"),
        (lambda: b"", "escudo.png", MalformedFile, "vacío"),
        (lambda: encoded(shield().convert("P"), "GIF"), "escudo.gif", UnsupportedFile, "una imagen GIF"),
        (lambda: encoded(shield()), "escudo.jpg", MalformedFile, "por dentro es PNG"),
        (lambda: encoded(noise())[:20_000], "escudo.png", MalformedFile, "incompleta"),
        (lambda: encoded(shield()) + b"<html><script>", "escudo.png", MalformedFile, "página web"),
        (lambda: encoded(shield((60, 60))), "escudo.png", MalformedFile, "mide 60 × 60: se vería borroso"),
        (lambda: encoded(shield((500, 120))), "escudo.png", MalformedFile, "mide 500 × 120: es demasiado alargado"),
        (lambda: encoded(Image.new("RGBA", (200, 200), CLEAR)), "escudo.png", MalformedFile, "transparente"),
        (lambda: bomb(30_000, 30_000), "escudo.png", FileTooLarge, "demasiados puntos"),
        (lambda: bytes(MAX_ARMS_BYTES + 1), "escudo.png", FileTooLarge, "pesa más de 5 MB"),
    ],
)  # fmt: skip
def test_what_is_no_arms_is_refused_with_its_reason(
    media_folder: Path, make: Callable[[], bytes], name: str, error: type[UnusableFile], words: str
) -> None:
    with pytest.raises(error) as refusal:
        store(make(), name)
    assert words in refusal.value.message
    assert list((media_folder / "incoming").iterdir()) == []


def test_a_video_is_no_arms(media_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFile, match="un video MP4: el escudo va en PNG, JPEG o WebP"):
        store(film(tmp_path / "v.mp4").read_bytes(), "v.mp4")
