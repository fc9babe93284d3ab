"""The pages of the programme and the editor, as a browser asks for them."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.media.models import Medium
from pregonero.media.signed_addresses import signed_address
from pregonero.networks.models import Account
from pregonero.newsroom.actions.news import inform_news
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.models import Attachment, Publication
from tests.publishing.test_states import put
from tests.stage import drafted, programmed

pytestmark = pytest.mark.usefixtures("accounts")


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def sent(publication: Publication, **changes: str) -> dict[str, str]:
    """Return what the editor's form would send, with changes."""
    at = timezone.localtime() + timedelta(hours=2)
    data = {
        "why": publication.why,
        "theme": publication.theme,
        "relevance": "1",
        "link": publication.link,
        "revision": str(publication.revision),
        "day": f"{at:%Y-%m-%d}",
        "hour": f"{at:%H:%M}",
    }
    for adaptation in publication.adaptations.all():
        prefix = f"red{adaptation.account_id}"
        data |= {
            f"{prefix}-text": adaptation.text,
            f"{prefix}-title": adaptation.title,
        }
        for attachment in adaptation.media:
            data[f"medio{attachment.pk}-alt"] = attachment.alt
            data[f"medio{attachment.pk}-captions_missing_because"] = attachment.captions_missing_because
    return data | changes


@pytest.mark.procedure("P-2")
def test_the_programme_of_today_and_of_a_day(ana: Member) -> None:
    client = signed_in(ana)
    assert "<title>Parrilla: " in client.get("/parrilla/").content.decode()
    page = client.get("/parrilla/2026-11-24/").content.decode()
    assert "Martes 24 de noviembre" in page
    assert "Ninguna publicación." in page


@pytest.mark.parametrize("day", ["2026-02-30", "ayer", "2026-13-01"])
def test_a_day_that_does_not_exist_is_not_found(ana: Member, day: str) -> None:
    assert signed_in(ana).get(f"/parrilla/{day}/").status_code == 404


@pytest.mark.parametrize("name", ["today", "start"])
def test_without_signing_in_there_is_only_the_door(name: str) -> None:
    response = Client().get(reverse(f"publishing:{name}"))
    assert response.status_code == 302
    assert "/cuenta/login/" in response["Location"]


@pytest.mark.procedure("P-6")
def test_a_double_click_starts_one_publication(news: News, ana: Member) -> None:
    client, data = signed_in(ana), {"source": news.ref.reference, "key": str(uuid4()), "hour": "11:30"}
    first, second = client.post("/publicaciones/borradores/", data), client.post("/publicaciones/borradores/", data)
    assert first["Location"] == second["Location"]
    assert first["Location"].endswith("?hora=11:30")
    assert Publication.objects.count() == 1


@pytest.mark.procedure("N-1")
def test_a_candidate_cannot_be_started_by_its_address(candidate: News, ana: Member) -> None:
    response = signed_in(ana).post(
        "/publicaciones/borradores/", {"source": candidate.ref.reference, "key": str(uuid4())}
    )
    assert response.status_code == 409
    assert "informada" in response.content.decode()


def test_the_editor_shows_a_text_for_each_network(publication: Publication, beto: Member) -> None:
    page = signed_in(beto).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    for label in ("Texto para X", "Texto para Facebook", "Texto para Instagram", "Texto para YouTube"):
        assert label in page
    assert "No falta nada" in page


@pytest.mark.parametrize("act", ["editor", "textos", "revision", "programacion", "enlace", "cancelacion"])
def test_nobody_of_another_entity_finds_it(publication: Publication, dario: Member, act: str) -> None:
    client = signed_in(dario)
    call = client.get if act == "editor" else client.post
    assert call(f"/publicaciones/{publication.pk}/{act}/").status_code == 404


@pytest.mark.parametrize("act", ["textos", "programacion"])
def test_whoever_only_reads_cannot_write(publication: Publication, luis: Member, act: str) -> None:
    response = signed_in(luis).post(f"/publicaciones/{publication.pk}/{act}/", sent(publication))
    assert response.status_code == 403
    assert "Tu rol no permite" in response.content.decode()


def test_saving_keeps_what_was_written(publication: Publication, beto: Member, accounts: dict[str, Account]) -> None:
    data = sent(publication, **{f"red{accounts['x'].pk}-text": "Otro texto\r\ncon dos líneas"})
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/textos/", data)
    assert response.status_code == 302
    assert publication.adaptations.get(account=accounts["x"]).text == "Otro texto\ncon dos líneas"


def test_a_stale_tab_is_told_who_saved(publication: Publication, beto: Member) -> None:
    client, data = signed_in(beto), sent(publication)
    client.post(f"/publicaciones/{publication.pk}/textos/", data)
    response = client.post(f"/publicaciones/{publication.pk}/textos/", data)
    assert response.status_code == 409
    assert "Beto Mora guardó cambios" in response.content.decode()


