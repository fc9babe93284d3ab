"""The boundaries at which a worker is killed while it sends an answer to a citizen: those of a delivery that apply.

An answer has no files, so that nothing is left at its network before it is sent: there is nothing to clean up. What
its author does in the seconds in which it can be undone is a course of its own.
"""

from tests.faults.boundaries import AFTER, BEFORE, SENT, Boundary

NETWORKS = ("x", "facebook", "instagram", "youtube", "mastodon")
ONE_BY_ONE = ("facebook", "instagram", "youtube")  # the others are prepared together
TOGETHER = ("x", "mastodon")


def _act(
    place: str, rule: str, course: str, networks: tuple[str, ...] = NETWORKS, *, for_all: bool = False
) -> list[Boundary]:
    return [Boundary(place, side, rule, course, networks, for_all) for side in (BEFORE, AFTER)]


def _call(name: str, rule: str, course: str, networks: tuple[str, ...] = NETWORKS) -> list[Boundary]:
    return [Boundary(name, side, rule, course, networks) for side in (BEFORE, SENT, AFTER)]


def _sending(course: str, rule: str) -> list[Boundary]:
    """Return the boundaries around the call that sends it."""
    return [
        *_act("claim_batch", rule, course),
        *_call("commit 1", rule, course),
        *_act("record_outcomes", rule, course),
    ]


REPLY_BOUNDARIES: tuple[Boundary, ...] = (
    *_act("promote_due", "estados: llega su minuto", "llana", for_all=True),
    *_act("lease_for_preparing", "7: preparar", "llana", ONE_BY_ONE),
    *_act("finish_preparing", "7: preparada para su minuto", "llana", ONE_BY_ONE),
    *_act("store_prepared_locally", "7: preparada sin dejar nada en la red", "llana", TOGETHER, for_all=True),
    *_sending("llana", "1, 2 y 4: un intento, una llamada, y se guarda"),
    *_act("record_outcomes", "6 y 10: ahora no", "aplazada"),
    *_act("record_outcomes", "estados: la red dijo que no", "rechazada"),
    *_act("record_outcomes", "3: no se sabe", "cortada"),
    *_act("recover_abandoned", "3: el trabajador murió", "abandonada", for_all=True),
    *_act("lease_for_reconciling", "3: preguntar", "cortada"),
    *_call("resolve 1", "3: preguntar", "cortada"),
    *_act("record_finding", "3: la red la tiene", "cortada"),
    *_act("record_finding", "3: la red no la tiene", "no tomada"),
    *_act("postpone_reconciling", "3: no se pudo preguntar", "muda"),
    *_act("promote_due", "11: demasiado tarde", "tardía", for_all=True),
    *_act("promote_due", "la deshace quien la escribió", "detenida", for_all=True),
    *_sending("corregida", "la deshace y escribe otra"),
    *_sending("pausada", "9: en pausa dentro de esos segundos, y se reanuda"),
)
