"""What is sent after the session ended is kept for the same person and publication (issue 11, item 2)."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing.kept_forms import SALT
from pregonero.publishing.models import KeptForm, Publication
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-6")]
WRITTEN = "Una frase a medias"
GIVEN_BACK = "Recuperamos lo que escribiste."


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def form_of(publication: Publication, by: Member, accounts: dict[str, Account]) -> dict[str, str]:
    """Return the form of a page that a person opened, with a text half written."""
    page = signed_in(by).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    opened_by = re.search(r'name="opened_by" value="([^"]+)"', page)
    assert opened_by
    return sent(publication, opened_by=opened_by[1], **{f"red{accounts['x'].pk}-text": WRITTEN})


def page_of(publication: Publication, by: Member) -> str:
    return signed_in(by).get(f"/publicaciones/{publication.pk}/editor/").content.decode()


@pytest.mark.parametrize("act", ["textos", "programacion", "publicacion", "hora-libre"])
def test_form_sent_without_a_session_is_given_back(
    publication: Publication, beto: Member, accounts: dict[str, Account], act: str
) -> None:
    response = Client().post(f"/publicaciones/{publication.pk}/{act}/", form_of(publication, beto, accounts))
    assert response.status_code == 302
    assert response["Location"].endswith(f"/cuenta/login/?next=/publicaciones/{publication.pk}/editor/")
    page = page_of(publication, beto)
    assert GIVEN_BACK in page
    assert WRITTEN in page
    publication.refresh_from_db()
    assert publication.state == "DRAFT"
    assert publication.adaptations.get(account=accounts["x"]).text != WRITTEN


def test_nobody_else_sees_it(publication: Publication, beto: Member, ana: Member, accounts: dict[str, Account]) -> None:
    Client().post(f"/publicaciones/{publication.pk}/textos/", form_of(publication, beto, accounts))
    page = page_of(publication, ana)
    assert GIVEN_BACK not in page
    assert WRITTEN not in page


def test_saving_it_lets_it_go(publication: Publication, beto: Member, accounts: dict[str, Account]) -> None:
    data = form_of(publication, beto, accounts)
    Client().post(f"/publicaciones/{publication.pk}/textos/", data)
    kept = re.search(r'name="kept" value="(\d+)"', page_of(publication, beto))
    assert kept
    signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", data | {"kept": kept[1]})
    assert publication.adaptations.get(account=accounts["x"]).text == WRITTEN
    assert not KeptForm.objects.exists()


def test_discarding_it_shows_what_is_saved(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    Client().post(f"/publicaciones/{publication.pk}/textos/", form_of(publication, beto, accounts))
    signed_in(beto).post(f"/publicaciones/{publication.pk}/recuperado/")
    assert WRITTEN not in page_of(publication, beto)


def test_what_another_person_saved_meanwhile_is_compared(
    publication: Publication, beto: Member, ana: Member, accounts: dict[str, Account]
) -> None:
    data = form_of(publication, beto, accounts)
    Client().post(f"/publicaciones/{publication.pk}/textos/", data)
    signed_in(ana).post(f"/publicaciones/{publication.pk}/textos/", sent(publication, theme="Otro"))
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", data | {"kept": "1"})
    assert response.status_code == 409
    assert WRITTEN in response.content.decode()


def test_it_is_not_given_back_after_a_day(publication: Publication, beto: Member, accounts: dict[str, Account]) -> None:
    Client().post(f"/publicaciones/{publication.pk}/textos/", form_of(publication, beto, accounts))
    KeptForm.objects.update(at=timezone.now() - timedelta(hours=24, minutes=1))
    assert GIVEN_BACK not in page_of(publication, beto)


@pytest.mark.parametrize("opened_by", ["", "x:y:z", "otro"])
def test_without_the_signature_of_a_page_nothing_is_kept(
    publication: Publication, beto: Member, accounts: dict[str, Account], opened_by: str
) -> None:
    if opened_by == "otro":
        opened_by = signing.dumps([beto.user_id, publication.pk], salt="otra cosa")
    data = form_of(publication, beto, accounts) | {"opened_by": opened_by}
    assert Client().post(f"/publicaciones/{publication.pk}/textos/", data).status_code == 302
    assert not KeptForm.objects.exists()


def test_the_signature_of_an_old_page_does_not_count(
    publication: Publication, beto: Member, accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = form_of(publication, beto, accounts)
    day_later = timezone.now().timestamp() + 24 * 3600 + 60
    monkeypatch.setattr("django.core.signing.time.time", lambda: day_later)
    Client().post(f"/publicaciones/{publication.pk}/textos/", data)
    assert not KeptForm.objects.exists()


def test_form_that_another_person_opened_is_not_saved_in_the_name_of_this_one(
    publication: Publication, beto: Member, ana: Member, accounts: dict[str, Account]
) -> None:
    data = form_of(publication, beto, accounts)
    response = signed_in(ana).post(f"/publicaciones/{publication.pk}/textos/", data)
    assert response.status_code == 409
    assert "la abrió otra persona" in response.content.decode()
    assert publication.adaptations.get(account=accounts["x"]).text != WRITTEN


def test_a_forged_publication_keeps_nothing_that_can_be_read(publication: Publication, beto: Member) -> None:
    opened_by = signing.dumps([beto.user_id, 10**12], salt=SALT)
    response = Client().post(f"/publicaciones/{publication.pk}/textos/", {"opened_by": opened_by})
    assert response.status_code == 302
    assert not KeptForm.objects.exists()


def test_another_person_who_just_saved_is_named(
    publication: Publication, beto: Member, ana: Member, accounts: dict[str, Account]
) -> None:
    words = f"{ana.name} la está editando."
    assert words not in page_of(publication, beto)
    signed_in(ana).post(f"/publicaciones/{publication.pk}/textos/", sent(publication, theme="Otro"))
    assert words in page_of(publication, beto)
    assert words not in page_of(publication, ana)
    Publication.objects.update(edited_at=timezone.now() - timedelta(minutes=3))
    assert words not in page_of(publication, beto)
