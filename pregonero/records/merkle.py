"""The Merkle tree of RFC 6962: the root of a list of leaves, and inclusion proofs."""

import hashlib
from collections.abc import Sequence

LEAF = b"\x00"
NODE = b"\x01"
DIGEST_SIZE = 32  # bytes of SHA-256


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf. Its prefix differs from that of nodes, so a leaf cannot be presented as a node."""
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two neighbours."""
    return hashlib.sha256(NODE + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of an ordered list of leaf hashes; for an empty list, the hash of the empty string."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from the leaf at `index` to the root, lowest first."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"There is no leaf {index} among {len(leaves)}.")
    proof, level = [], list(leaves)
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            proof.append(level[neighbour])
        level, index = _level_above(level), index // 2
    return proof


def is_included(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the inclusion proof of the leaf at `index`, of `size` leaves, leads to the root."""
    if not 0 <= index < size or len(leaf) != DIGEST_SIZE:
        return False
    digest, last, steps = leaf, size - 1, iter(proof)
    while last:
        # The last node of a level with an odd number of nodes has no neighbour: it moves up unchanged.
        if index % 2 or index < last:
            step = next(steps, None)
            if step is None:
                return False
            digest = node_hash(step, digest) if index % 2 else node_hash(digest, step)
        index, last = index // 2, last // 2
    return next(steps, None) is None and digest == root


def _level_above(level: list[bytes]) -> list[bytes]:
    pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[-1:] if len(level) % 2 else pairs
