"""The proof that a check and the digests of its evidence are in the sealed records, for whoever checks it offline.

`bin/check_evidence.py` checks it without this system. Bodies are given as the exact text that was sealed (RFC 8785).
"""

from typing import Any

from pregonero.controls.models import Check
from pregonero.errors import WrongState
from pregonero.records import canonical_body, merkle
from pregonero.records.models import Batch, Event, Leaf


def proof_of(check: Check) -> dict[str, Any]:
    """Return the proof of a check. Raises `WrongState` until its event is sealed."""
    event = Event.objects.get(entity_id=check.control.entity_id, event_type="control.checked", ref=check.ref.reference)
    leaf = Leaf.objects.filter(event_id=event.pk).first()
    if leaf is None:
        raise WrongState("Esta revisión todavía no está sellada: vuelve en un minuto.")
    batch = Batch.objects.get(entity_id=leaf.entity_id, number=leaf.batch)
    leaves = Leaf.objects.filter(entity_id=leaf.entity_id, batch=leaf.batch).order_by("index")
    digests = [bytes.fromhex(digest) for digest in leaves.values_list("digest", flat=True)]
    return {
        "format": "pregonero-proof/1",
        "event": canonical_body.canonical(canonical_body.event_body(event)).decode(),
        "index": leaf.index,
        "proof": [step.hex() for step in merkle.inclusion_proof(digests, leaf.index)],
        "batch": canonical_body.canonical(canonical_body.batch_body(batch)).decode(),
        "head": batch.head,
    }
