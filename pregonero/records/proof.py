"""The proof that an event is in the sealed records, for whoever checks it offline (`bin/check_evidence.py`).

Bodies are given as the exact text that was sealed (RFC 8785).
"""

from typing import Any

from pregonero.records import canonical_body, merkle
from pregonero.records.models import Batch, Event, Leaf


def proof_of_event(event: Event) -> dict[str, Any] | None:
    """Return the proof of an event, or None until it is sealed."""
    leaf = Leaf.objects.filter(event_id=event.pk).first()
    if leaf is None:
        return None
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
