"""Approved pieces in the editor and the expediente: only what was approved and sent, as it was approved (P-4, P-5)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from pregonero.dashboard.piece_tasks import pieces_to_use_tasks
from pregonero.errors import NotReady
from pregonero.newsroom.approvals.actions.decisions import record_approval
from pregonero.newsroom.models import News
from pregonero.newsroom.piece_models import Piece
from pregonero.people.models import Entity, Member
from pregonero.people.on_behalf.actions import dispute_act
from pregonero.people.roles import Role
from pregonero.publishing import actions, queries
from pregonero.publishing.actions import Described
from pregonero.publishing.models import Adaptation, Publication
from pregonero.publishing.pieces import offered_pieces, piece_issues
from tests.conftest import member
from tests.newsroom.approvals import approve, neighbours_act, send
from tests.newsroom.pieces import photograph, second_version, version_of
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-4", "P-5")]


@pytest.fixture
def rosa(entity: Entity) -> Member:
    return member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER)


@pytest.fixture
def piece(news: News, rosa: Member) -> Piece:
    return photograph(news, rosa)


@pytest.fixture
def publication(news: News, beto: Member) -> Publication:
    return drafted(news, beto, timezone.now())


def x_of(publication: Publication) -> Adaptation:
    return next(each for each in queries.adaptations_of(publication) if each.account.network == "x")


def keys_of(publication: Publication) -> list[str]:
    return [issue.key for issue in queries.issues(publication) if issue.key.startswith("piece")]


def attach(publication: Publication, piece: Piece, by: Member, alt: str = "Una cosecha") -> None:
    actions.attach_medium(
        publication=publication,
        accounts=[x_of(publication).account_id],
        medium=version_of(piece).medium,
        by=by,
        now=timezone.now(),
        described=Described(alt),
    )


def test_the_editor_offers_a_piece_once_it_was_approved_and_sent(
    publication: Publication, piece: Piece, rosa: Member, carmen: Member, beto: Member
) -> None:
    editor = f"/publicaciones/{publication.pk}/editor/"
    assert offered_pieces(publication) == []
    approve(piece, carmen)
    assert offered_pieces(publication) == []
    assert "Piezas aprobadas" not in signed_in(beto).get(editor).content.decode()
    second_version(piece, rosa)
    sending = send(piece, carmen)
    assert offered_pieces(publication) == [sending]
    page = signed_in(beto).get(editor).content.decode()
    assert re.search(r"Versión 2\. La aprobó Carmen Ortiz y la envió Carmen Ortiz\.\s+Va con la noticia", page)

    account = x_of(publication).account_id
    path = f"/publicaciones/{publication.pk}/redes/{account}/piezas/{sending.pk}/"
    publication.refresh_from_db()
    added = signed_in(beto).post(path, sent(publication), follow=True).content.decode()
    assert "Pieza agregada: Cosecha de café, versión 2." in added
    attached = x_of(publication).media[-1]
    assert (attached.medium, attached.alt) == (version_of(piece).medium, "Una cosecha")
    assert keys_of(publication) == []
    assert pieces_to_use_tasks(beto, now=timezone.now()) == ([], 0)


def test_a_piece_that_is_not_of_the_news_or_not_sent_is_not_added(
    publication: Publication, piece: Piece, carmen: Member, beto: Member
) -> None:
    account = x_of(publication).account_id
    for pk in (1, 10**9):
        publication.refresh_from_db()
        path = f"/publicaciones/{publication.pk}/redes/{account}/piezas/{pk}/"
        page = signed_in(beto).post(path, sent(publication), follow=True).content.decode()
        assert "no está aprobada y enviada" in page
    assert all(one.medium != version_of(piece).medium for one in x_of(publication).media)


def test_a_piece_without_approval_or_with_another_description_does_not_go_out(
    publication: Publication, piece: Piece, carmen: Member, beto: Member
) -> None:
    attach(publication, piece, beto)  # the same file, uploaded by another way
    assert keys_of(publication) == ["piece_not_approved"]
    due_at = timezone.now() + timedelta(hours=1)
    with pytest.raises(NotReady, match="una pieza sin aprobar"):
        actions.program_publication(publication=publication, due_at=due_at, by=beto, now=timezone.now())
    send(piece, carmen)
    assert keys_of(publication) == []
    x_of(publication).attachments.filter(medium=version_of(piece).medium).update(alt="Otra cosa")
    assert keys_of(publication) == ["piece_alt_changed"]


def test_what_is_disputed_does_not_go_out(
    entity: Entity, publication: Publication, piece: Piece, carmen: Member, beto: Member
) -> None:
    now, minister = timezone.now(), member(entity, "despacho", "Despacho", Role.MINISTER_OFFICE)
    approval = record_approval(version=version_of(piece), act=neighbours_act(minister), by=beto, now=now)
    attach(publication, piece, beto)
    assert keys_of(publication) == ["piece_not_approved"]  # nobody sent it
    assert approval.act is not None
    dispute_act(act=approval.act, reason="Era otra", by=minister, now=now)
    send(piece, carmen)
    assert keys_of(publication) == []


def test_the_picture_of_the_news_is_not_held_by_a_piece_of_the_same_file(
    news: News, publication: Publication, rosa: Member
) -> None:
    assert news.picture is not None
    photograph(news, rosa, medium=news.picture)
    assert piece_issues(queries.adaptations_of(publication)) == []


@pytest.mark.procedure("M-1")
def test_the_expediente_shows_the_piece_its_approval_and_its_sending(
    publication: Publication, piece: Piece, carmen: Member, ana: Member
) -> None:
    send(piece, carmen)
    page = signed_in(ana).get(f"/publicaciones/{publication.pk}/").content.decode()
    steps = ("Noticia informada", "Pieza aprobada", "La aprobó Carmen Ortiz, aquí.", "Pieza enviada", "La envió Carmen")
    places = [page.index(words) for words in steps]
    assert places == sorted(places)
    approval = signed_in(carmen).get(f"/piezas/{piece.pk}/aprobacion/").content.decode()
    assert "Lo escribe quien responde por las redes; aquí no se aprueba." in approval
    assert x_of(publication).text.split("\n")[0][:40] in approval
