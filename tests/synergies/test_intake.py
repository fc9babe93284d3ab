"""What is inside mails and archives, also those that are made to do harm (S-1)."""

import io
import zipfile
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from pregonero.errors import Refused
from pregonero.people.models import Member
from pregonero.synergies.intake import open_files, read_mail, unzip
from pregonero.synergies.models import Synergy, SynergyFile

pytestmark = pytest.mark.procedure("S-1")
SENT = "Mon, 23 Nov 2026 09:30:00 -0500"


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "#1a7f4b").save(file, "PNG")
    return file.getvalue()


def archive(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("_", "."), content)
    return file.getvalue()


def damaged(content: bytes) -> bytes:
    """Return an archive with a byte of its compressed data changed, whatever its headers say."""
    at = content.index(b"a.txt") + len("a.txt")
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def mail(*attachments: tuple[str, bytes]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "Prensa <prensa@presidencia.test>", "Festivales", SENT
    message.set_content("Les pedimos apoyar la temporada de festivales.")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_a_mail_fills_in_the_form_and_its_files_are_kept(media_folder: object, ana: Member) -> None:
    inner = archive(pieza_png=picture())
    file = SimpleUploadedFile("correo.eml", mail(("piezas.zip", inner), ("winmail.dat", b"x")).as_bytes())
    browser = Client()
    browser.force_login(ana.user)

    data = {"beneficiary": "MinCulturas", "way": "MAIL", "texts": "Uno\n---\nDos", "attachments": file}

    answer = browser.post("/sinergias/nueva/", data)

    synergy = Synergy.objects.get()
    assert answer["Location"] == synergy.get_absolute_url()
    assert (synergy.topic, synergy.sender) == ("Festivales", "Prensa <prensa@presidencia.test>")
    assert (synergy.message.strip(), synergy.received_at.isoformat()) == (
        "Les pedimos apoyar la temporada de festivales.",
        "2026-11-23T14:30:00+00:00",
    )
    assert [text.text for text in synergy.texts.order_by("position")] == ["Uno", "Dos"]
    files = {file.name: file for file in SynergyFile.objects.all()}
    assert set(files) == {"correo.eml", "pieza.png", "winmail.dat"}
    assert files["pieza.png"].medium is not None
    assert "winmail.dat" in files["winmail.dat"].note


def test_a_mail_in_latin_1_and_one_inside_another_are_read() -> None:
    raw = (
        b"From: Prensa\r\nSubject: =?iso-8859-1?Q?Atenci=F3n?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=x-nadie\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSe\xf1al de ma\xf1ana"
    )
    outer = mail()
    outer.add_attachment(mail())

    read = read_mail(raw)

    assert (read.subject, read.text.strip(), read.sent_at) == ("Atención", "Señal de mañana", None)
    assert [name for name, _ in read_mail(outer.as_bytes()).files] == ["Festivales.eml"]


def test_folders_are_left_out_of_the_names_of_an_archive() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("../../etc/passwd", b"x")
        made.writestr("carpeta/acción.txt", b"y")
    assert [name for name, _ in unzip("a.zip", file.getvalue())] == ["passwd", "acción.txt"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(ceros_txt=b"\0" * 60_000_000), "pesa demasiado"),
        (archive(**{f"f{number}_txt": b"x" for number in range(21)}), "21 archivos"),
        (b"PK\x03\x04nada", "dañado"),
        (archive(a_txt=b"x")[:-8], "dañado"),
        (damaged(archive(a_txt=b"hola " * 50)), "dañado"),
    ],
    ids=["bomb", "too many", "no archive", "cut", "damaged inside"],
)
def test_an_archive_made_to_do_harm_is_refused_with_its_reason(content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        open_files([("piezas.zip", content)])


def test_several_archives_share_the_limits_of_one_synergy(media_folder: object) -> None:
    half = archive(**{f"f{number}_txt": b"x" for number in range(15)})
    large = archive(a_txt=b"\0" * 9_000_000, b_txt=b"\1" * 9_000_000, c_txt=b"\2" * 9_000_000)
    for files in ([half, half], [large, large]):
        with pytest.raises(Refused):
            open_files((f"{number}.zip", content) for number, content in enumerate(files))


def test_an_archive_inside_another_is_kept_closed(settings: Settings, media_folder: object) -> None:
    inner = archive(a_txt=b"x")
    (kept,) = open_files([("piezas.zip", archive(otra_zip=inner))])
    assert (kept.name, kept.content, kept.stored) == ("otra.zip", inner, None)
    assert "comprimido dentro de otro" in kept.note


def test_a_picture_that_is_not_one_is_kept_and_says_so(media_folder: object) -> None:
    (kept,) = open_files([("pieza.png", b"<script>alert(1)</script>")])
    assert (kept.stored, bool(kept.note)) == (None, True)


@settings(max_examples=40)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading_of_a_mail(content: bytes) -> None:
    assert read_mail(content).text is not None
    headers = b"From: a\r\nSubject: " + content.replace(b"\n", b"") + b"\r\nContent-Type: " + content + b"\r\n\r\nx"
    assert isinstance(read_mail(headers).subject, str)


@settings(max_examples=40)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_opening_of_an_archive(content: bytes) -> None:
    whole = archive(a_txt=b"hola")
    for damaged in (content, whole[: len(content) % len(whole)] + content, content + whole):
        try:
            unzip("a.zip", damaged)
        except Refused as refusal:
            assert refusal.message
