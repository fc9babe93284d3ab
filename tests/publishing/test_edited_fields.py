"""Each field of `PublicationChange` is in the form, is saved, is compared and is copied (CONTRIBUTING.md)."""

from uuid import uuid4

import pytest
from django.utils import timezone

from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.edits import EDITED_FIELDS, edited_values
from pregonero.publishing.forms import PublicationForm
from pregonero.publishing.models import Publication
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-3")]
ANOTHER = {"relevance": "3", "link": "https://www.mincit.gov.co/otra"}  # any other field takes a text
fields = pytest.mark.parametrize("name", EDITED_FIELDS)


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def form_with(publication: Publication, name: str) -> dict[str, str]:
    """Return the form with another value of a field."""
    return sent(publication, **{name: ANOTHER.get(name, "Otro valor")})


def test_form_has_each_field_and_no_other() -> None:
    assert set(PublicationForm.base_fields) - {"revision"} == set(EDITED_FIELDS)


@fields
def test_field_is_saved(publication: Publication, beto: Member, name: str) -> None:
    data = form_with(publication, name)
    assert signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", data).status_code == 302
    publication.refresh_from_db()
    assert str(edited_values(publication)[name]) == data[name]


@fields
def test_field_that_is_not_sent_stays(publication: Publication, beto: Member, name: str) -> None:
    before, data = edited_values(publication)[name], sent(publication)
    data.pop(name, None)
    signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", data)
    publication.refresh_from_db()
    assert edited_values(publication)[name] == before


@fields
def test_field_that_differs_is_shown_in_a_conflict(
    publication: Publication, ana: Member, beto: Member, name: str
) -> None:
    data = form_with(publication, name)
    signed_in(ana).post(f"/publicaciones/{publication.pk}/textos/", sent(publication, relevance="2"))
    page = signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", data).content.decode()
    label = str(PublicationForm.base_fields[name].label)
    assert f"<h2>{label}</h2>" in page.partition('id="editor"')[0]


@fields
def test_field_is_copied_into_a_new_draft(publication: Publication, beto: Member, name: str) -> None:
    signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", form_with(publication, name))
    publication.refresh_from_db()
    actions.cancel_publication(publication=publication, reason="Prueba", by=beto, now=timezone.now())
    copy = actions.duplicate_publication(publication=publication, key=uuid4(), by=beto, now=timezone.now())
    assert edited_values(copy)[name] == edited_values(publication)[name]
