"""The pages of pieces: upload, versions side by side, notes by keyboard and in words, and hostile names (D-1, D-4)."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pregonero.media.file_names import safe_name
from pregonero.newsroom.piece_models import Piece, PieceNote
from pregonero.newsroom.pieces.places import AREAS, area_of, centre_of, read_seconds, seconds_text, words_of
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role
from tests.conftest import member
from tests.newsroom.factories import inform
from tests.newsroom.pieces import photograph, version_of
from tests.ui.browser import Answer, answers_of, faults_by_page
from tests.ui.test_text_browser import read as read_as_text

pytestmark = pytest.mark.procedure("D-1")


def jpeg(colour: str, name: str = "foto.jpg") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")


def test_a_designer_uploads_two_photographs_at_once_and_then_another_version(
    client: Client, luis: Member, ana: Member, entity: Entity, media_folder: object
) -> None:
    news, rosa = inform(luis), member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)
    client.force_login(rosa.user)
    form = {"source": news.get_absolute_url(), "title": "Cosecha", "kind": "PHOTOGRAPH", "use": "NETWORKS", "alt": ""}
    files = [jpeg("#0943b5"), jpeg("#0f6b4d", "../../etc/\u202egpj.foto.jpg")]

    assert client.post(reverse("newsroom:create_piece"), form | {"file": files}).status_code == 302
    pieces = Piece.objects.order_by("number")
    assert [str(piece) for piece in pieces] == ["Cosecha (1)", "Cosecha (2)"]

    texts = {"alt": "Una cosecha en el Huila", "what_changed": "La descripción", "authors": [str(ana.pk)]}
    assert client.post(reverse("newsroom:add_piece_version", args=[pieces[0].pk]), texts).status_code == 302
    versions = pieces[0].versions.order_by("number")
    assert [version.alt for version in versions] == ["", "Una cosecha en el Huila"]
    assert versions[0].medium == versions[1].medium
    assert {author.member for author in versions[1].authors.all()} == {rosa, ana}
    again = client.post(reverse("newsroom:add_piece_version", args=[pieces[0].pk]), texts)
    assert (again.status_code, "Es igual a la versión 2" in again.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "una imagen SVG"),
        ("foto.jpg", b"PK\x03\x04" + b"\0" * 60, "un archivo comprimido ZIP"),
        ("vacio.png", b"", "vacío"),
        ("foto.png", None, "dice ser"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_a_reason_and_no_piece_is_left(
    client: Client, luis: Member, media_folder: object, name: str, content: bytes | None, reason: str
) -> None:
    client.force_login(luis.user)
    file = jpeg("red", name) if content is None else SimpleUploadedFile(name, content)
    form = {"source": inform(luis).get_absolute_url(), "title": "x", "kind": "DESIGN", "use": "MEDIA", "file": file}

    answer = client.post(reverse("newsroom:create_piece"), form)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Piece.objects.exists()


def test_a_note_is_written_by_its_part_and_answered_in_the_next_version(
    client: Client, luis: Member, ana: Member, media_folder: object
) -> None:
    piece = photograph(inform(luis), luis)
    client.force_login(ana.user)
    note = {"text": "Falta el logo", "area": "superior-derecha", "must_change": "on", "x": "", "y": ""}
    assert client.post(reverse("newsroom:write_piece_note", args=[piece.pk]), note).status_code == 302
    page = client.get(piece.get_absolute_url()).content.decode()
    assert "Esquina superior derecha." in page
    assert "hay que cambiarlo" in page

    client.force_login(luis.user)
    texts = {"alt": "Una cosecha, con el logo", "what_changed": "El logo"}
    client.post(reverse("newsroom:add_piece_version", args=[piece.pk]), texts)
    page = client.get(piece.get_absolute_url()).content.decode()
    assert "¿se corrigió?" in page
    assert "Sí se corrigió" not in page  # whoever made it does not say so
    client.force_login(ana.user)
    assert "Sí se corrigió" in client.get(piece.get_absolute_url()).content.decode()


@pytest.mark.procedure("N-6", "D-4")
def test_the_pages_have_no_faults_and_work_in_a_text_browser(
    luis: Member, ana: Member, tmp_path: object, media_folder: object
) -> None:
    client = Client()
    client.force_login(luis.user)
    news = inform(luis)
    form = {"source": news.get_absolute_url(), "title": "Cosecha", "kind": "PHOTOGRAPH", "use": "NETWORKS"}
    client.post(reverse("newsroom:create_piece"), form | {"file": jpeg("#0943b5"), "alt": "Una cosecha"})
    piece = Piece.objects.get()
    note = {"text": "Falta el logo", "area": "inferior-izquierda", "must_change": "on"}
    client.post(reverse("newsroom:write_piece_note", args=[piece.pk]), note)
    second = {"alt": "Una cosecha de café", "what_changed": "La descripción"}
    client.post(reverse("newsroom:add_piece_version", args=[piece.pk]), second)
    own = piece.get_absolute_url()
    paths = ["/piezas/", "/piezas/nueva/", own, f"{own}version/", f"{own}comparacion/", f"{own}retiro/"]
    shown = reverse("media:file", args=[version_of(piece).medium_id])
    answers = answers_of(client, paths) | {shown: Answer(200, {"Content-Type": "image/jpeg"}, jpeg("#0943b5").read())}

    assert {answer.status for answer in answers.values()} == {200}
    assert faults_by_page(answers, paths) == {}
    text = " ".join(read_as_text("links", answers[own].body, tmp_path).split())  # type: ignore[arg-type]
    assert "Esquina inferior izquierda" in text
    assert "¿se corrigió?" in text


@given(x=st.integers(0, 1000), y=st.integers(0, 1000))
def test_every_spot_has_its_words(x: int, y: int) -> None:
    area = area_of(x, y)
    assert area_of(*centre_of(area)) == area
    assert words_of(PieceNote(x=x, y=y)) == AREAS[area]


@given(st.integers(0, 35_999))
def test_seconds_are_read_as_they_are_written(tenths: int) -> None:
    seconds = tenths / 10
    assert read_seconds(seconds_text(seconds)) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(12, 12, "segundo 12"), (12, 15.5, "del segundo 12 al 15,5"), (5, 65, "del minuto 0:05 al 1:05")],
)
def test_a_range_of_seconds_in_words(start: float, end: float, words: str) -> None:
    assert words_of(PieceNote(from_second=start, to_second=end)) == words


@given(st.text(max_size=300))
def test_any_name_of_a_file_becomes_harmless(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe) <= 120
    assert not set("/\\\0\u202e\u2066\u200f\n") & set(safe)
    assert safe not in {".", ".."}
