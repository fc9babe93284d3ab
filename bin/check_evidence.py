#!/usr/bin/env python3
"""Check offline that something is in the sealed records of an entity: a check of a control, or a petition.

    python3 check_evidence.py proof.json [evidence-file] [head]

The evidence of a check is the file that was attached. That of a petition is the `peticion.json` of its packet, whose
text must be the one of `prueba-mensaje.json`.
It needs only Python: RFC 6962 trees over RFC 8785 bodies. `head` is the one that the entity published, if you have it.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root_from(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """Return the root to which a proof leads. Raises `ValueError` for a proof of another length."""
    digest, last, steps = leaf, size - 1, list(proof)
    while last:
        if index % 2 or index < last:
            if not steps:
                raise ValueError("the proof is too short")
            step = steps.pop(0)
            digest = sha256(b"\x01" + (step + digest if index % 2 else digest + step))
        index, last = index // 2, last // 2
    if steps:
        raise ValueError("the proof is too long")
    return digest


def is_evidence(facts: dict[str, object], content: bytes) -> bool:
    """Return whether a file is the one that an event is about: attached to a check, or the text of a message."""
    if "evidence" in facts:
        return sha256(content).hex() in list(facts["evidence"])  # type: ignore[call-overload]
    packet = json.loads(content)
    salt, text = packet["huella"]["sal"], packet["texto"]
    return sha256(f"{salt}\n{text}".encode()).hex() == facts["digest"]


def problems_of(proof: dict[str, object], evidence: bytes | None, head: str) -> Iterator[str]:
    """Yield what is wrong with a proof; nothing when it is right."""
    if proof["format"] != "pregonero-proof/1":
        yield "the format is another"
    event_text, batch_text = str(proof["event"]), str(proof["batch"])
    event, batch, index = json.loads(event_text), json.loads(batch_text), int(str(proof["index"]))
    if event["entity"] != batch["entity"] or not 0 <= index < batch["size"]:
        yield "the event cannot be of this batch"
    steps = [bytes.fromhex(str(step)) for step in list(proof["proof"])]  # type: ignore[call-overload]
    if root_from(sha256(b"\x00" + event_text.encode()), index, batch["size"], steps).hex() != batch["root"]:
        yield "the event is not in the batch"
    if sha256(batch_text.encode()).hex() != proof["head"]:
        yield "the head is not the batch's"
    if head and head != proof["head"]:
        yield "the head is not the published one"
    if evidence is not None and not is_evidence(event["facts"], evidence):
        yield "the evidence is not the one of this event"


def main(arguments: list[str]) -> int:
    proof = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    evidence = Path(arguments[1]).read_bytes() if len(arguments) > 1 and arguments[1] else None
    try:
        problem = "; ".join(problems_of(proof, evidence, arguments[2] if len(arguments) > 2 else ""))  # noqa: PLR2004
    except (KeyError, TypeError, ValueError) as error:
        problem = f"the proof cannot be read ({error})"
    print(f"NO: {problem}" if problem else f"OK: {json.loads(proof['event'])['at']}, head {proof['head']}")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
