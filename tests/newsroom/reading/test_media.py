"""Downloading and storing the pictures and videos of pages."""

import io
import struct
import zlib
from pathlib import Path

import av
import pytest
from PIL import Image

from pregonero.media.errors import FileTooLarge, MalformedFile
from pregonero.newsroom.reading.errors import NotPublic, TooLarge
from pregonero.newsroom.reading.page import fetch_picture, fetch_video
from tests.newsroom.website import Website, streaming


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, (9, 67, 181)).save(output, kind)
    return output.getvalue()


def video(container: str = "mp4", seconds: int = 1) -> bytes:
    output = io.BytesIO()
    with av.open(output, mode="w", format=container) as made:
        stream = made.add_stream("libvpx" if container == "webm" else "mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5 * seconds):
            made.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        made.mux(stream.encode())
    return output.getvalue()


def stored_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    ("kind", "mime", "ending"),
    [
        ("PNG", "image/png", "png"),
        ("JPEG", "image/jpeg", "jpg"),
        ("GIF", "image/gif", "gif"),
        ("WEBP", "image/webp", "webp"),
    ],
)
def test_a_picture_is_stored_under_its_digest(
    site: Website, media_folder: Path, kind: str, mime: str, ending: str
) -> None:
    link = site.put("/foto", picture(kind), "image/x")
    stored = fetch_picture(link)
    assert (stored.kind, stored.mime, stored.width, stored.height, stored.origin) == ("picture", mime, 40, 30, link)
    assert stored.file == f"{stored.sha256[:2]}/{stored.sha256[2:]}.{ending}"
    assert (media_folder / stored.file).read_bytes() == picture(kind)
    assert fetch_picture(link) == stored
    assert stored_files(media_folder) == [stored.file]


def test_the_format_comes_from_the_content_and_not_from_the_headers(site: Website, media_folder: Path) -> None:
    assert fetch_picture(site.put("/foto.jpg", picture("PNG"), "image/jpeg")).mime == "image/png"
    with pytest.raises(MalformedFile, match="es una imagen SVG: aquí va una imagen JPEG"):
        fetch_picture(site.put("/otra.jpg", b"<svg onload='alert(1)'/>", "image/jpeg"))
    assert len(stored_files(media_folder)) == 1


def test_an_incomplete_picture_is_not_stored(site: Website, media_folder: Path) -> None:
    half = picture("JPEG", (400, 300))
    with pytest.raises(MalformedFile, match="dañada"):
        fetch_picture(site.put("/foto", half[: len(half) // 2], "image/jpeg"))
    assert stored_files(media_folder) == []


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header declares a huge size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("size", [(8000, 8000), (100_000, 100_000), (30_000, 1)])
def test_a_decompression_bomb_is_refused(site: Website, media_folder: Path, size: tuple[int, int]) -> None:
    with pytest.raises(FileTooLarge):
        fetch_picture(site.put("/foto", bomb(*size), "image/png"))
    assert stored_files(media_folder) == []


def test_a_picture_over_the_size_limit_is_refused(site: Website, media_folder: Path) -> None:
    site.pages["/foto"] = streaming(b"\0" * 1024 * 1024, 30, "image/png")
    with pytest.raises(TooLarge, match="20 MB"):
        fetch_picture(site.at("/foto"))
    assert stored_files(media_folder) == []


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    ("container", "mime"), [("mp4", "video/mp4"), ("webm", "video/webm"), ("mov", "video/quicktime")]
)
def test_a_video_is_stored_with_its_length(site: Website, media_folder: Path, container: str, mime: str) -> None:
    stored = fetch_video(site.put("/video", video(container, seconds=2), "video/mp4"))
    assert (stored.kind, stored.mime, stored.width, stored.height) == ("video", mime, 64, 48)
    assert stored.seconds == pytest.approx(2, abs=0.3)
    assert (media_folder / stored.file).stat().st_size == stored.size


def test_a_playlist_is_refused_and_its_addresses_are_not_opened(
    site: Website, inner: Website, media_folder: Path
) -> None:
    playlist = f"#EXTM3U\n#EXTINF:1,\n{inner.at('/secreto')}\n"
    with pytest.raises(MalformedFile, match="no es de un tipo conocido: aquí va un video MP4"):
        fetch_video(site.put("/video", playlist, "video/mp4"))
    assert inner.requests == []


@pytest.mark.parametrize("body", [b"", b"....ftypisom" + b"\0" * 100, video()[:300]])
def test_a_damaged_video_is_refused(site: Website, media_folder: Path, body: bytes) -> None:
    with pytest.raises(MalformedFile):
        fetch_video(site.put("/video", body, "video/mp4"))
    assert stored_files(media_folder) == []


def test_a_picture_inside_the_private_network_is_not_fetched(site: Website, inner: Website, media_folder: Path) -> None:
    with pytest.raises(NotPublic):
        fetch_picture(inner.put("/foto", picture(), "image/png"))
    assert inner.requests == []
