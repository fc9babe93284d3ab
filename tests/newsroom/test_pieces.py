"""Pieces: what they complete, versions that never change, their authors, and notes (D-1, P-4)."""

import hashlib
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.media.models import MediumKind
from pregonero.newsroom.needs.actions import ask_need
from pregonero.newsroom.piece_models import Piece, PieceKind, PieceState, PieceVersion
from pregonero.newsroom.pieces import queries
from pregonero.newsroom.pieces.actions import PieceData, create_piece, withdraw_piece
from pregonero.newsroom.pieces.actions.notes import NotePlace, resolve_note, write_note
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.roles import Role
from pregonero.records.models import Event
from tests.conftest import member
from tests.newsroom.factories import inform
from tests.newsroom.needs import asked
from tests.newsroom.pieces import medium, photograph, second_version, version_of

pytestmark = pytest.mark.procedure("D-1")


@pytest.fixture
def rosa(entity: Entity) -> Member:
    return member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)


def test_a_piece_completes_one_news_item_or_need_and_has_its_number(
    entity: Entity, luis: Member, rosa: Member, now: datetime
) -> None:
    news, need = inform(luis), ask_need(entity=entity, request=asked(), by=None, now=now)
    piece = photograph(news, rosa)
    other = create_piece(data=PieceData("Plan", PieceKind.INFOGRAPHIC), source=need, by=rosa, now=now)

    assert [piece.reference, other.reference] == ["PZ-1", "PZ-2"]
    assert (piece.state, other.state) == (PieceState.REVIEW, PieceState.PREPARING)
    assert queries.pieces_completing(news) == [piece]
    assert queries.pieces_completing(need) == [other]
    with pytest.raises(IntegrityError, match="piece_of_one_news_or_need"), transaction.atomic():
        Piece.objects.create(entity=entity, number=9, title="x", kind="DESIGN", created_by=rosa, created_at=now)
    event = Event.objects.get(event_type="piece.version_added")
    assert event.facts["digest"] == version_of(piece).digest
    assert "Una cosecha" not in str(Event.objects.values())


def test_a_version_is_bound_to_its_file_and_its_alternative_text(luis: Member, rosa: Member) -> None:
    piece = photograph(inform(luis), rosa)
    first = version_of(piece)
    second = second_version(piece, rosa, 1, alt="Una cosecha en el Huila")

    assert (first.number, second.number) == (1, 2)
    assert first.medium == second.medium
    assert first.digest != second.digest
    assert first.digest == hashlib.sha256((first.medium.sha256 + "\nUna cosecha").encode()).hexdigest()
    with pytest.raises(Refused, match="Es igual a la versión 2"):
        second_version(piece, rosa, 1, alt="Una cosecha en el Huila")
    for statement in ("UPDATE newsroom_pieceversion SET alt = 'otra'", "DELETE FROM newsroom_pieceauthor"):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic(), connection.cursor() as c:
            c.execute(statement)
    assert PieceVersion.objects.get(pk=first.pk).alt == "Una cosecha"


def test_authors_are_whoever_uploads_and_whoever_is_named_in_any_version(
    luis: Member, rosa: Member, ana: Member, dario: Member
) -> None:
    piece = photograph(inform(luis), rosa, authors=[luis])
    second_version(piece, ana)

    assert queries.authors_of(piece) == [ana, luis, rosa]
    with pytest.raises(NotFound):
        second_version(piece, rosa, 3, authors=[dario])


def test_a_piece_takes_only_the_kind_of_file_that_it_is_made_of(luis: Member, rosa: Member, now: datetime) -> None:
    news = inform(luis)
    with pytest.raises(Refused, match="«Fotografía» lleva imagen, y este archivo es video"):
        photograph(news, rosa, medium=medium(rosa, 7, MediumKind.VIDEO))
    assert not Piece.objects.exists()


