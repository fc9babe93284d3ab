"""Files that a server may bring to do harm, and what names say of the validity of templates (D-3)."""

import io
import struct
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from pregonero.media.errors import UnusableFile
from pregonero.media.sandbox.document import inspect_document
from pregonero.newsroom.brand.mirror import read_server
from pregonero.newsroom.brand.names import DISGUISES, is_manual, is_template, shown, validity_in, why_not
from tests.newsroom.brand_servers import PDF, ftp_server, pdf

pytestmark = pytest.mark.procedure("D-3")


def png(width: int, height: int) -> bytes:
    """Return a PNG of any size that weighs almost nothing: its lines are all equal."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer, line = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    written = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def picture(kind: str = "PNG") -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(output, kind)
    return output.getvalue()


def zipped(*files: tuple[str, bytes], mode: int = 0) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            part = zipfile.ZipInfo(name)
            part.external_attr = mode << 16
            archive.writestr(part, content, zipfile.ZIP_DEFLATED)
    return output.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/>%s</svg>'
REFUSED = {
    "empty": ("a.txt", b"", "está vacío"),
    "program": ("logo.png.bin", b"MZ\x90\x00" + bytes(99), "Es un programa"),
    "svg with a script": ("logo.svg", SVG % b"<script>alert(1)</script>", "trae programas"),
    "svg with an event": ("logo.svg", SVG.replace(b"<rect", b'<rect onload="x()"') % b"", "trae programas"),
    "svg with a page": ("logo.svg", SVG % b"<foreignObject></foreignObject>", "trae programas"),
    "svg with entities": ("logo.svg", b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "x">]>' + SVG, "programas"),
    "page": ("plantilla.txt", b"<!doctype html><script>1</script>", "Es una página web"),
    "page named as a picture": ("logo.png", b"<html><script>1</script>", "Su nombre dice una imagen PNG"),
    "picture with a page": ("logo.png", picture() + b"<script>alert(1)</script>", "escondida una página web"),
    "gif and script": ("logo.gif", b"GIF89a/*<script>*/=1;", "dañada"),
    "cut picture": ("logo.png", picture()[:60], "dañada o llegó incompleta"),
    "picture named as a pdf": ("manual.pdf", picture(), "Su nombre dice un documento PDF"),
    "cut pdf": ("manual.pdf", PDF[:20], "está cortado"),
    "zip bomb": ("plantillas.zip", zipped(("a", bytes(60 * 1024**2))), "crecería sin medida"),
    "zip that climbs": ("plantillas.zip", zipped(("../../etc/cron.d/x", b"x")), "saldrían de su carpeta"),
    "zip with a drive": ("plantillas.zip", zipped(("C:\\x.exe", b"x")), "saldrían de su carpeta"),
    "zip from the root": ("plantillas.zip", zipped(("/etc/x", b"x")), "saldrían de su carpeta"),
    "zip with a link": ("plantillas.zip", zipped(("x", b"/etc"), mode=0o120777), "saldrían de su carpeta"),
    "zip with too many parts": ("a.zip", zipped(*((str(n), b"") for n in range(20_001))), "crecería sin medida"),
    "bomb in a document": ("pieza.pptx", zipped(("ppt/a.xml", bytes(60 * 1024**2))), "crecería sin medida"),
    "cut zip": ("a.zip", zipped(("a", b"x"))[:-4] + b"PK\x05\x06", "dañado"),
}
TAKEN = {
    "pdf": ("Manual.pdf", PDF, "PDF", ""),
    "pdf with a script": ("Manual.pdf", pdf(script="app.alert(1)"), "DOWNLOAD", "aquí no se abre"),
    "pdf with a hidden script": ("Manual.pdf", pdf(script="app.alert(1)", compressed=True), "DOWNLOAD", "no se abre"),
    "damaged pdf": ("Manual.pdf", b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n", "DOWNLOAD", "está dañado"),
    "picture": ("logo.png", picture(), "PICTURE", ""),
    "jpeg by its other extension": ("logo.jpeg", picture("JPEG"), "PICTURE", ""),
    "picture of 100 million points": ("pendon.png", png(10_000, 10_000), "DOWNLOAD", "Aquí no se ve"),
    "svg": ("logo.svg", SVG % b"", "DOWNLOAD", "se descarga"),
    "zip": ("plantillas.zip", zipped(("a/b.txt", b"x" * 99)), "DOWNLOAD", ""),
    "font": ("Work Sans.otf", b"OTTO" + bytes(99), "DOWNLOAD", ""),
}


def inspected(folder: Path, name: str, content: bytes) -> dict[str, str]:
    file = folder / "recibido"
    file.write_bytes(content)
    return inspect_document({"path": str(file), "name": name})


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_do_harm_is_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    name, content, why = REFUSED[case]
    with pytest.raises(UnusableFile, match=why):
        inspected(tmp_path, name, content)


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_taken_opens_only_as_what_it_is(case: str, tmp_path: Path) -> None:
    name, content, opening, note = TAKEN[case]
    found = inspected(tmp_path, name, content)
    assert (found["opening"], note in found["note"], bool(found["note"])) == (opening, True, bool(note))


def test_a_great_picture_weighs_little() -> None:
    assert len(png(10_000, 10_000)) < 20_000


def test_the_server_brings_them_through_the_sandbox(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_FOLDER = tmp_path / "media"
    (root := tmp_path / "ftp").mkdir()
    for case in ("svg with a script", "zip bomb"):
        name, content, _ = REFUSED[case]
        (root / name).write_bytes(content)
    (root / "pendon.png").write_bytes(png(10_000, 10_000))
    (root / "logo.png").write_bytes(picture())
    with ftp_server(root) as server:
        settings.PRIVATE_ADDRESSES_ALLOWED = [server.authority]
        reading = read_server(server.login(), {})
        again = read_server(server.login(), {}, refused=reading.skipped)
    assert again.skipped == reading.skipped
    assert again.downloaded < reading.downloaded  # what was refused is not downloaded again while it is the same
    assert set(reading.skipped) == {"logo.svg", "plantillas.zip"}
    assert {path: content.opening for path, content in reading.contents.items()} == {
        "pendon.png": "DOWNLOAD",
        "logo.png": "PICTURE",
    }
    assert reading.contents["logo.png"].picture is not None


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("Pieza hasta 2026-08-07.pptx", None, date(2026, 8, 7)),
        ("Pieza_vence_07-08-2026.pptx", None, date(2026, 8, 7)),
        ("Pieza desde 2026-01-01 hasta 2026-12-31.ai", date(2026, 1, 1), date(2026, 12, 31)),
        ("Pieza 2026-01-01 a 2026-12-31.ai", date(2026, 1, 1), date(2026, 12, 31)),
        ("Pieza_20260101_20261231.ai", date(2026, 1, 1), date(2026, 12, 31)),
        ("Plantilla vigencia 2025-2026.zip", date(2025, 1, 1), date(2026, 12, 31)),
        ("Plantilla vigente 2026.zip", date(2026, 1, 1), date(2026, 12, 31)),
        ("A partir del 2026-11-01.zip", date(2026, 11, 1), None),
    ],
)
def test_the_validity_that_a_name_says(name: str, start: date | None, end: date | None) -> None:
    found = validity_in(f"Plantillas/{name}")
    assert found is not None
    assert (found.valid_from, found.valid_until) == (start, end)


@pytest.mark.parametrize(
    "name",
    [
        "Plan 2022-2026.pptx",
        "Pieza 2026-01-01.pptx",
        "Pieza hasta 2026-13-40.pptx",
        "Desde 2026-12-31 hasta 2026-01-01.ai",
        "Pieza hasta agotar.pptx",
        "hasta 9999-01-01.ai",
    ],
)
def test_a_name_that_says_nothing_sure_is_left_to_a_person(name: str) -> None:
    assert validity_in(name) is None


def test_templates_and_the_manual_are_known_by_their_names() -> None:
    assert is_template("PLANTILLAS/Reel.mp4")
    assert is_template("Marca/Template redes.psd")
    assert not is_template("Logos/Logo.png")
    assert is_manual("Marca/MANUAL de Identidad.PDF")
    assert not is_manual("Manual/logo.png")


@given(st.text(max_size=60))
def test_no_name_that_is_taken_climbs_or_hides(name: str) -> None:
    if not why_not(name):
        assert name not in {"", ".", ".."}
        assert not set("/\\\0\r\n") & set(name)
        assert not DISGUISES & set(name)
    assert not DISGUISES & set(shown(name))
    validity_in(name)  # whatever the name, never an error
