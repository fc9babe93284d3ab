"""The Merkle tree of RFC 6962, against published vectors and against its definition."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pregonero.records import merkle
from tests.records.third_party import FOLDER, files, needs_shared_data

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def root_by_definition(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962, section 2.1, defines it: by the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = root_by_definition(leaves[:half]), root_by_definition(leaves[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@needs_shared_data
def test_root_of_matches_the_published_roots() -> None:
    known = json.loads((FOLDER / "merkle" / "rfc6962_known_answers.json").read_text())
    leaves = [merkle.leaf_hash(bytes.fromhex(data)) for data in known["leaf_inputs_hex"]]
    roots = [merkle.root_of(leaves[:size]).hex() for size in range(len(leaves) + 1)]
    assert roots == known["root_hashes_hex"]


@needs_shared_data
@pytest.mark.parametrize(
    "path", files("merkle/transparency-dev-merkle/inclusion/**/*.json"), ids=lambda path: path.stem
)
def test_is_included_matches_the_published_verdicts(path: Path) -> None:
    case = json.loads(path.read_text())
    leaf, root = (base64.b64decode(case[name] or "") for name in ("leafHash", "root"))
    proof = [base64.b64decode(step) for step in case["proof"] or []]
    included = merkle.is_included(leaf=leaf, index=case["leafIdx"], size=case["treeSize"], proof=proof, root=root)
    assert included is not case["wantErr"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LEAVES)
def test_root_of_matches_the_definition(leaves: list[bytes]) -> None:
    assert merkle.root_of(leaves) == root_by_definition(leaves)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LEAVES, st.data())
def test_inclusion_proof_proves_its_leaf_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root_of(leaves)

    def proved(leaf: bytes, steps: list[bytes]) -> bool:
        return merkle.is_included(leaf=leaf, index=index, size=len(leaves), proof=steps, root=root)

    assert proved(leaves[index], proof)
    assert not proved(bytes(32) if leaves[index] != bytes(32) else b"\x01" * 32, proof)
    assert not proved(leaves[index], [*proof, bytes(32)])
    assert not proof or not proved(leaves[index], proof[:-1])


def test_inclusion_proof_raises_for_an_index_out_of_range() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion_proof([bytes(32)], 1)
