"""The servers of a manual, read by FTP, FTPS and SFTP, and those that lie or never end (D-3)."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from pregonero.newsroom.brand.mirror import Known, Limits, Reading, read_server
from pregonero.newsroom.brand.transports import connect
from pregonero.newsroom.brand.transports.base import (
    FileRefused,
    NoAnswer,
    ServerError,
    ServerKeyUnknown,
    SignInRefused,
)
from pregonero.newsroom.brand.transports.listings import list_line, mlsd_line
from pregonero.ssrf import NotPublic
from tests.newsroom.brand_servers import PDF, Server, ftp_server, lying_server, self_signed, sftp_server

pytestmark = pytest.mark.procedure("D-3")
TREE = {"Manual de identidad.pdf": PDF, "Plantillas/Pieza ñandú.txt": b"hola", "Plantillas/2026/x.txt": b"x" * 200_000}


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_FOLDER = tmp_path / "media"
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.0/8"]


@pytest.fixture(scope="module", params=["FTP", "FTP sin MLSD", "FTPS", "SFTP"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("manual")
    if request.param == "SFTP":
        running = sftp_server(root)
    elif request.param == "FTPS":
        certificate, fingerprint = self_signed(tmp_path_factory.mktemp("llave"))
        running = ftp_server(root, certificate=certificate)
    else:
        running = ftp_server(root, mlsd="sin" not in request.param)
    with running as started:
        if request.param == "FTPS":
            started.key = fingerprint
        for path, content in TREE.items():
            started.put(path, content)
        yield started


def test_everything_is_brought_and_only_changes_are_brought_again(server: Server) -> None:
    first = read_server(server.login(), {})
    assert (first.problem, first.skipped, first.is_complete) == ("", {}, True)
    assert set(first.contents) == first.present == set(TREE)
    assert {path: content.size for path, content in first.contents.items()} == {
        path: len(content) for path, content in TREE.items()
    }
    assert first.contents["Manual de identidad.pdf"].opening == "PDF"

    known = {path: Known(content.size, content.modified) for path, content in first.contents.items()}
    again = read_server(server.login(), known)
    assert again.present == set(TREE)
    # Without MLSD nothing says whether a file changed: all are read again, and their digests tell.
    assert set(again.contents) == (set() if all(one.modified for one in known.values()) else set(TREE))
    assert all(again.contents[path].sha256 == first.contents[path].sha256 for path in again.contents)


def test_a_wrong_password_and_a_folder_that_is_not_there_are_said(server: Server) -> None:
    with pytest.raises(SignInRefused, match="no acepta el usuario o la contraseña"):
        connect(server.login(password="otra"), seconds=20)
    reading = read_server(server.login(folder="No existe"), {})
    assert "no" in reading.problem.lower()
    assert not reading.is_complete
    assert set(read_server(server.login(folder="Plantillas"), {}).contents) == {"Pieza ñandú.txt", "2026/x.txt"}


def test_no_password_reaches_a_server_whose_key_nobody_confirmed(tmp_path: Path) -> None:
    with sftp_server(tmp_path) as sftp:
        with pytest.raises(ServerKeyUnknown, match="no se ha confirmado") as unknown:
            connect(sftp.login(server_key=""), seconds=20)
        assert unknown.value.data["fingerprint"] == sftp.key
        with pytest.raises(ServerKeyUnknown, match="ya no es la que se confirmó"):
            connect(sftp.login(server_key="SHA256:otra"), seconds=20)
        assert sftp.logins == []
        connect(sftp.login(), seconds=20).close()
        assert len(sftp.logins) == 1


def test_a_certificate_without_an_authority_is_confirmed_by_its_fingerprint(tmp_path: Path) -> None:
    certificate, fingerprint = self_signed(tmp_path)
    with ftp_server(tmp_path, certificate=certificate) as ftps:
        with pytest.raises(ServerKeyUnknown) as unknown:
            connect(ftps.login(), seconds=20)
        assert unknown.value.data["fingerprint"] == fingerprint
        with pytest.raises(ServerKeyUnknown, match="ya no es"):
            connect(ftps.login(server_key="00:11"), seconds=20)
        connect(ftps.login(server_key=fingerprint), seconds=20).close()


def test_an_inner_server_is_read_only_if_the_settings_allow_it(tmp_path: Path, settings: Settings) -> None:
    with ftp_server(tmp_path) as inner:
        settings.PRIVATE_ADDRESSES_ALLOWED = []
        with pytest.raises(NotPublic, match="la Oficina de Sistemas la permite"):
            connect(inner.login(), seconds=20)
        settings.PRIVATE_ADDRESSES_ALLOWED = [inner.authority]
        connect(inner.login(), seconds=20).close()


def test_a_server_that_is_down_is_said(tmp_path: Path) -> None:
    with ftp_server(tmp_path) as gone:
        login = gone.login()
    with pytest.raises(NoAnswer, match="no responde"):
        connect(login, seconds=20)


def listing(*files: str) -> bytes:
    return "".join(
        f"type=file;size={size};modify=20260101000000; {name}\r\n"
        for size, name in (file.split(" ", 1) for file in files)
    ).encode()


def endless(sent: bytes) -> Iterator[bytes]:
    while True:
        yield sent


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "envía otra cosa"),
        (PDF + b"x", "envía otra cosa"),
        (PDF[:-1], "envía otra cosa"),
    ],
)
def test_a_file_of_another_size_than_said_is_left_out(sent: bytes, why: str) -> None:
    answers = {
        "MLSD": lambda: iter([listing(f"{len(PDF)} manual.pdf", "4 plan.txt")]),
        "RETR": lambda: iter([sent]),
    }
    with lying_server(answers) as liar:
        reading = read_server(liar.login(), {})
    assert why in reading.skipped["manual.pdf"].why
    assert reading.present == {"manual.pdf", "plan.txt"}


def test_a_file_without_end_is_left_at_its_size() -> None:
    answers = {"MLSD": lambda: iter([listing("100000 manual.pdf")]), "RETR": lambda: endless(b"x" * 65536)}
    with lying_server(answers) as liar:
        reading = read_server(liar.login(), {})
    assert "envía otra cosa" in reading.skipped["manual.pdf"].why
    assert reading.downloaded < 1_000_000


def test_a_listing_without_end_is_left() -> None:
    with lying_server({"MLSD": lambda: endless(listing("1 a.txt") * 100)}) as liar:
        reading = read_server(liar.login(), {})
    assert (reading.is_complete, "no termina de listarse" in reading.problem) == (False, True)


def test_greetings_without_end_are_left() -> None:
    with lying_server({}, greeting=lambda: endless(b"220-hola\r\n" * 1000)) as liar:
        assert "responde sin fin" in read_server(liar.login(), {}).problem


def test_folders_within_folders_without_end_are_left() -> None:
    with lying_server({"MLSD": lambda: iter([b"type=dir; otra\r\n"])}) as liar:
        reading = read_server(liar.login(), {})
    (skipped,) = reading.skipped.values()
    assert skipped.why == "Está a más de 12 carpetas de hondo: no se lee."


def test_a_server_that_sends_nothing_or_single_bytes_ends_at_its_time() -> None:
    held = threading.Event()

    def drip() -> Iterator[bytes]:
        yield b"2"
        held.wait(30)

    with lying_server({}, greeting=drip) as liar:
        reading = read_server(liar.login(), {}, replace(Limits(), seconds=0.5))
        held.set()
    assert "tardó demasiado" in reading.problem


def test_more_files_than_the_limit_and_more_bytes_are_left_for_later() -> None:
    many = listing(*(f"4 {number}.txt" for number in range(8)))
    with lying_server({"MLSD": lambda: iter([many]), "RETR": lambda: iter([b"hola"])}) as server:
        few = read_server(server.login(), {}, replace(Limits(), files=3))
        light = read_server(server.login(), {}, replace(Limits(), all_bytes=12))
    assert (len(few.contents), few.is_complete) == (3, False)
    assert "más de 3 archivos" in few.skipped["/"].why
    assert (len(light.contents), light.has_more, light.problem) == (3, True, "")


def test_the_data_come_from_the_server_and_not_from_where_it_says() -> None:
    """The server's PASV answer names 10.0.0.7: the client connects to the server's own address."""
    answers = {"MLSD": lambda: iter([listing("4 a.txt")]), "RETR": lambda: iter([b"hola"])}
    with lying_server(answers) as liar:
        assert set(read_server(liar.login(), {}).contents) == {"a.txt"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/passwd", "salir de su carpeta"),
        ("..\\..\\windows", "salir de su carpeta"),
        ("plantilla\u202egnp.txt", "signos invisibles"),
        ("plan\u200btilla.txt", "signos invisibles"),
        ("a\x07.txt", "signos que no se ven"),
        ("a" * 201 + ".txt", "pasa de 200 letras"),
        ("instalador.EXE", "Es un programa"),
        ("pagina.html", "Es un programa o una página web"),
    ],
)
def test_names_that_climb_or_disguise_are_left_out(name: str, why: str) -> None:
    answers = {"MLSD": lambda: iter([listing(f"4 {name}", "4 buena.txt")]), "RETR": lambda: iter([b"hola"])}
    with lying_server(answers) as liar:
        reading = read_server(liar.login(), {})
    assert set(reading.contents) == {"buena.txt"}
    ((shown, sentence),) = reading.skipped.items()
    assert why in sentence.why
    assert "\u202e" not in shown


def test_an_empty_folder_where_there_were_files_is_a_problem(tmp_path: Path) -> None:
    with ftp_server(tmp_path) as server:
        reading = read_server(server.login(), {"manual.pdf": Known(3, "1")})
    assert (reading.is_complete, "se conserva lo último" in reading.problem) == (False, True)


def test_a_connection_that_is_cut_keeps_what_came_before() -> None:
    def cut() -> Iterator[bytes]:
        yield b"hola"
        raise ConnectionResetError

    answers = {"MLSD": lambda: iter([listing("4 a.txt", "9 b.txt")]), "RETR": iter_of([iter([b"hola"]), cut()])}
    with lying_server(answers) as liar:
        reading: Reading = read_server(liar.login(), {})
    assert set(reading.contents) == {"a.txt"}


def iter_of(answers: list[Iterator[bytes]]):  # type: ignore[no-untyped-def]
    left = iter(answers)
    return lambda: next(left)


@pytest.mark.parametrize(
    ("line", "name", "size"),
    [
        (b"-rw-r--r--   1 marca marca     4096 Nov 30 21:31 Manual 2026.pdf", "Manual 2026.pdf", 4096),
        (b"drwxr-xr-x   2 0        0            10 Jan  1  2024 Plantillas", "Plantillas", 10),
        (b"-rw-rw-r--+  1 1000 1000 7 mar 2 2023 caf\xe9.txt", "café.txt", 7),
        (b"11-30-26  09:31PM                 4096 Manual 2026.pdf", "Manual 2026.pdf", 4096),
        (b"11-30-2026  09:31AM       <DIR>          Plantillas", "Plantillas", None),
    ],
)
def test_the_lines_of_old_servers_are_understood(line: bytes, name: str, size: int | None) -> None:
    found = list_line(line)
    assert found is not None
    assert (found.name, found.size, found.is_folder) == (name, size, "Plantillas" in name)


def test_links_are_not_followed_and_nonsense_is_refused() -> None:
    assert list_line(b"lrwxrwxrwx   1 0 0 9 Jan  1  2024 enlace -> /etc") is None
    assert mlsd_line(b"type=OS.unix=slink:/etc;size=1; enlace") is None
    with pytest.raises(ValueError, match="not known"):
        list_line(b"<html>no soy una lista</html>")


def test_errors_are_sentences_without_the_password(tmp_path: Path) -> None:
    with ftp_server(tmp_path) as server, pytest.raises(ServerError) as error:
        connect(server.login(password="otra-clave"), seconds=20)
    assert "otra-clave" not in repr(error.value.__dict__) + str(error.value) + repr(server.login())
    assert issubclass(FileRefused, ServerError)
