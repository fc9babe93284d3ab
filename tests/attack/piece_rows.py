"""The addresses of pieces: their method, who may use them, and the status that they answer."""

from django.utils import timezone

from pregonero.media.uploads.actions import start_upload
from pregonero.people.roles import PIECE_MAKERS, Role
from tests.attack.conftest import Stage
from tests.attack.row import FOUND, INVALID, MISSING, OK, Row, reason


def piece(stage: Stage) -> list[int]:
    return [stage.piece.pk]


def note(stage: Stage) -> list[int]:
    return [stage.piece.versions.get().notes.get().pk]


def upload(stage: Stage) -> list[str]:
    producer, moment = stage.people[Role.PRODUCER], timezone.now()
    return [start_upload(size=4, name="foto.jpg", by=producer, now=moment).code]


OTHER_VERSION = 412  # of the protocol: the request does not say which it speaks
PIECE_ROWS = (
    Row("newsroom:pieces", outside=OK),
    Row("newsroom:create_piece", roles=PIECE_MAKERS, outside=OK, both=True),
    Row("newsroom:create_piece", "POST", data=lambda _: {"title": ""}, roles=PIECE_MAKERS, status=INVALID,
        outside=INVALID, both=True),
    Row("newsroom:piece", arguments=piece),
    Row("newsroom:add_piece_version", "POST", piece, lambda _: {"what_changed": "El texto"}, PIECE_MAKERS, FOUND,
        both=True),
    Row("newsroom:compare_piece", arguments=piece),
    Row("newsroom:write_piece_note", "POST", piece, lambda _: {"text": "Más luz"}, PIECE_MAKERS, FOUND),
    Row("newsroom:resolve_piece_note", "POST", note, roles=PIECE_MAKERS, status=FOUND),
    Row("newsroom:withdraw_piece", "POST", piece, reason, PIECE_MAKERS, FOUND, both=True),
    Row("media:uploads", "POST", roles=PIECE_MAKERS, status=OTHER_VERSION, outside=OTHER_VERSION),
    Row("media:upload", "POST", upload, roles=frozenset({Role.PRODUCER}), status=OTHER_VERSION, refused=MISSING,
        also=frozenset({"PATCH", "DELETE"})),
)  # fmt: skip
