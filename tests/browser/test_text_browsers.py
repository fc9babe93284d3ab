"""Pages in text browsers: the important facts are words, in reading order (D-4)."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.clock import SAMPLE_TIME
from tests.browser.conftest import SampleInstallation
from tests.browser.windows import BrowserUser
from tests.conftest import PASSWORD
from tests.second_factor import current_code
from tests.ui.test_text_browser import BROWSERS, in_order

pytestmark = pytest.mark.procedure("D-4")
FAR_FUTURE = 4102444800  # expiry of the cookie in the cookie file; the server's session ends first
TITLE = "Exportaciones no mineras crecieron 8,4 %"

# For each page: who reads it, where it is, and what must be read there, in that order.
PAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Hoy": (
        "beto", "/",
        ("Saltar al contenido", "Parrilla", "Hoy, martes 24 de noviembre", "Tienes 11 pendientes", "10:30",
         "Lo que te toca", "No salió", "En Facebook", "sí salió", "Corregir", "Por programar",
         "Luis Peña la informó", "Programar", "Ya salió hoy", "09:15", "X: rechazada", "Facebook: publicada",
         "08:00", TITLE, "publicada", "X: publicada", "YouTube: publicada", "Próximas salidas", "10:10",
         "Instagram: enviando", "10:30", "en 18 minutos", "X: programada", "Mañana", "Cuentas", "Bien",
         "Beto Mora"),
    ),
    "Noticias": (
        "luis", "/noticias/?estado=informadas",
        ("Noticias", "Por informar 2", "Informadas 9", "Descartadas 1", TITLE, "Luis Peña la informó",
         "SEDE-2026-0417"),
    ),
    "una noticia": (
        "beto", "/noticias/{news[exportaciones]}/",
        (TITLE, "informada", "Luis Peña", "Programar", "Texto de la noticia", "Descripción de la imagen",
         "Abrir el video", "Abrir en la sede electrónica", "Quién la informó", "SEDE-2026-0417", "Quién la abrió",
         "Ana Rojas", "la abrió"),
    ),
    "Parrilla": (
        "beto", "/parrilla/",
        # A table is drawn in columns by one and in lines by the other: what is the same in both.
        ("Martes 24 de noviembre", "Una no salió, dos cerca de otra", "08:00", "Publicada", "09:15", "Rechazada",
         "10:10", "10:12", "10:30", "Programada", "11:00–13:00 libre", "programar aquí", "Hora sugerida", "15:00",
         "Sin programar", "Borrador · relevancia alta", "Programar 13:00"),
    ),
    "Parrilla de la semana": (
        "beto", "/parrilla/2026-11-24/semana/",
        ("Semana del 23 al 29 de noviembre", "Lunes 23 de noviembre", "16:00", "Espera una decisión en X",
         "Martes 24 de noviembre", "08:00", TITLE, "Rechazada en X", "10:12", "10:30", "Miércoles 25 de noviembre"),
    ),
    "Publicaciones": (
        "ana", "/publicaciones/?q=exportaciones",
        ("Publicaciones", "Buscar en las publicaciones", "Estado", "Red", "Persona", "Desde", "Hasta",
         "para «exportaciones»", "X: publicada", "Facebook: publicada", "YouTube: publicada"),
    ),
    "un expediente": (
        "ana", "/publicaciones/{publications[exportaciones]}/",
        ("Publicaciones", "Noviembre de 2026", TITLE, "Expediente 2026-1124-01", "publicada en 4 de 4",
         "Duplicar como borrador", "Imprimir", "Recorrido", "Hecho: Noticia informada", "07:05", "Luis Peña",
         "SEDE-2026-0417", "Hecho: Textos preparados por Beto Mora", "07:50", "Enlace comprobado",
         "Programada por Beto Mora", "Para las 08:00 del 24 nov.", "Hecho: Publicada en 4 de 4", "08:00",
         "X", "publicada 08:00:", "ver en X", "Facebook", "publicada", "ver en Facebook", "Instagram", "publicada",
         "ver en Instagram", "YouTube", "publicada", "ver en YouTube", "En curso: Interacción", "sin responder",
         "Ficha", "Por qué interesa", "Relevancia", "alta", "Registros", "registros verificados",
         "Lo que dice en cada red", "Los registros, uno por uno"),
    ),
    "un expediente con un rechazo": (
        "ana", "/publicaciones/{publications[rueda]}/",
        ("publicada en 2 de 3, revisa lo demás", "Editar", "Con problema: Publicada en 2 de 3, revisa lo demás",
         "X", "rechazada", "X no permite esta publicación", "Facebook", "publicada", "YouTube",
         "no va en esta red", "YouTube necesita un video"),
    ),
    "Estado": (
        "carmen", "/estado/",
        ("Estado", "Hay", "Revisado a las 10:12:00", "Qué pasa y qué hacer", "error", "No sale nada", "Cuentas",
         "@mincomercioco", "Última publicación", "Detalles para Sistemas", "Envíos", "Servidor", "Base actualizada.",
         "Incidentes de los últimos siete días"),
    ),
    "Límites": (
        "carmen", "/limites/",
        ("Límites y gasto", "Cuánto queda en cada red", "Publicaciones por día", "de todas las cuentas", "quedan",
         "Fuente: nuestro conteo", "Poner tope", "Gasto del mes", "sin tope", "Consumo del mes en X", "Facebook"),
    ),
    "Cuentas": (
        "carmen", "/cuentas/",
        ("Cuentas", "Registrar una cuenta", "En uso", "X", "@mincomercioco", "activa", "Cuenta institucional"),
    ),
    "un expediente que espera una decisión": (
        "ana", "/publicaciones/{publications[visitantes]}/",
        ("Decide: ¿salió en X?", "Ver lo que enviamos y lo que hay allá", "X", "espera una decisión"),
    ),
}  # fmt: skip


def as_text(reader: str, address: str, session: str, folder: Path) -> str:
    """Return the text that a text browser with that session shows of a page."""
    if reader == "links":
        command = ["links", "-codepage", "utf-8", "-width", "120", "-dump"]
        command += ["-http.extra-header", f"Cookie: sessionid={session}"] if session else []
    else:
        (folder / "lynx.cfg").write_text("PERSISTENT_COOKIES:TRUE\n")
        cookie = f"127.0.0.1\tFALSE\t/\tFALSE\t{FAR_FUTURE}\tsessionid\t{session}\n" if session else ""
        (folder / "cookies").write_text(f"# Netscape HTTP Cookie File\n{cookie}")
        command = ["lynx", f"-cfg={folder}/lynx.cfg", f"-cookie_file={folder}/cookies", "-accept_all_cookies"]
        command += ["-dump", "-nolist", "-width=120", "-display_charset=utf-8"]
    done = subprocess.run([*command, address], check=True, capture_output=True, text=True, timeout=180)
    return done.stdout


def session_of(person: BrowserUser) -> str:
    """Return the session cookie of a window."""
    return next(str(each.get("value")) for each in person.page.context.cookies() if each.get("name") == "sessionid")


@pytest.mark.parametrize("reader", BROWSERS)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_readable(
    reader: str, name: str, sample: SampleInstallation, open_as: Callable[[str], BrowserUser], tmp_path: Path
) -> None:
    who, path, words = PAGES[name]
    address = sample.address + path.format(news=sample.day.news, publications=sample.day.publications)
    text = as_text(reader, address, session_of(open_as(who)), tmp_path)
    missing = next((word for number, word in enumerate(words) if not in_order(text, *words[: number + 1])), None)
    assert missing is None, text
    # What only a script may show would mislead here.
    assert not [
        note for note in ("Tu sesión termin", "entró otra persona", "sin guardar en este equipo") if note in text
    ]


@pytest.mark.parametrize("reader", BROWSERS)
def test_page_of_each_post_is_readable(
    reader: str, sample: SampleInstallation, open_as: Callable[[str], BrowserUser], tmp_path: Path
) -> None:
    page = open_as("ana").go(f"/publicaciones/{sample.day.publications['exportaciones']}/")
    links = page.get_by_role("link", name="ver en").evaluate_all("links => links.map((link) => link.href)")
    texts = {link: " ".join(as_text(reader, link, "", tmp_path).split()) for link in links}
    assert [link for link, text in texts.items() if TITLE not in text or "Comentarios" not in text] == []
    assert len(texts) == 4


@pytest.mark.skipif(shutil.which("lynx") is None, reason="lynx no está instalado")
@pytest.mark.skipif(shutil.which("script") is None, reason="script no está instalado: sin él no hay terminal")
def test_signing_in_with_lynx(sample: SampleInstallation, tmp_path: Path) -> None:
    """Press the keys to pass two links, fill both fields, pass another link and submit; then the code."""
    tab, enter, email = "<tab>", "^J", sample.day.team.people["beto"].user.email
    password = [tab, tab, *email, tab, *PASSWORD, tab, tab, enter]
    keys = [*password, tab, tab, tab, *current_code(now=SAMPLE_TIME), tab, tab, enter, "q", "y"]
    (tmp_path / "keys").write_text("".join(f"key {key}\n" for key in keys))
    lynx = f"lynx -accept_all_cookies -cmd_script={tmp_path}/keys {sample.address}/cuenta/login/"
    environment = {"TERM": "vt100", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "COLUMNS": "120", "LINES": "60"}
    done = subprocess.run(
        ["script", "-qec", lynx, "/dev/null"],
        check=True,
        capture_output=True,
        text=True,
        timeout=180,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    screen = re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9])", " ", done.stdout)
    assert in_order(screen, "Entrar", "Segundo paso", "Hoy, martes 24 de noviembre", "Lo que te toca")
