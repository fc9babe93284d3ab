"""The test vectors of docs/formats/registros.md, checked by a verifier written from that document alone.

`python -m tests.records.test_vectors` writes the vectors again; it needs no database.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parent / "vectors"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "formats" / "registros.md"


def canonical(body: Any) -> bytes:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root_of(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:]))


def first_fault(chain: dict[str, Any]) -> str:
    """Return the first fault of a chain, or an empty string. This function is the whole verifier."""
    head, total, texts = "0" * 64, 0, chain["texts"]
    for number, batch in enumerate(chain["batches"], start=1):
        body, events = batch["body"], batch["events"]
        total += len(events)
        if {body["version"], *(event["version"] for event in events)} != {1}:
            return f"lote {number}: versión"
        if (body["number"], body["previous"], body["total"]) != (number, head, total):
            return f"lote {number}: enlace"
        if len(events) != body["size"] or sorted({event["id"] for event in events}) != [e["id"] for e in events]:
            return f"lote {number}: hojas"
        if root_of([sha256(b"\x00" + canonical(event)) for event in events]).hex() != body["root"]:
            return f"lote {number}: raíz"
        head = sha256(canonical(body)).hex()
        if head != batch["head"]:
            return f"lote {number}: cabeza"
    return next((fault for batch in chain["batches"] for fault in faults_of_texts(batch["events"], texts)), "")


def faults_of_texts(events: list[dict[str, Any]], texts: dict[str, dict[str, str]]) -> Iterator[str]:
    for event in events:
        for field, digest in event["digests"].items():
            text = texts.get(f"{event['id']}:{field}")
            if text and sha256(f"{text['salt']}\n{text['text']}".encode()).hex() != digest:
                yield f"registro {event['id']}: texto {field}"


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return loaded


@pytest.mark.procedure("R-1")
def test_independent_verifier_accepts_the_chain() -> None:
    assert first_fault(load("chain.json")) == ""


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize("vector", load("broken.json")["chains"], ids=lambda vector: vector["what"])
def test_independent_verifier_finds_the_fault_of_each_damaged_chain(vector: dict[str, Any]) -> None:
    assert first_fault(vector) == vector["fault"]


def test_vectors_equal_what_the_product_makes() -> None:
    assert load("chain.json") == make_chain()
    assert load("broken.json") == damaged(make_chain())


def test_example_in_the_document_is_the_first_event_of_the_vectors() -> None:
    example = DOCUMENT.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    first = make_chain()["batches"][0]
    assert json.loads(example) == first["events"][0]
    for digest in (sha256(b"\x00" + canonical(first["events"][0])).hex(), first["body"]["root"], first["head"]):
        assert digest in DOCUMENT.read_text(encoding="utf-8")


def make_chain() -> dict[str, Any]:
    """Return a chain of two batches made by the product."""
    from pregonero.records import canonical_body, merkle
    from pregonero.records.models import Batch, Event

    salt, text = "00112233445566778899aabbccddeeff", "Lo pidió la señora Inés: cambió la fecha de la rueda «Ñandú» 😀"
    largest = canonical_body.LARGEST_INTEGER
    ana = {"kind": "member", "id": 7, "name": "Ana Rojas", "role": "Community manager"}
    system = {"kind": "system", "id": None, "name": "Pregonero", "role": ""}
    acts: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
        (
            "publication.rescheduled",
            ana,
            {"from": "2026-11-24T15:00:00Z", "minutes": 30, "urgent": False},
            {"reason": canonical_body.digest_of_text(salt, text)},
        ),
        ("delivery.attempted", system, {"attempt": 1, "network": "x"}, {}),
        ("delivery.published", system, {"remote": "1993", "media": ["a1", "b2"], "none": None}, {}),
        ("publication.cancelled", ana, {"largest": largest, "smallest": -largest}, {}),
    ]
    events = [
        Event(
            pk=101 + position,
            entity_id=1,
            at=datetime(2026, 11, 24, 14, position, 0, 250, tzinfo=UTC),
            event_type=event_type,
            actor=actor,
            ref="publication:12",
            label="Rueda de negocios «Ñandú»",
            related=["news:5", "account:1"],
            facts=facts,
            digests=digests,
        )
        for position, (event_type, actor, facts, digests) in enumerate(acts)
    ]
    batches: list[dict[str, Any]] = []
    for number, sealed in enumerate((events[:3], events[3:]), start=1):
        batch = Batch(
            entity_id=1,
            number=number,
            sealed_at=datetime(2026, 11, 24, 14, 10 * number, tzinfo=UTC),
            size=len(sealed),
            total=sum(sealed_batch["body"]["size"] for sealed_batch in batches) + len(sealed),
            root=merkle.root_of([canonical_body.leaf_of(event) for event in sealed]).hex(),
            previous=batches[-1]["head"] if batches else canonical_body.BEFORE_THE_FIRST,
        )
        bodies = [canonical_body.event_body(event) for event in sealed]
        batches.append(
            {"body": canonical_body.batch_body(batch), "head": canonical_body.head_of(batch), "events": bodies}
        )
    return {"batches": batches, "texts": {"101:reason": {"salt": salt, "text": text}}}


def damaged(chain: dict[str, Any]) -> dict[str, Any]:
    """Return damaged copies of the chain, each with the fault that a verifier must report."""
    damages: list[tuple[str, str, Callable[[Any], object]]] = [
        ("registro alterado", "lote 1: raíz", lambda c: c["batches"][0]["events"][1].update(label="Otra")),
        ("registro quitado", "lote 1: enlace", lambda c: c["batches"][0]["events"].pop(1)),
        ("registros en otro orden", "lote 1: hojas", lambda c: c["batches"][0]["events"].reverse()),
        ("lote quitado", "lote 1: enlace", lambda c: c["batches"].pop(0)),
        ("lote alterado", "lote 2: cabeza", lambda c: c["batches"][1]["body"].update(sealed_at="")),
        ("cabeza alterada", "lote 1: cabeza", lambda c: c["batches"][0].update(head="0" * 64)),
        ("versión desconocida", "lote 2: versión", lambda c: c["batches"][1]["body"].update(version=2)),
        ("texto alterado", "registro 101: texto reason", lambda c: c["texts"]["101:reason"].update(text="Otra cosa")),
        ("texto borrado", "", lambda c: c["texts"].clear()),
    ]
    chains = []
    for what, fault, damage in damages:
        version = json.loads(json.dumps(chain))
        damage(version)
        chains.append({"what": what, "fault": fault, **version})
    return {"chains": chains}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    django.setup()
    for name, made in (("chain.json", make_chain()), ("broken.json", damaged(make_chain()))):
        content = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        (VECTORS / name).write_text(content, encoding="utf-8")
