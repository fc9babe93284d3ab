"""Who defines a synergy, and what may come with it (S-1)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.people.models import Member
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.synergies.models import Synergy, SynergyState

MOST_FILES = 20
MOST_BYTES = 10 * 1024 * 1024  # of one file
MOST_BYTES_IN_ALL = 40 * 1024 * 1024
MOST_TEXTS = 20
LONGEST_WINDOW = timedelta(days=366)


def check_files(sizes: Iterable[tuple[str, int]]) -> None:
    """Raise `Refused` if the files, each with its name and its bytes, are too many or too large."""
    files = list(sizes)
    if len(files) > MOST_FILES:
        raise Refused(f"Son {len(files)} archivos: una sinergia lleva hasta {MOST_FILES}.")
    for name, size in files:
        if size > MOST_BYTES:
            raise Refused(f"«{name}» pesa más de {MOST_BYTES // 1024**2} MB: súbelo después en la publicación.")
    if sum(size for _, size in files) > MOST_BYTES_IN_ALL:
        raise Refused(f"Los archivos pesan más de {MOST_BYTES_IN_ALL // 1024**2} MB en total.")


def check_texts(texts: Sequence[str]) -> None:
    """Raise `Refused` if the suggested texts are too many, or two of them are the same."""
    if len(texts) > MOST_TEXTS:
        raise Refused(f"Son {len(texts)} textos: guarda hasta {MOST_TEXTS}.")
    said = [" ".join(text.casefold().split()) for text in texts]
    if len(set(said)) < len(said):
        raise Refused("Dos de los textos sugeridos son iguales: deja uno.")


def check_window(start: datetime | None, end: datetime | None) -> None:
    """Raise `Refused` if the window in which it is asked to go out ends before it begins, or lasts too long."""
    if start and end and end <= start:
        raise Refused("La ventana termina antes de empezar: revisa las dos fechas.")
    if start and end and end - start > LONGEST_WINDOW:
        raise Refused("La ventana dura más de un año: revisa las dos fechas.")


def check_pair(networks_person: Member, head: Member, *, by: Member, now: datetime) -> None:
    """Raise unless one of the networks' people and the adviser or coordinator define it, and one of them writes it."""
    day = timezone.localdate(now)
    for person, roles in ((networks_person, NETWORKS_PEOPLE), (head, GROUP_HEADS)):
        has_role = bool(roles.intersection(person.roles) or roles & person.roles_on(day))
        if person.entity_id != by.entity_id or not person.is_current(day) or not has_role:
            raise Refused("La definen dos: quien lleva las redes, y la asesoría o la coordinación.")
    if networks_person.pk == head.pk:
        raise Refused("La definen dos personas distintas.")
    if by.pk not in (networks_person.pk, head.pk):
        raise Refused("La escribe una de las dos personas que la definieron.")


NEXT_STATES = {
    SynergyState.RECEIVED: (SynergyState.SUPPORTED, SynergyState.LATER, SynergyState.DECLINED),
    SynergyState.LATER: (SynergyState.SUPPORTED, SynergyState.DECLINED),
    SynergyState.SUPPORTED: (SynergyState.DECLINED,),
    SynergyState.DECLINED: (SynergyState.SUPPORTED,),
}
"""What may be defined about a synergy in each state."""


def check_definition(synergy: Synergy, state: SynergyState, look_again_on: date | None, *, now: datetime) -> None:
    """Raise unless that can be defined about a synergy now."""
    if state not in NEXT_STATES[SynergyState(synergy.state)]:
        raise WrongState(f"La sinergia ya está {synergy.get_state_display()}.")
    if state == SynergyState.LATER and (look_again_on is None or look_again_on <= timezone.localdate(now)):
        raise Refused("Elige el día en que se vuelve a mirar: uno que no haya pasado.")
