"""Images of telephones, of more than 8 bits, and animations: how they are received, cleaned and converted (D-1)."""

import io
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from pregonero.media.conversion import Bounds, Conversion
from pregonero.media.errors import MalformedFile, UnsupportedFile
from pregonero.media.sandbox import image
from pregonero.media.sandbox.animation import without_metadata
from pregonero.media.store import StoredFile, store_upload

pytestmark = pytest.mark.procedure("D-1")
ORIENTATION, MAKE, UPRIGHT, SIDEWAYS = 0x0112, 0x010F, 1, 6
COLOURS = ("#c00000", "#00c000", "#0000c0", "#c0c000")


def store(data: bytes, name: str = "foto", expected: str = "media") -> StoredFile:
    return store_upload(iter([data]), name, expected=expected)


def opened(stored: StoredFile, folder: Path) -> Image.Image:
    return Image.open(folder / stored.file)


def is_near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, ...]) -> bool:
    pixel: Any = picture.convert("RGB").getpixel(at)
    return all(abs(found - wanted) < 12 for found, wanted in zip(pixel, colour, strict=True))


def two_halves(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Return an image whose left half is red and whose right half is blue."""
    made = Image.new("RGB", size, (200, 0, 0))
    made.paste((0, 0, 200), (size[0] // 2, 0, *size))
    return made


def telephone_jpeg(pictures: int, orientation: int = UPRIGHT) -> bytes:
    """Return a JPEG with an index of several images (MPF), as telephones write it."""
    output, exif = io.BytesIO(), Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "Prueba"
    others = [Image.new("RGB", (20, 20), colour) for colour in COLOURS[: pictures - 1]]
    two_halves().save(output, "MPO", save_all=True, append_images=others, exif=exif)
    return output.getvalue()


@pytest.mark.parametrize("pictures", [2, 3])
def test_a_telephone_jpeg_of_several_pictures_is_stored_with_the_first_one(media_folder: Path, pictures: int) -> None:
    stored = store(telephone_jpeg(pictures), "foto.jpg")
    assert (stored.kind, stored.mime, stored.width, stored.height) == ("picture", "image/jpeg", 60, 40)
    assert stored.traits == {"frames": 1, "colour": "sRGB"}
    assert stored.original is not None
    clean = opened(stored, media_folder)
    assert (clean.format, is_near(clean, (5, 20), (200, 0, 0))) == ("JPEG", True)
    assert b"MPF\0" not in (media_folder / stored.file).read_bytes()


def test_a_telephone_jpeg_lying_on_its_side_is_turned(media_folder: Path) -> None:
    stored = store(telephone_jpeg(3, SIDEWAYS), "foto.jpg")
    assert (stored.width, stored.height) == (40, 60)
    clean = opened(stored, media_folder)
    assert is_near(clean, (20, 5), (200, 0, 0))
    assert is_near(clean, (20, 55), (0, 0, 200))
    assert dict(clean.getexif()) == {}


@given(position=st.integers(0, 90), value=st.integers(0, 255))
def test_a_damaged_index_of_pictures_does_not_hide_the_first_one(
    tmp_path_factory: pytest.TempPathFactory, position: int, value: int
) -> None:
    from pregonero.media.sandbox.inspect import inspect_picture

    data = bytearray(telephone_jpeg(2))
    data[data.index(b"MPF\0") + 4 + position] = value
    path = tmp_path_factory.mktemp("mpf") / "foto"
    path.write_bytes(data)
    assert inspect_picture(path)["width"] == 60


def heif(mime: str, picture: Image.Image, **options: Any) -> bytes:
    output = io.BytesIO()
    if mime == "image/heic":
        pillow_heif.from_pillow(picture).save(output, quality=90, **options)
    else:
        picture.save(output, "AVIF", quality=90, **options)
    return output.getvalue()


@pytest.mark.parametrize(("mime", "name"), [("image/heic", "IMG_0001.HEIC"), ("image/avif", "foto.avif")])
def test_heic_and_avif_are_stored_as_jpeg_and_the_original_is_stored_apart(
    media_folder: Path, mime: str, name: str
) -> None:
    exif = Image.Exif()
    exif[MAKE] = "Prueba"
    data = heif(mime, two_halves(), exif=exif.tobytes())
    stored = store(data, name)
    assert (stored.kind, stored.mime, stored.width, stored.height) == ("picture", "image/jpeg", 60, 40)
    assert stored.original is not None
    assert (stored.original.mime, (media_folder / stored.original.file).read_bytes()) == (mime, data)
    assert stored.steps[0] == "convertir a JPEG en sRGB"
    clean = opened(stored, media_folder)
    assert (is_near(clean, (5, 20), (200, 0, 0)), dict(clean.getexif())) == (True, {})


@pytest.mark.parametrize("brand", [b"mif1", b"msf1", b"heix", b"heim", b"hevc", b"mif2"])
@pytest.mark.parametrize("compatible", [b"mif1heic", b"heicmif1"])
def test_a_heif_of_any_brand_is_a_picture_and_never_a_video(
    media_folder: Path, brand: bytes, compatible: bytes
) -> None:
    data = heif("image/heic", two_halves())
    size = int.from_bytes(data[:4], "big")
    head = b"ftyp" + brand + b"\0\0\0\0" + (compatible * 8)[: size - 16]
    try:
        stored = store(data[:4] + head + data[size:])
    except MalformedFile as refusal:
        assert "imagen" in refusal.message
    else:
        assert (stored.kind, stored.mime) == ("picture", "image/jpeg")


@pytest.mark.parametrize("share", [0.3, 0.8])
@pytest.mark.parametrize("mime", ["image/heic", "image/avif"])
def test_a_cut_heic_or_avif_is_refused_as_a_picture(media_folder: Path, mime: str, share: float) -> None:
    data = heif(mime, Image.effect_noise((200, 200), 80).convert("RGB"))
    with pytest.raises(MalformedFile, match="imagen"):
        store(data[: int(len(data) * share)])


def converted(picture: Image.Image, tmp_path: Path, kind: str = "PNG", **options: Any) -> Image.Image:
    """Save an image, convert it as for a network, and return the result."""
    path, output = tmp_path / "original", tmp_path / "version.jpg"
    picture.save(path, kind, **options)
    plan = Conversion(*picture.size, (0, 0, *picture.size), Bounds())
    image.convert({"path": str(path), "output": str(output), "conversion": plan.as_data()})
    return Image.open(output)


def ramp() -> Image.Image:
    """Return a grey image of 16 bits whose columns go from black to white."""
    row = b"".join((column * 257).to_bytes(2, "little") for column in range(256))
    return Image.frombytes("I;16", (256, 8), row * 8)


@pytest.mark.parametrize(
    "picture", [ramp(), Image.frombytes("I;16B", (256, 8), ramp().tobytes()), ramp().convert("I"), ramp().convert("F")]
)
def test_a_grey_ramp_of_more_than_8_bits_stays_a_ramp(picture: Image.Image) -> None:
    made = image.in_srgb(picture)
    for column in (0, 64, 128, 200, 255):
        assert is_near(made, (column, 4), (column, column, column)), column


def test_the_version_of_a_16_bit_picture_is_the_same_ramp(tmp_path: Path) -> None:
    made = converted(ramp(), tmp_path)
    assert made.format == "JPEG"
    for column in (0, 64, 128, 200, 255):
        assert is_near(made, (column, 4), (column, column, column)), column


def test_the_value_of_grey_that_is_transparent_becomes_white(tmp_path: Path) -> None:
    made = converted(ramp(), tmp_path, transparency=20 * 257)
    for column, grey in ((255, 255), (128, 128), (0, 0)):
        assert is_near(made, (column, 4), (grey, grey, grey)), column
    black_and_grey = (b"\0\0" * 20 + (30_000).to_bytes(2, "little") * 20) * 40
    made = converted(Image.frombytes("I;16", (40, 40), black_and_grey), tmp_path, transparency=0)
    assert is_near(made, (8, 20), (255, 255, 255))
    assert is_near(made, (32, 20), (117, 117, 117))


@pytest.mark.parametrize("values", [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (0.0, 9e6), (5.0, 5.0)])
def test_an_image_of_real_numbers_is_brought_to_8_bits(values: tuple[float, float]) -> None:
    picture = Image.new("F", (2, 1), values[0])
    picture.putpixel((1, 0), values[1])
    grey = image._in_eight_bits(picture)
    lowest, highest = grey.getextrema()
    assert grey.mode == "L"
    assert (lowest, highest) == (0, 255) or values == (5.0, 5.0)


def test_a_transparent_image_with_a_profile_is_converted_to_srgb_on_white(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = converted(Image.new("RGBA", (10, 10), (0, 0, 200, 0)), tmp_path, icc_profile=profile)
    assert is_near(made, (5, 5), (255, 255, 255))


def animation(kind: str, durations: list[int], loop: int | None, **options: Any) -> bytes:
    frames = [Image.new("RGB", (16, 16), colour) for colour in COLOURS[: len(durations)]]
    output = io.BytesIO()
    repeats = {} if loop is None else {"loop": loop}
    frames[0].save(output, kind, save_all=True, append_images=frames[1:], duration=durations, **repeats, **options)
    return output.getvalue()


def with_metadata(kind: str) -> dict[str, Any]:
    exif = Image.Exif()
    exif[MAKE] = "Prueba"
    if kind == "GIF":
        return {"comment": b"grabado en casa"}
    if kind == "WEBP":
        return {"exif": exif.tobytes(), "xmp": b"<x:xmpmeta>casa</x:xmpmeta>"}
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Comment", "grabado en casa")
    return {"exif": exif, "pnginfo": text}


def frames_of(data: bytes) -> list[tuple[bytes, int]]:
    """Return the pixels and the milliseconds of every frame."""
    with Image.open(io.BytesIO(data)) as picture:
        return [
            (frame.convert("RGB").tobytes(), int(frame.info.get("duration", 0)))
            for frame in ImageSequence.Iterator(picture)
        ]


@pytest.mark.parametrize("loop", [None, 0, 1, 5])
@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_without_its_metadata_plays_as_before(media_folder: Path, kind: str, loop: int | None) -> None:
    data = animation(kind, [100, 200, 300], loop, **with_metadata(kind))
    stored = store(data)
    clean = (media_folder / stored.file).read_bytes()
    assert stored.original is not None
    assert stored.traits["frames"] == 3
    assert frames_of(clean) == frames_of(data)
    with Image.open(io.BytesIO(clean)) as now, Image.open(io.BytesIO(data)) as before:
        assert now.info.get("loop") == before.info.get("loop")
        if kind == "GIF":
            assert ("loop" in now.info) is (loop is not None)
        assert dict(now.getexif()) == {}
    for trace in (b"casa", b"Prueba", b"xmpmeta"):
        assert trace not in clean


@given(
    kind=st.sampled_from(["GIF", "PNG", "WEBP"]),
    durations=st.lists(st.integers(2, 60).map(lambda hundredths: hundredths * 10), min_size=2, max_size=4),
    loop=st.sampled_from([None, 0, 1, 9]),
)
def test_the_frames_of_an_animation_without_metadata_do_not_change(
    kind: str, durations: list[int], loop: int | None
) -> None:
    data = animation(kind, durations, loop)
    assert without_metadata(data, kind) == data
    assert frames_of(without_metadata(animation(kind, durations, loop, **with_metadata(kind)), kind)) == frames_of(data)


@given(kind=st.sampled_from(["GIF", "PNG", "WEBP"]), length=st.integers(12, 400), value=st.integers(0, 255))
def test_a_damaged_animation_is_cleaned_or_refused(kind: str, length: int, value: int) -> None:
    data = bytearray(animation(kind, [100, 200], 0, **with_metadata(kind)))
    data[min(length, len(data) - 1)] = value
    for damaged in (bytes(data), bytes(data[:length])):
        try:
            assert len(without_metadata(damaged, kind)) <= len(damaged)
        except MalformedFile as refusal:
            assert "dañada" in refusal.message


NOT_RECEIVED = {
    "un documento PDF": b"%PDF-1.7\n%\xe2\xe3\n",
    "un sonido WAV": b"RIFF\x24\0\0\0WAVEfmt ",
    "un sonido MP3": b"ID3\x04\0\0\0\0\0\0",
    "un sonido M4A": b"\0\0\0\x18ftypM4A \0\0\0\0isommp42",
    "una imagen SVG": b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'></svg>",
    "una imagen TIFF": b"II*\0\x08\0\0\0",
    "una imagen BMP": b"BM\x36\0\0\0",
    "una imagen JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n",
    "un documento de Word": b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml",
    "una presentación": b"PK\x03\x04" + b"\0" * 26 + b"ppt/presentation.xml",
    "un archivo comprimido ZIP": b"PK\x03\x04" + b"\0" * 200,
    "una página web": b"\xef\xbb\xbf\n<!DOCTYPE html><p>hola",
    "un video FLV": b"FLV\x01\x05",
    "un programa": b"MZ\x90\0",
}


@pytest.mark.parametrize("expected", ["media", "picture", "video", "captions"])
@pytest.mark.parametrize("label", NOT_RECEIVED)
def test_a_file_that_no_network_takes_is_named(media_folder: Path, label: str, expected: str) -> None:
    with pytest.raises(UnsupportedFile, match=f"El archivo es {label}: (aquí va|se recib)"):
        store(NOT_RECEIVED[label] + b"\0" * 50, "archivo", expected)


def test_a_picture_where_a_video_goes_is_named(media_folder: Path) -> None:
    with pytest.raises(UnsupportedFile, match="El archivo es una imagen GIF: aquí va un video"):
        store(animation("GIF", [100, 100], 0), "v", "video")
    with pytest.raises(UnsupportedFile, match="El archivo no es de un tipo conocido: se reciben"):
        store(b"\x01\x02nada")


def test_a_still_png_without_its_metadata_keeps_its_pixels_depth_and_transparency(media_folder: Path) -> None:
    for picture, options in (
        (ramp(), {}),
        (ramp(), {"transparency": 0}),
        (two_halves().convert("P"), {"transparency": 0}),
        (Image.new("LA", (20, 20), (90, 120)), {}),
    ):
        output = io.BytesIO()
        picture.save(output, "PNG", **with_metadata("PNG"), **options)
        stored = store(output.getvalue())
        assert stored.original is not None
        with opened(stored, media_folder) as now, Image.open(io.BytesIO(output.getvalue())) as before:
            assert (now.mode, now.tobytes(), now.getpalette()) == (before.mode, before.tobytes(), before.getpalette())
            assert now.info.get("transparency") == before.info.get("transparency")
            assert b"casa" not in (media_folder / stored.file).read_bytes()


@pytest.mark.parametrize("mime", ["image/heic", "image/avif"])
def test_a_heic_or_avif_lying_on_its_side_is_turned_once(media_folder: Path, mime: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = SIDEWAYS
    stored = store(heif(mime, two_halves(), exif=exif.tobytes()))
    clean = opened(stored, media_folder)
    assert (stored.width, stored.height) == clean.size
    expected = (20, 5) if clean.size == (40, 60) else (5, 20)
    assert is_near(clean, expected, (200, 0, 0))
