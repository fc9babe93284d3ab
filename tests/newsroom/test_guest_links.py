"""The links of guests: what they open, for how long, and what is tried against them (P-4)."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.errors import Conflict, NotAllowed, NotFound, Refused
from pregonero.media.store import path_of
from pregonero.newsroom.approval_models import GuestAnswer, GuestLink
from pregonero.newsroom.approvals.actions.guests import answer_as_guest, close_guest_link, invite_guest
from pregonero.newsroom.approvals.rules import GUEST_LASTS, MOST_ANSWERS
from pregonero.newsroom.piece_models import Piece
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.roles import Role
from pregonero.public import request_limits
from pregonero.records.models import Event
from tests.conftest import member
from tests.newsroom.factories import inform
from tests.newsroom.pieces import photograph, second_version, version_of

pytestmark = pytest.mark.procedure("P-4")


@pytest.fixture(autouse=True)
def _many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one address ask as often as the tests need; the test of the limit sets its own."""
    monkeypatch.setitem(request_limits.RATES, "guest", "1000/1m/key")


@pytest.fixture
def rosa(entity: Entity) -> Member:
    return member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)


@pytest.fixture
def piece(luis: Member, rosa: Member, media_folder: Path) -> Piece:
    made = photograph(inform(luis), rosa)
    path = path_of(version_of(made).medium)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"la foto")
    return made


def invite(piece: Piece, by: Member, now: datetime | None = None) -> tuple[GuestLink, str]:
    return invite_guest(version=version_of(piece), name="Elena Paz", by=by, now=now or timezone.now())


def path_to(entity: Entity, code: str, name: str = "guest_piece") -> str:
    return reverse(f"public:{name}", args=[entity.slug, code])


def statuses(client: Client, entity: Entity, code: str) -> set[int]:
    """Return what the three addresses of a code answer."""
    page, file, agree = (path_to(entity, code, name) for name in ("guest_piece", "guest_file", "guest_agree"))
    return {
        client.get(page).status_code,
        client.get(file).status_code,
        client.post(agree).status_code,
        client.post(page, {"text": "Hola"}).status_code,
    }


def test_a_guest_sees_one_version_writes_notes_and_agrees(
    client: Client, entity: Entity, ana: Member, piece: Piece
) -> None:
    link, code = invite(piece, ana)
    address = path_to(entity, code)
    page = client.get(address)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    assert "Una cosecha" in page.content.decode()
    assert b"".join(client.get(path_to(entity, code, "guest_file")).streaming_content) == b"la foto"  # type: ignore[attr-defined]
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "Me veo bien, pero digo «tres» y son cuatro."}).status_code == 303
    assert client.post(path_to(entity, code, "guest_agree")).status_code == 303
    assert "Ya dijiste" in client.post(path_to(entity, code, "guest_agree")).content.decode()

    assert list(GuestAnswer.objects.order_by("pk").values_list("agrees", flat=True)) == [False, True]
    assert Notice.objects.filter(member=ana, kind__startswith="piece.guest_answered").count() == 2
    event = Event.objects.get(event_type="piece.guest_agreed")
    assert (event.actor["kind"], event.actor["id"], event.ref) == ("guest", link.pk, piece.ref.reference)
    assert "Elena" not in str(list(Event.objects.values()))


def test_only_the_digest_of_a_code_is_stored_and_no_guess_opens_a_piece(
    client: Client, entity: Entity, other_entity: Entity, ana: Member, piece: Piece
) -> None:
    link, code = invite(piece, ana)
    assert link.code_digest == hashlib.sha256(code.encode()).hexdigest()
    assert len(code) == 43  # 32 random bytes
    guesses = (code[:-1], code + "A", code.lower(), link.code_digest, str(link.pk), "%00", "a" * 5000, "ñandú")
    for guess in guesses:
        assert statuses(client, entity, guess) == {404}, guess
    assert statuses(client, other_entity, code) == {404}
    assert not GuestAnswer.objects.exists()


def test_a_link_ends_when_it_expires_and_when_somebody_closes_it(
    client: Client, entity: Entity, ana: Member, luis: Member, dario: Member, piece: Piece
) -> None:
    now = timezone.now()
    _, expired = invite(piece, ana, now - GUEST_LASTS)
    assert statuses(client, entity, expired) == {404}
    _, fresh = invite(piece, ana, now - GUEST_LASTS + timedelta(minutes=5))
    assert client.get(path_to(entity, fresh)).status_code == 200
    link, code = invite(piece, ana)
    with pytest.raises(NotFound):
        close_guest_link(link=link, by=dario, now=now)
    with pytest.raises(NotAllowed):
        close_guest_link(link=link, by=luis, now=now)
    close_guest_link(link=link, by=ana, now=now)
    assert statuses(client, entity, code) == {404}
    with pytest.raises(Error, match="revoked_is_final"), transaction.atomic():
        GuestLink.objects.filter(pk=link.pk).update(revoked_at=None, revoked_by=None)
    with pytest.raises(Error, match="only_revoked"), transaction.atomic():
        GuestLink.objects.filter(code_digest=hashlib.sha256(expired.encode()).hexdigest()).update(
            expires_at=now + timedelta(days=9)
        )


def test_a_link_opens_its_version_and_never_another(
    client: Client, entity: Entity, ana: Member, rosa: Member, piece: Piece
) -> None:
    _, code = invite(piece, ana)
    second_version(piece, rosa, alt="Otra cosa que nadie ha visto")
    page = client.get(path_to(entity, code)).content.decode()
    assert "Otra cosa" not in page
    assert "Esta versión ya cambió." in page
    with pytest.raises(Conflict, match="ya cambió"):
        answer_as_guest(entity=entity, code=code, agrees=True, text="", now=timezone.now())
    assert client.post(path_to(entity, code, "guest_agree")).status_code == 422
    assert not GuestAnswer.objects.exists()


def test_a_guest_cannot_write_without_end_nor_ask_too_often(
    client: Client, entity: Entity, ana: Member, piece: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = invite(piece, ana)
    now = timezone.now()
    for _ in range(MOST_ANSWERS):
        answer_as_guest(entity=entity, code=code, agrees=False, text="Una nota", now=now)
    with pytest.raises(Refused, match="muchas notas"):
        answer_as_guest(entity=entity, code=code, agrees=False, text="Otra", now=now)
    assert client.post(path_to(entity, code), {"text": "x" * 1001}).status_code == 422
    monkeypatch.setitem(request_limits.RATES, "guest", "1/1m/key")
    client.get(path_to(entity, "x"))
    limited = client.get(path_to(entity, code))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "300")


def test_a_guest_code_opens_nothing_inside(client: Client, entity: Entity, ana: Member, piece: Piece) -> None:
    invite(piece, ana)
    for name in ("approval", "approve_piece", "send_piece", "invite_guest"):
        assert client.post(reverse(f"newsroom:{name}", args=[piece.pk])).status_code == 302  # to the sign-in
    assert client.get(reverse("media:file", args=[version_of(piece).medium_id])).status_code == 302
