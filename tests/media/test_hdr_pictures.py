"""Pictures with more colours than ordinary screens show: received, told, and brought to sRGB, not washed out (D-1)."""

import io
import zlib
from array import array
from pathlib import Path
from typing import Any

import av
import pillow_heif
import pytest
from PIL import Image, ImageCms

from pregonero.media.store import StoredFile, path_of, store_upload

pytestmark = pytest.mark.procedure("D-1")
PQ, HLG, SRGB = 16, 18, 13
BT709, BT2020, DISPLAY_P3 = 1, 9, 12
PAPER_WHITE = {PQ: 0.58, HLG: 0.75}  # the signal of 203 cd/m² (ITU-R BT.2408)
SIZE = (64, 48)
ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"
ULTRA_HDR = (
    b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
    b"xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0'/></x:xmpmeta>"
)


def heic(primaries: int, transfer: int, colour: tuple[float, ...]) -> bytes:
    """Return a HEIC of 10 bits in one colour, whose values go from 0 to 1."""
    data = array("H", [round(1023 * value) << 6 for value in colour] * (SIZE[0] * SIZE[1])).tobytes()
    output = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", SIZE, data).save(
        output,
        quality=95,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=9,
        full_range_flag=1,
        save_nclx_profile=True,
    )
    return output.getvalue()


def avif(primaries: int, transfer: int, colour: tuple[float, ...]) -> bytes:
    """Return an AVIF of 10 bits in one grey."""
    output = io.BytesIO()
    frame = av.VideoFrame(*SIZE, "yuv420p10le")
    for plane, value in zip(frame.planes, (16 + 219 * colour[0], 128, 128), strict=True):
        plane.update(array("H", [round(value * 4)]) * (plane.buffer_size // 2))
    with av.open(output, "w", format="avif") as image:
        stream = image.add_stream("libsvtav1", rate=1)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = primaries, transfer, 9, 1
        image.mux(stream.encode(frame))
        image.mux(stream.encode(None))
    return output.getvalue()


def png(primaries: int, transfer: int, colour: tuple[float, ...]) -> bytes:
    """Return a PNG whose chunk cICP says its colours."""
    output = io.BytesIO()
    Image.new("RGB", SIZE, tuple(round(255 * value) for value in colour)).save(output, "PNG")
    chunk = b"cICP" + bytes((primaries, transfer, 0, 1))
    whole = (4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    return output.getvalue()[:33] + whole + output.getvalue()[33:]


def gain_map_jpeg(segment: bytes, marker: int, **options: Any) -> bytes:
    """Return a grey JPEG followed by its layer of gain, with the segment that announces it."""
    base, layer = io.BytesIO(), io.BytesIO()
    Image.new("RGB", SIZE, (120, 120, 120)).save(base, "JPEG", quality=95, **options)
    Image.new("L", (16, 12), 255).save(layer, "JPEG")
    head = bytes((0xFF, marker)) + (len(segment) + 2).to_bytes(2, "big") + segment
    return base.getvalue()[:2] + head + base.getvalue()[2:] + layer.getvalue()


def store(data: bytes) -> StoredFile:
    return store_upload(iter([data]), "foto")


def middle(stored: StoredFile) -> tuple[int, ...]:
    with Image.open(path_of(stored)) as picture:
        pixel: Any = picture.convert("RGB").getpixel((SIZE[0] // 2, SIZE[1] // 2))
        return tuple(pixel)


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize("write", [heic, avif, png])
def test_hdr_picture_is_told_and_becomes_an_ordinary_jpeg(media_folder: Path, write: Any, transfer: int) -> None:
    name = {PQ: "HDR (PQ)", HLG: "HDR (HLG)"}[transfer]
    stored = store(write(BT2020, transfer, (PAPER_WHITE[transfer],) * 3))
    assert stored.original is not None
    assert stored.original.traits["colour"] == name
    assert f"pasar de {name} al color de cualquier pantalla" in stored.steps
    assert (stored.mime, stored.traits["colour"], stored.width, stored.height) == ("image/jpeg", "sRGB", *SIZE)
    assert all(205 <= channel <= 235 for channel in middle(stored))  # untouched it would be 148 in PQ and 191 in HLG


@pytest.mark.parametrize(
    ("transfer", "signal", "least", "most"),
    [(PQ, 0, 0, 2), (PQ, 0.38, 85, 115), (PQ, 0.75, 250, 255), (PQ, 1, 250, 255), (HLG, 0, 0, 2), (HLG, 1, 250, 255)],
)
def test_black_grey_and_white_of_an_hdr_picture_are_kept(
    media_folder: Path, transfer: int, signal: float, least: int, most: int
) -> None:
    assert all(least <= channel <= most for channel in middle(store(png(BT2020, transfer, (signal,) * 3))))


@pytest.mark.parametrize(
    ("write", "primaries", "step"),
    [(heic, DISPLAY_P3, "Display P3"), (heic, BT2020, "BT.2020"), (png, DISPLAY_P3, "Display P3")],
)
def test_wide_colours_without_a_profile_are_brought_to_srgb(
    media_folder: Path, write: Any, primaries: int, step: str
) -> None:
    stored = store(write(primaries, SRGB, (200 / 255, 100 / 255, 100 / 255)))
    assert f"pasar de {step} al color de cualquier pantalla" in stored.steps
    red, green, _ = middle(stored)
    assert (red > 205, green < 100) == (True, True)  # in sRGB its channels differ more


@pytest.mark.parametrize("write", [heic, avif, png])
def test_ordinary_colours_are_not_converted(media_folder: Path, write: Any) -> None:
    stored = store(write(BT709, SRGB, (0.5, 0.5, 0.5)))
    assert not any("pantalla" in step for step in stored.steps)
    assert all(abs(channel - 128) <= 3 for channel in middle(stored))


@pytest.mark.parametrize(
    "data",
    [
        gain_map_jpeg(ISO_GAIN_MAP, 0xE2),
        gain_map_jpeg(ULTRA_HDR, 0xE1),
        gain_map_jpeg(
            ISO_GAIN_MAP, 0xE2, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        ),
    ],
)
def test_of_a_jpeg_with_a_gain_map_the_ordinary_picture_is_kept(media_folder: Path, data: bytes) -> None:
    stored = store(data)
    assert stored.original is not None
    assert path_of(stored.original).read_bytes() == data
    assert stored.steps[0] == "dejar la imagen que ve cualquier pantalla, sin la capa HDR"
    assert all(abs(channel - 120) <= 3 for channel in middle(stored))
    kept = path_of(stored).read_bytes()
    assert (kept.count(b"\xff\xd8\xff"), b"21496" in kept, b"hdr-gain-map" in kept) == (1, False, False)
