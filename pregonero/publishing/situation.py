"""How a whole publication stands across its accounts, in a few words: the list and the expediente say the same."""

from collections.abc import Sequence

from pregonero.outbox.models import Delivery
from pregonero.outbox.states import PUBLIC, STOPPED, DeliveryState
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
        return "ok", f"publicada en {public} de {public}"
    if any(state in (*STOPPED, DeliveryState.NEEDS_PERSON) for state in states):
        return "bad", f"publicada en {public} de {len(states)}, revisa lo demás"
    if is_held:
        return "hold", "en pausa"
    if all(state == DeliveryState.PLANNED for state in states) and not is_begun:
        return "plan", "programada"
    return "wait", f"publicando, {public} de {len(states)}"