def test_a_stale_tab_shows_both_and_loses_nothing(
    publication: Publication, ana: Member, beto: Member, accounts: dict[str, Account]
) -> None:
    name = f"red{accounts['x'].pk}-text"
    path, stale = f"/publicaciones/{publication.pk}/textos/", sent(publication)
    signed_in(ana).post(path, stale | {name: "Lo de Ana"})
    client = signed_in(beto)
    response = client.post(path, stale | {name: "Lo de Beto"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Ana Rojas guardó cambios a las" in page
    assert page.index("Lo de Ana") < page.index("Lo de Beto")
    again = dict(re.findall(r'name="(revision)" value="(\d+)"', page))
    assert client.post(path, stale | again | {name: "Lo de los dos"}).status_code == 302
    assert publication.adaptations.get(account=accounts["x"]).text == "Lo de los dos"


@pytest.mark.procedure("P-3")
def test_a_text_without_its_link_is_said_and_the_link_added_by_a_button(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    client, x = signed_in(beto), accounts["x"]
    path = f"/publicaciones/{publication.pk}/"
    assert "no lleva el enlace" not in client.get(f"{path}editor/").content.decode()
    bare = sent(publication, **{f"red{x.pk}-text": "Sin enlace"})
    assert "El texto de X no lleva el enlace" in client.post(f"{path}revision/", bare).content.decode()
    client.post(f"{path}redes/{x.pk}/enlace/", bare)
    assert publication.adaptations.get(account=x).text == f"Sin enlace\n\n{publication.link}"
    assert "no lleva el enlace" not in client.get(f"{path}editor/").content.decode()


def test_the_note_of_who_informed_reaches_the_editor(candidate: News, luis: Member, beto: Member) -> None:
    now = timezone.now()
    informed = inform_news(news=candidate, reference="", note="La cifra es preliminar.", by=luis, now=now)
    draft = drafted(informed, beto, now)
    page = signed_in(beto).get(f"/publicaciones/{draft.pk}/editor/").content.decode()
    assert "Nota de Luis Peña" in page
    assert "La cifra es preliminar." in page


@pytest.mark.parametrize("state", ["DRAFT", "PROGRAMMED", "PUBLISHED", "CANCELLED"])
def test_a_publication_in_any_state_is_copied_into_a_new_draft(
    state: str, publication: Publication, beto: Member
) -> None:
    client, path = signed_in(beto), f"/publicaciones/{publication.pk}/"
    key = {"key": str(uuid4())}
    if state != "DRAFT":
        client.post(f"{path}programacion/", sent(publication))
    if state == "CANCELLED":
        client.post(f"{path}cancelacion/", {"reason": "Cambió la cifra."})
    if state == "PUBLISHED":
        for delivery in Delivery.objects.filter(subject_id=publication.pk).order_by("pk"):
            put(delivery, DeliveryState.PUBLISHED)
    publication.refresh_from_db()
    before = publication.state
    assert "Duplicar como borrador" in client.get(path).content.decode()
    first, second = (client.post(f"{path}retoma/", key)["Location"] for _ in range(2))
    assert first == second
    draft = Publication.objects.exclude(pk=publication.pk).get()
    both = (publication, draft)
    assert (draft.state, draft.why, draft.theme, draft.link) == (
        "DRAFT",
        publication.why,
        publication.theme,
        publication.link,
    )
    texts = [list(each.adaptations.order_by("account_id").values_list("text", "skipped")) for each in both]
    media = [
        list(
            Attachment.objects.filter(adaptation__publication=each)
            .order_by("adaptation__account_id", "position")
            .values_list("medium_id", "alt")
        )
        for each in both
    ]
    assert texts[0] == texts[1]
    assert media[0] == media[1] != []
    publication.refresh_from_db()
    assert publication.state == before
    assert not Delivery.objects.filter(subject_id=draft.pk).exists()
    message = f"Nuevo borrador {draft.number}: copia de {publication.number}."
    assert message in client.get(f"/publicaciones/{draft.pk}/editor/").content.decode()


def test_nobody_copies_without_the_right_or_from_another_entity(
    publication: Publication, luis: Member, dario: Member
) -> None:
    path, key = f"/publicaciones/{publication.pk}/retoma/", {"key": str(uuid4())}
    assert signed_in(luis).post(path, key).status_code == 403
    assert signed_in(dario).post(path, key).status_code == 404


@pytest.mark.procedure("P-2")
def test_a_very_full_hour_has_pages(publication: Publication, beto: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(beto)
    client.post(f"/publicaciones/{publication.pk}/programacion/", sent(publication))
    at = timezone.localtime(Delivery.objects.filter(subject_id=publication.pk).order_by("pk")[0].due_at)
    monkeypatch.setattr("pregonero.publishing.queries.calendar_pages.MOST_IN_HOUR", 0)
    monkeypatch.setattr("pregonero.publishing.views.calendar.PAGE_SIZE", 3)
    hour = f"/parrilla/{at:%Y-%m-%d}/{at.hour}/"
    assert f'href="{hour}"' in client.get(f"/parrilla/{at:%Y-%m-%d}/").content.decode()
    assert "Página 1 de 2" in client.get(hour).content.decode()
    assert "4 a 4" in client.get(f"{hour}?pagina=2").content.decode()
    assert client.get(f"/parrilla/{at:%Y-%m-%d}/24/").status_code == 404


def test_a_network_is_left_out_with_its_reason(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    prefix = f"red{accounts['youtube'].pk}"
    client, address = signed_in(beto), f"/publicaciones/{publication.pk}/textos/"
    response = client.post(address, sent(publication, **{f"{prefix}-switch": "1"}))
    assert response.status_code == 422
    assert "Escribe por qué no" in response.content.decode()
    client.post(address, sent(publication, **{f"{prefix}-switch": "1", f"{prefix}-skip_reason": "Sin video"}))
    assert publication.adaptations.get(account=accounts["youtube"]).skipped


@pytest.mark.procedure("P-6")
def test_programming_leaves_it_programmed_and_opens_its_file(publication: Publication, beto: Member) -> None:
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/programacion/", sent(publication))
    assert response["Location"] == f"/publicaciones/{publication.pk}/"
    publication.refresh_from_db()
    assert (publication.state, Delivery.objects.filter(subject_id=publication.pk).count()) == ("PROGRAMMED", 4)


def test_a_minute_that_passed_is_said_beside_the_hour(publication: Publication, beto: Member) -> None:
    data = sent(publication, day="2026-01-05", hour="08:00")
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/programacion/", data)
    assert response.status_code == 422
    assert "Esa hora ya pasó" in response.content.decode()
    assert not Delivery.objects.filter(subject_id=publication.pk).exists()


def test_a_text_over_the_limit_says_which_and_by_how_much(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    data = sent(publication, **{f"red{accounts['x'].pk}-text": "a" * 292})
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/programacion/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "12" in page
    assert "280" in page
    assert "Tus textos quedaron guardados, pero no se programó:" in page
    assert not Delivery.objects.filter(subject_id=publication.pk).exists()


@pytest.mark.procedure("D-4")
def test_a_dead_link_is_not_programmed(publication: Publication, beto: Member, settings: Any) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = []
    data = sent(publication, link="http://127.0.0.1:9/noticia")
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/programacion/", data)
    assert response.status_code == 422
    assert not Delivery.objects.filter(subject_id=publication.pk).exists()
    assert publication.link_checks.order_by("-pk").first().problem in response.content.decode()  # type: ignore[union-attr]


def test_the_review_judges_without_saving(publication: Publication, beto: Member, accounts: dict[str, Account]) -> None:
    data = sent(publication, **{f"red{accounts['x'].pk}-text": "a" * 281})
    response = signed_in(beto).post(f"/publicaciones/{publication.pk}/revision/", data)
    page = response.content.decode()
    assert "281 de 280: sobra 1" in page
    assert "<html" not in page
    assert publication.adaptations.get(account=accounts["x"]).text != "a" * 281


def test_what_a_person_wrote_is_never_markup(
    publication: Publication, beto: Member, accounts: dict[str, Account]
) -> None:
    data = sent(publication, **{f"red{accounts['x'].pk}-text": "<script>alert(1)</script> & http://a.co/<b>"})
    page = signed_in(beto).post(f"/publicaciones/{publication.pk}/revision/", data).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_stopping_needs_a_reason(news: News, beto: Member, now: datetime) -> None:
    publication = programmed(news, beto, now, due_at=now + timedelta(hours=1))
    client, address = signed_in(beto), f"/publicaciones/{publication.pk}/cancelacion/"
    client.post(address, {"reason": ""})
    publication.refresh_from_db()
    assert publication.state == "PROGRAMMED"
    client.post(address, {"reason": "Cambió la cifra"})
    publication.refresh_from_db()
    assert publication.state == "CANCELLED"


class TestMedium:
    """The signed address of one file, for networks that fetch media."""

    def test_it_serves_that_file_without_signing_in(self, picture: Medium) -> None:
        response = Client().get(signed_address(picture).partition("8800")[2])
        assert response["Content-Type"] == "image/jpeg"
        assert len(b"".join(response.streaming_content)) == picture.size  # type: ignore[arg-type]

    def test_a_forged_address_is_not_found(self, picture: Medium) -> None:
        address = signed_address(picture).partition("8800")[2]
        assert Client().get(address.replace("aaaa", "bbbb", 1)).status_code == 404

    def test_it_ends(self, picture: Medium, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        address = signed_address(picture).partition("8800")[2]
        monkeypatch.setattr("pregonero.media.signed_addresses.VALID_FOR", timedelta(seconds=-1))
        assert Client().get(address).status_code == 404
