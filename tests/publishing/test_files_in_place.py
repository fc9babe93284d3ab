"""Acts on a file without leaving the page: the result or the error beside it, and nothing written is lost."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from tests.films import picture
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("D-1")]


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def upload(publication: Publication, by: Member, account: int, data: bytes, **more: Any) -> HttpResponse:
    fields = sent(publication) | {f"subir{account}-file": SimpleUploadedFile("mapa.png", data)} | more
    path = f"/publicaciones/{publication.pk}/redes/{account}/medios/"
    response: HttpResponse = signed_in(by).post(path, fields, headers={"hx-request": "true"})
    return response


def test_upload_returns_its_account_with_the_result_beside_the_file(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    x = accounts["x"].pk
    page = upload(publication, beto, x, picture("PNG"), **{f"red{x}-text": "Lo nuevo"}).content.decode()
    assert "<html" not in page
    assert page.count('class="pad account-part"') == 1
    beside = page[page.index(f'id="resultado-{x}"') :]
    assert "Imagen agregada en X." in beside[: beside.index("</fieldset>")]
    publication.refresh_from_db()
    assert f'data-kind="saved" data-revision="{publication.revision}"' in page
    assert 'id="review" hx-swap-oob="true"' in page
    assert publication.adaptations.get(account_id=x).text == "Lo nuevo"


def test_upload_for_every_network_returns_the_others_too(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    x = accounts["x"].pk
    page = upload(publication, beto, x, picture("PNG"), **{f"subir{x}-everywhere": "on"}).content.decode()
    assert page.count('class="pad account-part"') == 4


def test_unusable_file_is_refused_beside_it_and_the_texts_are_saved(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    x = accounts["x"].pk
    response = upload(publication, beto, x, b"", **{f"red{x}-text": "Lo nuevo"})
    assert (response.status_code, response["HX-Retarget"]) == (422, f"#resultado-{x}")
    publication.refresh_from_db()
    assert "vacío" in response.content.decode()
    assert f'data-revision="{publication.revision}"' in response.content.decode()
    assert publication.adaptations.get(account_id=x).text == "Lo nuevo"


def test_stale_tab_is_told_beside_the_file_and_nothing_is_attached(
    publication: Publication, ana: Member, beto: Member, accounts: dict[str, Account]
) -> None:
    x = accounts["x"].pk
    stale = sent(publication)
    signed_in(ana).post(f"/publicaciones/{publication.pk}/textos/", stale)
    response = upload(publication, beto, x, picture("PNG"), revision=stale["revision"])
    assert response.status_code == 422
    assert "Ana Rojas guardó cambios" in response.content.decode()
    assert "data-revision" not in response.content.decode()
    assert publication.adaptations.get(account_id=x).attachments.count() == 1


def test_form_with_an_error_names_it_beside_the_file(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    response = upload(publication, beto, accounts["x"].pk, picture("PNG"), link="no es un enlace")
    assert response.status_code == 422
    assert "No se hizo nada. Enlace: " in response.content.decode()


@pytest.mark.parametrize(("act", "words"), [("retiro", "Archivo quitado."), ("antes", "Orden cambiado.")])
def test_other_acts_on_a_file_stay_on_the_page_too(
    publication: Publication, beto: Member, accounts: dict[str, Account], act: str, words: str
) -> None:
    attachment = publication.adaptations.get(account=accounts["x"]).media[0]
    path = f"/publicaciones/{publication.pk}/medios/{attachment.pk}/{act}/"
    response = signed_in(beto).post(path, sent(publication), headers={"hx-request": "true"})
    assert response.status_code == 200
    assert words in response.content.decode()
