"""How a whole publication stands across its accounts, in a few words: the list and the expediente say the same."""

from collections.abc import Iterable, Sequence

from pregonero.outbox.models import Delivery
from pregonero.outbox.states import PUBLIC, STOPPED, WAITING, DeliveryState
from pregonero.publishing.models import Publication, PublicationState
from pregonero.publishing.threads import current_delivery


def situation_of(
    publication: Publication, threads: Sequence[Sequence[Delivery]], *, is_held: bool = False
) -> tuple[str, str]:
    """Return the colour and the label of a publication, such as ("wait", "publicando, 2 de 4")."""
    states = [DeliveryState(current_delivery(thread).state) for thread in threads if thread]
    is_begun = any(delivery.state in PUBLIC for thread in threads for delivery in thread)
    if not states:
        kind = "hold" if publication.state == PublicationState.CANCELLED else "plan"
        return kind, str(publication.get_state_display())
    if all(state == DeliveryState.CANCELLED for state in states):
        return "hold", "cancelada a medias" if is_begun else "cancelada"
    public = sum(state in PUBLIC for state in states)
    return _progress_of(states, public, is_begun=is_begun, is_held=is_held)


def _progress_of(states: Sequence[DeliveryState], public: int, *, is_begun: bool, is_held: bool) -> tuple[str, str]:
    if public == len(states):
        return _public(states)
    rest = {state for state in states if state not in PUBLIC}
    if rest == {DeliveryState.CANCELLED}:
        return "hold", f"publicada en {public} de {len(states)}, lo demás se canceló"
    if rest & {*STOPPED, DeliveryState.NEEDS_PERSON}:
        return "bad", f"publicada en {public} de {len(states)}, revisa lo demás"
    if is_held:
        return "hold", "en pausa"
    if all(state == DeliveryState.PLANNED for state in states) and not is_begun:
        return "plan", "programada"
    return "wait", f"publicando, {public} de {len(states)}"


def _public(states: Sequence[DeliveryState]) -> tuple[str, str]:
    withdrawn = sum(state == DeliveryState.WITHDRAWN for state in states)
    if withdrawn == len(states):
        return "hold", "retirada"
    label = f"publicada en {len(states)} de {len(states)}"
    return "ok", f"{label}, retirada de {withdrawn}" if withdrawn else label


def trouble_in(threads: Iterable[Sequence[Delivery]]) -> str:
    """Return where a publication needs somebody, such as "no salió en X" or "espera tu decisión en X"."""
    current = [current_delivery(thread) for thread in threads if thread]
    waiting = [delivery for delivery in current if delivery.state == DeliveryState.NEEDS_PERSON]
    failed = [
        delivery for delivery in current if delivery.state in STOPPED and delivery.state != DeliveryState.CANCELLED
    ]
    names = ", ".join(str(delivery.account.get_network_display()) for delivery in waiting or failed)
    return f"{'espera tu decisión' if waiting else 'no salió'} en {names}" if names else ""


def still_to_go(threads: Iterable[Sequence[Delivery]]) -> str:
    """Return what has not gone out yet, such as "X, partes 3 a 5; Facebook"."""
    return "; ".join(filter(None, (_waiting_parts(thread) for thread in threads)))


def _waiting_parts(thread: Sequence[Delivery]) -> str:
    waiting = [delivery for delivery in thread if delivery.state in WAITING]
    if not waiting:
        return ""
    name = str(waiting[0].account.get_network_display())
    first, last = waiting[0].position + 1, waiting[-1].position + 1
    if len(thread) == 1:
        return name
    return f"{name}, partes {first} a {last}" if first < last else f"{name}, parte {first}"
