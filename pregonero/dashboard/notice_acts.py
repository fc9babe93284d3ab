"""What a notice asks for: how urgent it is, and the act that settles it."""

from enum import StrEnum

from pregonero.people.models import Notice


class NoticeUrgency(StrEnum):
    """In which group of Hoy a notice stands."""

    FAILED = "failed"
    EXPIRING = "expiring"
    OTHER = "other"


FAILED, EXPIRING, OTHER = NoticeUrgency
# By the kind of notice, without its suffix: its urgency, or None if Hoy shows its object by itself, and its act.
ACTS: dict[str, tuple[NoticeUrgency | None, str]] = {
    "news.informed": (None, "Abrir la noticia"),
    "news.edited": (OTHER, "Comparar las versiones"),
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
    "source.failing": (FAILED, "Revisar la fuente"),
}
UNKNOWN: tuple[NoticeUrgency, str] = (OTHER, "Abrir")


def base_kind(notice: Notice) -> str:
    """Return the kind of a notice without what tells two of one object apart."""
    return notice.kind.partition(":")[0]


def urgency_of(notice: Notice) -> NoticeUrgency | None:
    """Return how urgent a notice is; None if Hoy shows its object by itself."""
    return ACTS.get(base_kind(notice), UNKNOWN)[0]


def act_label(notice: Notice) -> str:
    """Return the label of the button that opens a notice: what can be done there."""
    return ACTS.get(base_kind(notice), UNKNOWN)[1]
