"""The proof that the records hold a check and the digests of its evidence. It can be verified offline."""

from typing import Any

from pregonero.controls.models import Check
from pregonero.errors import WrongState
from pregonero.records.models import Event
from pregonero.records.proof import proof_of_event


def proof_of(check: Check) -> dict[str, Any]:
    """Return the proof of a check. Raises `WrongState` until its event is sealed."""
    event = Event.objects.get(entity_id=check.control.entity_id, event_type="control.checked", ref=check.ref.reference)
    proof = proof_of_event(event)
    if proof is None:
        raise WrongState("Esta revisión todavía está en verificación: vuelve en un minuto.")
    return proof
