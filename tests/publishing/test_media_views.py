"""The forms of the editor for files, and the signed addresses of files."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.signed_addresses import signed_address
from pregonero.media.store import store_upload
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing import media_versions, queries
from pregonero.publishing.actions.media_versions import finish_conversion
from pregonero.publishing.models import Adaptation, Attachment, MediaConversion, Publication
from tests.films import CAPTIONS, film, picture
from tests.media.test_hdr_pictures import BT2020, PQ, png
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("D-1")]


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def x_of(publication: Publication) -> Adaptation:
    return next(each for each in queries.adaptations_of(publication) if each.account.network == "x")


def upload(publication: Publication, by: Member, data: bytes, name: str = "mapa.png", **more: str) -> str:
    """Send a file for X, with everything else of the form; return the page that follows."""
    account = x_of(publication).account_id
    publication.refresh_from_db()
    fields: dict[str, Any] = sent(publication, **{f"red{account}-text": "Con un mapa"})
    fields |= {f"subir{account}-{key}": value for key, value in more.items()}
    fields[f"subir{account}-file"] = SimpleUploadedFile(name, data)
    path = f"/publicaciones/{publication.pk}/redes/{account}/medios/"
    return signed_in(by).post(path, fields, follow=True).content.decode()


def press(publication: Publication, by: Member, act: str, attachment: Attachment, **more: Any) -> str:
    publication.refresh_from_db()
    path = f"/publicaciones/{publication.pk}/medios/{attachment.pk}/{act}/"
    return signed_in(by).post(path, {**sent(publication), **more}, follow=True).content.decode()


def page_of(publication: Publication, member: Member) -> str:
    """Return the page of a publication, with its records."""
    response = signed_in(member).get(f"/publicaciones/{publication.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_an_upload_adds_the_file_and_saves_the_texts_of_the_form(publication: Publication, beto: Member) -> None:
    page = upload(publication, beto, picture("PNG"), alt="Un mapa")
    assert "Imagen agregada en X." in page
    adaptation = x_of(publication)
    assert adaptation.text == "Con un mapa"
    assert [(each.medium.mime, each.alt) for each in adaptation.media] == [
        ("image/jpeg", "Gráfica de barras"),
        ("image/png", "Un mapa"),
    ]
    assert adaptation.media[1].medium.uploaded_by == beto


@pytest.mark.procedure("N-6")
def test_description_of_a_file_is_asked_once_for_all_its_networks(publication: Publication, beto: Member) -> None:
    upload(publication, beto, picture("PNG"), everywhere="on")
    new = Attachment.objects.filter(adaptation__publication=publication, medium__mime="image/png").order_by("pk")
    first, second, *_ = new
    publication.refresh_from_db()
    words = {f"medio{first.pk}-alt": "Un mapa", f"medio{second.pk}-alt_missing_because": "Es un adorno."}
    signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", sent(publication, **words))
    assert [each.alt for each in new.all()] == ["Un mapa", "", "Un mapa"]


def test_several_uploads_at_once_name_those_that_are_refused(publication: Publication, beto: Member) -> None:
    account = x_of(publication).account_id
    files = [("mapa.png", picture("PNG")), ("nota.pdf", b"%PDF-1.4"), ("foto.jpg", picture("JPEG", (640, 480)))]
    fields: dict[str, Any] = dict(sent(publication))
    fields[f"subir{account}-file"] = [SimpleUploadedFile(name, data) for name, data in files]
    path = f"/publicaciones/{publication.pk}/redes/{account}/medios/"
    page = signed_in(beto).post(path, fields, follow=True).content.decode()
    assert "Imagen agregada en X. Imagen agregada en X." in page
    assert "«nota.pdf»: " in page
    assert [each.medium.mime for each in x_of(publication).media][1:] == ["image/png", "image/jpeg"]


def test_an_upload_for_every_network_reaches_those_that_accept_it(publication: Publication, beto: Member) -> None:
    page = upload(publication, beto, picture("PNG"), alt="Un mapa", everywhere="on")
    assert "Imagen agregada en 3 redes." in page
    counts = {each.account.network: len(each.media) for each in queries.adaptations_of(publication)}
    assert counts == {"x": 2, "facebook": 1, "instagram": 2, "youtube": 1}


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [(b"", "mapa.png", "vacío"), (picture("PNG"), "mapa.jpg", "dice ser JPEG y por dentro es PNG"),
     (b"<svg onload='alert(1)'/>", "mapa.png", "es una imagen SVG"), (picture()[:300], "mapa.jpg", "dañada")],
)  # fmt: skip
def test_an_unusable_file_is_refused_with_its_reason_and_not_stored(
    publication: Publication, beto: Member, data: bytes, name: str, words: str
) -> None:
    media = Medium.objects.count()
    assert words in upload(publication, beto, data, name)
    adaptation = x_of(publication)
    assert (len(adaptation.media), adaptation.text, Medium.objects.count()) == (1, "Con un mapa", media)


@pytest.mark.parametrize(
    ("data", "what"), [(b"%PDF-1.7\n", "un documento PDF"), (b"RIFF\x24\0\0\0WAVEfmt ", "un sonido WAV")]
)
def test_a_file_that_no_network_takes_is_named_with_what_each_network_takes(
    publication: Publication, beto: Member, data: bytes, what: str
) -> None:
    page = upload(publication, beto, data, "archivo")
    assert f"El archivo es {what}: se reciben imágenes (JPEG, PNG, GIF, WebP, HEIC o AVIF)" in page
    for accepted in ("X recibe JPG, PNG, GIF, WEBP, MP4, MOV.", "Instagram recibe JPG, MP4, MOV."):
        assert accepted in page


def test_a_heic_is_uploaded_as_a_jpeg(publication: Publication, beto: Member) -> None:
    output = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (640, 480), "#0943b5")).save(output)
    page = upload(publication, beto, output.getvalue(), "IMG_0001.HEIC", alt="Un mapa")
    assert "Imagen agregada en X. Antes hubo que convertir a JPEG en sRGB." in page
    medium = x_of(publication).media[1].medium
    assert medium.mime == "image/jpeg"
    assert medium.made_from is not None
    assert (medium.made_from.mime, medium.made_how["steps"][0]) == ("image/heic", "convertir a JPEG en sRGB")


def test_the_page_says_where_it_goes_out_after_each_act_on_a_file(publication: Publication, beto: Member) -> None:
    client, path, first = signed_in(beto), f"/publicaciones/{publication.pk}", x_of(publication).media[0]
    live = client.post(f"{path}/revision/", sent(publication)).content.decode()
    assert '<span id="destinations" hx-swap-oob="true">X, ' in live
    assert f'id="faltas-{first.pk}"\n    hx-swap-oob="true"' in live
    answer = client.post(f"{path}/medios/{first.pk}/retiro/", sent(publication), headers={"HX-Request": "true"})
    assert '<span id="destinations" hx-swap-oob="true">X, ' in answer.content.decode()


def test_an_hdr_picture_says_what_was_done_to_it(publication: Publication, beto: Member) -> None:
    page = upload(publication, beto, png(BT2020, PQ, (0.5, 0.5, 0.5)), alt="Un mapa")
    assert "Imagen agregada en X. Antes hubo que pasar de HDR (PQ) al color de cualquier pantalla." in page


def test_a_file_of_an_earlier_publication_is_used_with_its_description(
    publication: Publication, news: News, beto: Member, luis: Member, dario: Member
) -> None:
    upload(publication, beto, picture("PNG"), alt="Un mapa")
    medium = x_of(publication).media[1].medium
    other = drafted(news, beto, timezone.now())
    path = f"/publicaciones/{other.pk}/redes/{x_of(other).account_id}/medios/{medium.pk}/"
    editor = signed_in(beto).get(f"/publicaciones/{other.pk}/editor/").content.decode()
    assert "Usar un archivo de antes" in editor
    assert f'formaction="{path}"' in editor
    page = signed_in(beto).post(path, sent(other), follow=True).content.decode()
    assert "Imagen agregada en X." in page
    assert [(each.medium_id, each.alt) for each in x_of(other).media][-1] == (medium.pk, "Un mapa")
    assert f'formaction="{path}"' not in page  # it has it already
    other.refresh_from_db()
    assert signed_in(luis).post(path, sent(other)).status_code == 403
    assert signed_in(dario).post(path, sent(other)).status_code == 404
    unused = save_upload(stored=store_upload(iter([picture("PNG", (70, 50))]), "x.png"), by=beto, now=timezone.now())
    other.refresh_from_db()
    refused = signed_in(beto).post(path.replace(f"/{medium.pk}/", f"/{unused.pk}/"), sent(other), follow=True)
    assert "Imagen agregada" not in refused.content.decode()


def test_an_upload_over_the_limit_shows_the_limit(
    publication: Publication, beto: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pregonero.media.upload_handlers.MAX_UPLOAD_BYTES", 10)
    assert "El archivo pesa más de" in upload(publication, beto, picture("PNG"))
    assert len(x_of(publication).media) == 1


def test_the_buttons_change_the_order(publication: Publication, beto: Member) -> None:
    upload(publication, beto, picture("PNG"), alt="Un mapa")
    press(publication, beto, "antes", x_of(publication).media[1])
    assert [each.medium.mime for each in x_of(publication).media] == ["image/png", "image/jpeg"]
    press(publication, beto, "retiro", x_of(publication).media[0])
    assert [each.medium.mime for each in x_of(publication).media] == ["image/jpeg"]


def test_the_issues_of_a_file_are_shown_with_the_conversion_that_corrects_them(
    publication: Publication, beto: Member
) -> None:
    instagram = next(each for each in queries.adaptations_of(publication) if each.account.network == "instagram")
    upload(publication, beto, picture("PNG", (300, 100)), alt="Un mapa", everywhere="on")
    wide = next(each for each in instagram.attachments.select_related("medium").order_by("-position"))
    page = signed_in(beto).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    assert "La imagen 2 es PNG: Instagram recibe JPG." in page
    assert "Recortar, dejando el centro y guardar como JPEG en sRGB" in page
    assert 'viewBox="0 0 191 100"' in page
    assert "Arreglar para Instagram" in page
    assert re.search(r'viewBox="0 0 \d+ \d+"', page)
    said = press(
        publication, beto, "arreglo", wide, **{f"arreglo{wide.pk}-ratio": "1:1", f"arreglo{wide.pk}-focus": "top"}
    )
    assert "Listo: recortar, dejando lo de arriba" in said
    wide.refresh_from_db()
    assert (wide.medium.mime, wide.medium.width, wide.medium.height) == ("image/jpeg", 100, 100)
    assert "Cambió imágenes o videos" in page_of(publication, beto)


@pytest.mark.procedure("M-2")
def test_the_page_of_a_publication_with_a_converted_video_is_shown(
    publication: Publication, beto: Member, tmp_path: Path
) -> None:
    (attachment,) = next(x for x in queries.adaptations_of(publication) if x.account.network == "youtube").media
    conversion = MediaConversion.objects.create(
        adaptation=attachment.adaptation,
        medium=attachment.medium,
        plan={"steps": ["convertir a MP4"]},
        asked_by=beto,
        asked_at=timezone.now(),
        state="WORKING",
    )
    stored = store_upload(iter([film(tmp_path / "v.mp4").read_bytes()]), "v.mp4")
    finish_conversion(conversion=conversion, stored=stored, now=timezone.now())
    assert "Cambió imágenes o videos" in page_of(publication, beto)


@pytest.mark.procedure("N-6")
def test_captions_are_uploaded_for_a_video(publication: Publication, beto: Member) -> None:
    youtube = next(each for each in queries.adaptations_of(publication) if each.account.network == "youtube")
    (video,) = youtube.media
    file = SimpleUploadedFile("s.vtt", CAPTIONS)
    assert "Subtítulos agregados." in press(
        publication, beto, "subtitulos", video, **{f"junto{video.pk}-captions": file}
    )
    video.refresh_from_db()
    assert video.captions is not None
    assert video.captions_missing_because == ""
    wrong = SimpleUploadedFile("s.vtt", b"hola")
    assert "no tiene subtítulos" in press(
        publication, beto, "subtitulos", video, **{f"junto{video.pk}-captions": wrong}
    )
    picture_file = SimpleUploadedFile("m.jpg", picture())
    assert "Miniatura agregada." in press(
        publication, beto, "miniatura", video, **{f"junto{video.pk}-thumbnail": picture_file}
    )


def test_the_progress_of_a_conversion_is_shown(publication: Publication, beto: Member, dario: Member) -> None:
    adaptation = x_of(publication)
    conversion = MediaConversion.objects.create(
        adaptation=adaptation,
        medium=adaptation.media[0].medium,
        plan={},
        asked_by=beto,
        asked_at=timezone.now(),
        state="WORKING",
        percent=42,
    )
    path = f"/versiones/{conversion.pk}/"
    page = signed_in(beto).get(path).content.decode()
    assert "42 %" in page
    assert 'hx-trigger="every 2s"' in page
    assert "42 %" in signed_in(beto).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    MediaConversion.objects.update(state="FAILED", reason="El video está dañado.")
    page = signed_in(beto).get(path).content.decode()
    assert "No se pudo: El video está dañado." in page
    assert "hx-trigger" not in page
    assert signed_in(dario).get(path).status_code == 404


def test_the_format_reel_is_offered_where_the_network_has_it(
    publication: Publication, beto: Member, accounts: dict[str, Account], tmp_path: Path
) -> None:
    facebook = accounts["facebook"].pk
    client = signed_in(beto)
    publication.refresh_from_db()
    made = SimpleUploadedFile("v.mp4", film(tmp_path / "v.mp4").read_bytes())
    fields = {**sent(publication), f"subir{facebook}-file": made, f"subir{facebook}-because": "No tiene voz."}
    client.post(f"/publicaciones/{publication.pk}/redes/{facebook}/medios/", fields)
    assert f'name="red{facebook}-format"' in client.get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    publication.refresh_from_db()
    data = sent(publication, **{f"red{facebook}-format": "reel"})
    client.post(f"/publicaciones/{publication.pk}/textos/", data)
    assert publication.adaptations.get(account_id=facebook).format == "reel"
    page = client.get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    assert "Facebook necesita al menos 3" in page
    assert media_versions.medium_parts([], [], []) == ()


class TestAddress:
    """The signed address of one file, as networks ask for it."""

    @pytest.fixture
    def path(self, picture: Medium) -> str:
        return signed_address(picture).partition("8800")[2]

    def test_its_head_is_asked_for_without_its_body(self, path: str, picture: Medium) -> None:
        response = Client().head(path)
        assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
        assert int(response["Content-Length"]) == picture.size

    def test_it_is_never_taken_for_something_else(self, path: str) -> None:
        response = Client().get(path)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "text/html" not in response["Content-Type"]

    @pytest.mark.parametrize(
        ("asked", "status", "start", "length"),
        [("bytes=0-9", 206, 0, 10), ("bytes=100-", 206, 100, None), ("bytes=-5", 206, -5, 5)],
    )
    def test_a_part_of_it_is_that_part(
        self, path: str, picture: Medium, settings: Any, asked: str, status: int, start: int, length: int | None
    ) -> None:
        whole = (Path(settings.MEDIA_FOLDER) / picture.file).read_bytes()
        response: Any = Client().get(path, headers={"Range": asked})
        body = b"".join(response.streaming_content)
        expected = whole[start:] if length is None or start < 0 else whole[start : start + length]
        assert (response.status_code, body) == (status, expected)
        assert response["Content-Range"].endswith(f"/{len(whole)}")

    def test_what_is_beyond_it_is_said(self, path: str, picture: Medium) -> None:
        response = Client().get(path, headers={"Range": "bytes=999999-"})
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{picture.size}"

    def test_it_lasts_six_hours_and_not_more(self, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        import time

        now = time.time()
        monkeypatch.setattr("django.core.signing.time.time", lambda: now + timedelta(hours=5.9).total_seconds())
        assert Client().get(path).status_code == 200
        monkeypatch.setattr("django.core.signing.time.time", lambda: now + timedelta(hours=6.1).total_seconds())
        assert Client().get(path).status_code == 404

    @pytest.mark.parametrize("listing", ["/medios/", "/medios/aa/", "/media/", "/var/media/"])
    def test_nothing_is_listed(self, listing: str) -> None:
        assert Client().get(listing).status_code in {302, 404}
        assert "jpg" not in Client().get(listing).content.decode()