def test_a_piece_needs_its_right_and_its_entity(
    luis: Member, rosa: Member, ana: Member, dario: Member, entity: Entity, now: datetime
) -> None:
    piece = photograph(inform(luis), rosa)
    with pytest.raises(NotFound):
        queries.get_piece(member=dario, pk=piece.pk)
    with pytest.raises(NotAllowed):
        second_version(piece, member(entity, "sofia", "Sofía Gil", Role.AUDITOR))
    with pytest.raises(Refused, match="por qué"):
        withdraw_piece(piece=piece, reason=" ", by=ana, now=now)
    withdraw_piece(piece=piece, reason="Cambió la cifra", by=ana, now=now)
    with pytest.raises(WrongState):
        second_version(piece, rosa)


def test_a_note_that_must_be_attended_blocks_until_it_is_closed(
    luis: Member, rosa: Member, ana: Member, carmen: Member, now: datetime
) -> None:
    piece = photograph(inform(luis), rosa)
    first = version_of(piece)
    note = write_note(version=first, text="Falta el logo", place=NotePlace(900, 50), must_change=True, by=ana, now=now)
    hint = write_note(version=first, text="¿Más luz?", by=ana, now=now)
    piece.refresh_from_db()
    assert piece.state == PieceState.CHANGES
    assert queries.pending_must_change(first) == [note]
    told = Notice.objects.filter(kind__startswith="piece.noted", member=rosa).order_by("pk")
    assert [notice.title for notice in told] == ["Hay que cambiar «Cosecha de café»", "Nota en «Cosecha de café»"]

    resolve_note(note=hint, by=rosa, now=now)
    with pytest.raises(NotAllowed, match="la cierra Ana Rojas"):
        resolve_note(note=note, by=rosa, now=now)

    second = second_version(piece, rosa)
    (carried,) = queries.notes_of(second)
    assert (carried.carried_from, carried.text, carried.x, carried.written_by) == (note, "Falta el logo", 900, ana)
    assert queries.pending_must_change(second) == [carried]
    with pytest.raises(WrongState, match="versión más nueva"):
        write_note(version=first, text="Tarde", by=ana, now=now)

    resolve_note(note=carried, by=carmen, now=now)
    assert queries.pending_must_change(second) == []
    assert queries.pending_must_change(first) == [note]
    with pytest.raises(WrongState, match="ya está resuelta"):
        resolve_note(note=carried, by=carmen, now=now)


@pytest.mark.parametrize(
    ("place", "match"),
    [
        (NotePlace(x=1001, y=5), "fuera de la imagen"),
        (NotePlace(x=5), "fuera de la imagen"),
        (NotePlace(x=-1, y=0), "fuera de la imagen"),
        (NotePlace(from_second=5, to_second=4), "empieza"),
        (NotePlace(from_second=5), "empieza"),
    ],
)  # fmt: skip
def test_a_note_stands_inside_what_it_is_about(
    luis: Member, rosa: Member, ana: Member, now: datetime, place: NotePlace, match: str
) -> None:
    version = version_of(photograph(inform(luis), rosa))
    with pytest.raises(Refused, match=match):
        write_note(version=version, text="Aquí", place=place, by=ana, now=now)


def test_the_database_refuses_half_a_place_and_another_text(
    luis: Member, rosa: Member, ana: Member, now: datetime
) -> None:
    note = write_note(version=version_of(photograph(inform(luis), rosa)), text="Aquí", by=ana, now=now)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        type(note).objects.filter(pk=note.pk).update(text="Allá")
    with pytest.raises(IntegrityError, match="resolved_by_somebody"), transaction.atomic():
        type(note).objects.filter(pk=note.pk).update(resolved_at=now)


def test_the_list_has_a_constant_number_of_queries(
    luis: Member, rosa: Member, django_assert_num_queries: object, entity: Entity
) -> None:
    news = inform(luis)
    piece = photograph(news, rosa)
    pieces = [piece, photograph(news, rosa), photograph(news, rosa)]
    second_version(piece, rosa, alt="Otra")
    with django_assert_num_queries(2):  # type: ignore[operator]
        rows = queries.rows_of(pieces)
    assert [row.version.number for row in rows if row.version] == [2, 1, 1]
    assert queries.piece_counts(entity)[PieceState.REVIEW] == 3
