"""The pages of approvals: what each person finds, and the address that a phone opens (P-4, P-5)."""

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.newsroom.approval_models import Approval, GuestLink, SendBack, Sending
from pregonero.newsroom.approvals.links import SALT, VALID_FOR, phone_path
from pregonero.newsroom.models import News
from pregonero.newsroom.piece_models import Piece
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.roles import Role
from tests.conftest import member
from tests.newsroom.approvals import approve, send
from tests.newsroom.factories import inform
from tests.newsroom.pieces import photograph, second_version, version_of

pytestmark = pytest.mark.procedure("P-4")


@pytest.fixture
def rosa(entity: Entity) -> Member:
    return member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)


@pytest.fixture
def news(luis: Member) -> News:
    return inform(luis)


@pytest.fixture
def piece(news: News, rosa: Member, carmen: Member) -> Piece:
    return photograph(news, rosa)


def at(name: str, piece: Piece) -> str:
    return reverse(f"newsroom:{name}", args=[piece.pk])


def seen(piece: Piece) -> dict[str, str]:
    version = version_of(piece)
    return {"version": str(version.pk), "digest": version.digest}


def page_of(client: Client, person: Member, path: str) -> str:
    client.force_login(person.user)
    return client.get(path).content.decode()


def test_the_page_offers_each_person_what_they_may_do(
    client: Client, carmen: Member, ana: Member, rosa: Member, piece: Piece
) -> None:
    path = at("approval", piece)
    assert "Aprobar la versión 1" in page_of(client, carmen, path)
    assert "Aprobar la versión 1" not in page_of(client, ana, path)
    assert "vía urgente" in page_of(client, ana, path)
    mine = page_of(client, rosa, path)
    assert not [words for words in ("Aprobar la", "vía urgente", "Hacer el enlace") if words in mine]


def test_the_author_who_coordinates_reads_why_the_button_does_nothing(
    client: Client, carmen: Member, news: News
) -> None:
    own = photograph(news, carmen)
    assert "Nadie aprueba su propia pieza" in page_of(client, carmen, at("approval", own))
    assert "Nadie aprueba su propia pieza" in page_of(client, carmen, phone_path(version_of(own), now=timezone.now()))
    answer = client.post(at("approve_piece", own), seen(own))
    assert answer.status_code == 403
    assert "Nadie aprueba su propia pieza" in answer.content.decode()
    assert not Approval.objects.exists()


def test_the_approver_is_told_with_a_link_that_opens_the_piece_alone(
    client: Client, carmen: Member, rosa: Member, piece: Piece
) -> None:
    second_version(piece, rosa)
    notice = Notice.objects.get(member=carmen, kind="piece.to_approve:2")
    assert notice.path.startswith("/piezas/aprobar/")
    assert client.get(notice.path).status_code == 302  # it needs the session
    page = page_of(client, carmen, phone_path(version_of(piece), now=timezone.now()))
    assert "Sí, aprobar la versión 2" in page
    client.post(at("approve_piece", piece), seen(piece))
    assert Approval.objects.get().version == version_of(piece)
    notice.refresh_from_db()
    assert notice.seen_at is not None


def test_a_phone_link_expires_and_cannot_be_forged(
    client: Client, carmen: Member, dario: Member, rosa: Member, piece: Piece
) -> None:
    now, version = timezone.now(), version_of(piece)
    client.force_login(carmen.user)
    late = phone_path(version, now=now - VALID_FOR)
    other = signing.Signer(salt="otra").sign(f"{version.pk}.{int(now.timestamp()) + 999}")
    forged = [f"/piezas/aprobar/{token}/" for token in ("x", f"{version.pk}.99999999999:AAAA", other)]
    for path in (late, *forged):
        answer = client.get(path)
        assert (answer.status_code, "venció o está incompleto" in answer.content.decode()) == (404, True), path
    old = phone_path(version, now=now)
    second_version(piece, rosa)
    page = client.get(old).content.decode()
    assert "Llegó una versión nueva." in page
    assert "Sí, aprobar" not in page
    assert client.post(at("approve_piece", piece), {"version": version.pk, "digest": version.digest}).status_code == 409
    client.force_login(dario.user)
    assert client.get(old).status_code == 404
    assert SALT not in old


