"""The boundaries between two statements of the rules of a delivery, as data: at each one a worker is killed.

A boundary stands before or after a durable transaction, or before, during or after a call to a network. `course` says
what a delivery must live through to pass there. tests/faults/README.md shows this same list.
"""

from dataclasses import dataclass

NETWORKS = ("x", "facebook", "instagram", "youtube", "bluesky", "mastodon")
BEFORE, SENT, AFTER = "antes", "enviada", "después"


@dataclass(frozen=True)
class Course:
    """What befalls a delivery on its way: a fault at its network, or an act of a person; and how it must end."""

    words: str
    fault: dict[str, object] | None = None  # of the laboratory, on its account alone
    once_prepared: dict[str, object] | None = None  # a second fault, not to be met while preparing
    act: str = ""
    ends: str = "PUBLISHED"
    media: bool = True

    @property
    def prepared_first(self) -> bool:
        """Return whether it begins before its minute, and what befalls it comes once it is prepared."""
        return self.act in {"cancel", "edit", "pause"} or self.once_prepared is not None


COURSES = {
    "llana": Course("nada se tuerce"),
    "de texto": Course("nada se tuerce, y no lleva archivos", media=False),
    "cortada": Course("la red la publica y corta", {"kind": "accept_then_cut", "endpoint": "commit", "times": 1}),
    "no tomada": Course("la red corta sin tomarla", {"kind": "cut_before", "endpoint": "commit", "times": 1}),
    "aplazada": Course(
        "la red dice que ahora no", {"kind": "status", "code": 429, "ms": 1000, "endpoint": "commit", "times": 1}
    ),
    "rechazada": Course(
        "la red dice que no", {"kind": "status", "code": 403, "endpoint": "commit", "times": 1}, ends="REJECTED"
    ),
    "demorada": Course("preparar falla", {"kind": "status", "code": 500, "endpoint": "prepare", "times": 1}),
    "inaceptable": Course(
        "la red no acepta lo preparado", {"kind": "status", "code": 403, "endpoint": "prepare"}, ends="REJECTED"
    ),
    "muda": Course(
        "la red corta, y no se deja preguntar", {"kind": "accept_then_cut", "endpoint": "commit", "times": 1},
        {"kind": "status", "code": 500, "endpoint": "read", "times": 1},
    ),
    "tardía": Course("pasa su hora", act="expire", ends="EXPIRED"),
    "detenida": Course("una persona la detiene, preparada ya", act="cancel", ends="CANCELLED"),
    "corregida": Course("su autor la deshace, ya preparada, y escribe otra", act="edit"),
    "pausada": Course("todo se pausa, ya preparada, y se reanuda", act="pause"),
    "abandonada": Course("su trabajador muere con la llamada hecha", act="abandon"),
    "sin conexión": Course("nadie ha conectado su cuenta", act="disconnect"),
    "impedida": Course("la base de datos no admite su intento", act="refuse"),
}  # fmt: skip


@dataclass(frozen=True)
class Boundary:
    """One place: what stands there, which rule speaks of it, and the course of a delivery that passes it."""

    place: str
    side: str
    rule: str
    course: str
    networks: tuple[str, ...] = NETWORKS
    for_all: bool = False  # one passing for whatever there is, and not one for each delivery

    @property
    def name(self) -> str:
        """Return the name that the worker gives it, as `passing` does."""
        return f"{self.place} · {self.side}"

    @property
    def title(self) -> str:
        """Return the name of its cases."""
        return f"{self.name} · {self.course}"


def _act(
    place: str, rule: str, course: str, networks: tuple[str, ...] = NETWORKS, *, for_all: bool = False
) -> list[Boundary]:
    return [Boundary(place, side, rule, course, networks, for_all) for side in (BEFORE, AFTER)]


