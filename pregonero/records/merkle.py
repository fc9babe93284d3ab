"""The tree of RFC 6962: the root of a list of leaves, and the proof that one leaf is in it. Pure."""

import hashlib
from collections.abc import Sequence

LEAF = b"\x00"
NODE = b"\x01"
DIGEST_SIZE = 32  # bytes of SHA-256


def leaf_hash(data: bytes) -> bytes:
    """Return the digest of a leaf; its prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the digest of two neighbours."""
    return hashlib.sha256(NODE + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the leaves' digests, in their order; of none, the digest of nothing."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the digests that lead from the leaf at `index` to the root, from below upwards."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    proof, level = [], list(leaves)
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            proof.append(level[neighbour])
        level, index = _level_above(level), index // 2
    return proof


def is_included(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof leads from the leaf at `index` of `size` leaves to the root."""
    if not 0 <= index < size or len(leaf) != DIGEST_SIZE:
        return False
    digest, last, steps = leaf, size - 1, iter(proof)
    while last:
        # The last of a level with an odd number of nodes has no neighbour: it goes up as it is.
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
