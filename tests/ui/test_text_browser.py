"""Pages in a text-mode browser (D-4): all content is there, in reading order."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from pregonero.people.models import Member

BROWSERS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} no está instalado"))
    for name in ("lynx", "links")
]


def read(reader: str, page: bytes, folder: Path) -> str:
    path = folder / "page.html"
    path.write_bytes(page)
    command = [reader, "-dump", "-width", "120", str(path)]
    if reader == "lynx":
        command = [
            "lynx",
            "-dump",
            "-nolist",
            "-width=120",
            "-assume_charset=utf-8",
            "-display_charset=utf-8",
            str(path),
        ]
    if reader == "links":
        command = ["links", "-dump", "-codepage", "utf-8", "-width", "120", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=180).stdout


def in_order(text: str, *words: str) -> bool:
    flat, place = " ".join(text.split()), 0
    for word in words:
        found = flat.find(word, place)
        if found < 0:
            return False
        place = found + len(word)
    return True


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_today_is_in_reading_order(signed_in: Client, tmp_path: Path, reader: str) -> None:
    text = read(reader, signed_in.get("/ui/escenas/hoy/").content, tmp_path)
    assert in_order(
        text,
        "Saltar al contenido",
        "Parrilla",
        "Hoy, martes 24 de noviembre",
        "X no aceptó",
        "Lo que te toca",
        "ahora",
        "Preguntan por la fecha",
        "@mipyme_huila",
        "Responder",
        "Lo que sale hoy",
        "X: rechazada",
        "Ana Rojas",
    )


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_sign_in_page_has_its_fields_and_button(client: Client, db: None, tmp_path: Path, reader: str) -> None:
    text = read(reader, client.get("/cuenta/login/").content, tmp_path)
    assert in_order(text, "Correo institucional", "Contraseña", "Entrar")


@pytest.mark.procedure("D-4")
def test_form_works_without_javascript(client: Client, ana: Member) -> None:
    page = client.get("/cuenta/login/").content.decode()
    assert '<form class="form" method="post" action="/cuenta/login/" novalidate>' in page
    assert '<button class="btn main-act wide" type="submit">' in page