def test_the_form_must_name_a_version_of_this_piece(client: Client, carmen: Member, rosa: Member, piece: Piece) -> None:
    other = photograph(piece.news, rosa)
    client.force_login(carmen.user)
    assert client.post(at("approve_piece", piece), seen(other)).status_code == 404
    for wrong in ({}, {"version": "x", "digest": "x"}, {"version": "9" * 30, "digest": "0" * 64}):
        assert client.post(at("approve_piece", piece), wrong).status_code in (400, 403, 409), wrong
    assert not Approval.objects.exists()


def test_sending_back_needs_its_words_and_keeps_the_page(client: Client, carmen: Member, piece: Piece) -> None:
    client.force_login(carmen.user)
    empty = client.post(at("send_back_piece", piece), {"version": version_of(piece).pk, "note": ""})
    assert (empty.status_code, "Escribe qué hay que cambiar" in empty.content.decode()) == (422, True)
    client.post(at("send_back_piece", piece), {"version": version_of(piece).pk, "note": "El logo es el viejo."})
    assert SendBack.objects.get().by == carmen
    assert "El logo es el viejo." in client.get(at("approval", piece)).content.decode()


@pytest.mark.procedure("N-6")
def test_no_two_fields_of_the_page_have_the_same_id(client: Client, carmen: Member, piece: Piece) -> None:
    """A label of one form must not lead to the field of another: the note that is sent is not that of a return."""
    for step in (lambda: None, lambda: approve(piece, carmen)):
        step()
        ids = re.findall(r'\sid="([^"]+)"', page_of(client, carmen, at("approval", piece)))
        assert [each for each, count in Counter(ids).items() if count > 1] == []
    client.post(at("send_piece", piece), {"note": "Desde las 10"})
    assert Sending.objects.get().note == "Desde las 10"


@pytest.mark.procedure("P-5")
def test_a_publisher_acknowledges_the_piece_and_the_sender_sees_it(
    client: Client, ana: Member, beto: Member, carmen: Member, piece: Piece
) -> None:
    send(piece, carmen, timezone.now())
    page = page_of(client, ana, at("approval", piece))
    assert "Te la envió Carmen Ortiz." in page
    assert "Va con la noticia del café." in page
    client.post(at("receive_piece", piece))
    assert "Te la envió" not in client.get(at("approval", piece)).content.decode()
    told = page_of(client, carmen, at("approval", piece))
    assert (told.count("la abrió"), told.count("sin abrir")) == (1, 1)


def test_the_address_of_a_guest_is_shown_once(client: Client, carmen: Member, entity: Entity, piece: Piece) -> None:
    client.force_login(carmen.user)
    client.post(at("invite_guest", piece), {"name": "Elena Paz"})
    first, second = (client.get(at("approval", piece)).content.decode() for _ in range(2))
    assert f"http://testserver/publico/{entity.slug}/piezas/" in first
    assert "/publico/" not in second
    assert GuestLink.objects.get().name == "Elena Paz"


def test_what_the_neighbour_approved_is_recorded_on_its_page(client: Client, ana: Member, piece: Piece) -> None:
    client.force_login(ana.user)
    moment = timezone.localtime() - timedelta(minutes=2)
    act = {"what": "Aprobó la pieza", "office": "OTHER", "person_name": "Comité"}
    form = act | {"proof_kind": "NUMBER", "proof": "Acta 41", "day": f"{moment:%Y-%m-%d}", "hour": f"{moment:%H:%M}"}
    assert client.post(at("record_approval", piece), form | {"proof": ""}).status_code == 422
    assert client.post(at("record_approval", piece), form).status_code == 302
    page = client.get(at("approval", piece)).content.decode()
    assert "La aprobó Comité, Otra dependencia o entidad" in page
    assert "Acta 41" in page


def test_an_approval_says_who_and_when_on_the_page(
    client: Client, luis: Member, carmen: Member, piece: Piece, now: datetime
) -> None:
    approve(piece, carmen, now, note="Quedó muy bien.")
    page = page_of(client, luis, at("approval", piece))
    assert "La aprobó Carmen Ortiz" in page
    assert "Quedó muy bien." in page
