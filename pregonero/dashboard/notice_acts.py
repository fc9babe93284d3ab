"""What a notice asks for: how urgent it is, and the act that settles it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pregonero.dashboard.notices import still_valid
from pregonero.people.models import Member, Notice
from pregonero.people.queries import latest_notices


class NoticeUrgency(StrEnum):
    """In which group of Hoy a notice stands."""

    FAILED = "failed"
    EXPIRING = "expiring"
    OTHER = "other"


FAILED, EXPIRING, OTHER = NoticeUrgency
# By the base kind of notice: its urgency, or None for a notice whose object Hoy shows in another group; and its act.
ACTS: dict[str, tuple[NoticeUrgency | None, str]] = {
    "news.informed": (None, "Abrir la noticia"),
    "piece.to_approve": (None, "Aprobar"),
    "piece.urgent": (EXPIRING, "Firmar"),
    "piece.urgent_approved": (OTHER, "Ver quién firmó"),
    "piece.sent_back": (None, "Corregir"),
    "piece.sent": (None, "Ver la pieza"),
    "piece.guest_answered": (OTHER, "Leer lo que dijo"),
    "need.asked": (None, "Decidir"),
    "need.decided": (OTHER, "Leer la respuesta"),
    "live.assigned": (None, "Abrir la transmisión"),
    "live.changed": (OTHER, "Ver qué cambió"),
    "live.cancelled": (OTHER, "Leer por qué"),
    "piece.noted": (OTHER, "Ver la nota"),
    "news.edited": (OTHER, "Comparar las versiones"),
    "news.moved": (OTHER, "Abrir la noticia"),
    "delivery.rejected": (FAILED, "Corregir"),
    "delivery.expired": (FAILED, "Reprogramar"),
    "delivery.needs_person": (FAILED, "Decidir"),
    "delivery.out_anyway": (FAILED, "Revisar lo que salió"),
    "delivery.earlier_content": (FAILED, "Revisar lo que salió"),
    "delivery.twice": (FAILED, "Retirar una"),
    "delivery.will_be_late": (EXPIRING, "Cambiar la hora"),
    "delivery.spent": (EXPIRING, "Revisar los límites"),
    "delivery.unserved": (EXPIRING, "Revisar los archivos"),
    "delivery.unauthorized": (FAILED, "Revisar la cuenta"),
    "account.lost": (FAILED, "Conectar otra vez"),
    "account.unrenewed": (EXPIRING, "Revisar la cuenta"),
    "account.not_given_back": (OTHER, "Revisar la cuenta"),
    "sending.suspended": (EXPIRING, "Revisar los límites"),
    "budget.near": (EXPIRING, "Revisar los límites"),
    "conversation.press": (EXPIRING, "Responder a la prensa"),
    "petition.opened": (None, "Poner el radicado"),
    "source.failing": (FAILED, "Revisar la fuente"),
}
UNKNOWN: tuple[NoticeUrgency, str] = (OTHER, "Abrir")


IN_EDITOR = ("delivery.rejected", "delivery.expired", "delivery.will_be_late")
EXPEDIENTE_PATH = re.compile(r"/publicaciones/\d+/")


def act_path(notice: Notice) -> str:
    """Return the path where the act of a notice is done: the editor, or the right part of the notice's page."""
    kind = base_kind(notice)
    if kind in IN_EDITOR and EXPEDIENTE_PATH.fullmatch(notice.path):
        return f"{notice.path}editor/"
    return f"{notice.path}#versiones" if kind == "news.edited" else notice.path


def base_kind(notice: Notice) -> str:
    """Return the kind of a notice without its suffix, which distinguishes several notices about one object."""
    return notice.kind.partition(":")[0]


def urgency_of(notice: Notice) -> NoticeUrgency | None:
    """Return how urgent a notice is; None if Hoy shows its object in another group."""
    return ACTS.get(base_kind(notice), UNKNOWN)[0]


def act_label(notice: Notice) -> str:
    """Return the label of the button that opens a notice: what can be done there."""
    return ACTS.get(base_kind(notice), UNKNOWN)[1]


@dataclass(frozen=True)
class NoticeRow:
    """A notice in the list of a person's notices, the label of its act, and whether it still asks for it."""

    notice: Notice
    act: str
    is_valid: bool


def notice_rows(member: Member, *, now: datetime) -> list[NoticeRow]:
    """Return the member's latest notices, newest first, seen or not."""
    notices = latest_notices(member)
    unseen = [notice for notice in notices if notice.seen_at is None]
    valid = {notice.pk for notice in still_valid(unseen, now=now)}
    return [NoticeRow(notice, act_label(notice), notice.pk in valid) for notice in notices]