def _calls(event_type: str, numbers: dict[str, int], rule: str, course: str) -> list[Boundary]:
    """Return the boundaries of so many calls in a verb of each network."""
    most = max(numbers.values())
    return [
        Boundary(
            f"{event_type} {number}", side, rule, course, tuple(name for name in NETWORKS if numbers[name] >= number)
        )
        for number in range(1, most + 1)
        for side in (BEFORE, SENT, AFTER)
    ]


# How many calls each network needs, with a picture or a video where it takes one.
PREPARE = {"x": 4, "facebook": 2, "instagram": 3, "youtube": 3, "bluesky": 1, "mastodon": 2}
COMMIT = {"x": 1, "facebook": 1, "instagram": 2, "youtube": 1, "bluesky": 1, "mastodon": 1}
ASK = {"x": 1, "facebook": 1, "instagram": 2, "youtube": 1, "bluesky": 1, "mastodon": 2}
CLEAN = {"x": 0, "facebook": 2, "instagram": 0, "youtube": 2, "bluesky": 0, "mastodon": 0}
# By what code a network refuses for good, where it is not 403: YouTube says so of its quota.
REFUSES_BY = {"youtube": 400}

BOUNDARIES: tuple[Boundary, ...] = (
    *_act("promote_due", "estados: llega su minuto", "llana", for_all=True),
    *_act("lease_for_preparing", "7: preparar", "llana"),
    *_calls("prepare", PREPARE, "preparar se repite y no se ve", "llana"),
    *_act("store_prepared", "2: lo preparado se guarda apenas se sabe", "llana"),
    *_act("finish_preparing", "7: preparada para su minuto", "llana"),
    *_act(
        "store_prepared_locally",
        "7: preparada sin dejar nada en la red",
        "de texto",
        ("x", "bluesky", "mastodon"),
        for_all=True,
    ),
    *_act("record_obstacle", "preparar no pudo ni empezar", "sin conexión"),
    *_act("postpone_preparing", "preparar se repite", "demorada"),
    *_act("reject_prepared", "estados: la red no lo acepta", "inaceptable"),
    *_act("claim_batch", "1 y 4: el intento queda antes de la llamada", "llana"),
    *_act("skip_delivery", "4: una que no se deja tomar no detiene a las demás", "impedida"),
    *_calls("commit", COMMIT, "2: una llamada por intento", "llana"),
    *_act("record_outcomes", "lo primero es guardar lo que pasó", "llana"),
    *_act("record_outcomes", "6 y 10: ahora no", "aplazada"),
    *_act("record_outcomes", "estados: la red dijo que no", "rechazada"),
    *_act("record_outcomes", "3: no se sabe", "cortada"),
    *_act("recover_abandoned", "3: el trabajador murió", "abandonada", for_all=True),
    *_act("lease_for_reconciling", "3: preguntar", "cortada"),
    *_calls("resolve", ASK, "3: preguntar", "cortada"),
    *_act("record_finding", "3: la red la tiene", "cortada"),
    *_act("record_finding", "3: la red no la tiene", "no tomada"),
    *_act("postpone_reconciling", "3: no se pudo preguntar", "muda"),
    *_act("promote_due", "11: demasiado tarde", "tardía", for_all=True),
    *_calls("discard", CLEAN, "12: se limpia lo preparado", "detenida"),
    *_act("record_cleanup", "12: la limpieza queda en el registro", "detenida"),
)


def table(boundaries: tuple[Boundary, ...] = BOUNDARIES, networks: tuple[str, ...] = NETWORKS) -> str:
    """Return a list as a table of tests/faults/README.md."""
    lines = ["| lugar | momento | regla de la entrega | lo que vive | redes |", "|---|---|---|---|---|"]
    for boundary in boundaries:
        where = "todas" if boundary.networks == networks else ", ".join(boundary.networks)
        words = COURSES[boundary.course].words
        lines.append(f"| `{boundary.place}` | {boundary.side} | {boundary.rule} | {words} | {where} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
