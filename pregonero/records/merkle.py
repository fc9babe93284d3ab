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


class Frontier:
    """The perfect subtrees of the first `size` leaves of a growing tree: enough to add leaves and to give its root.

    It keeps one digest for each bit set in `size`, the largest subtree first.
    """

    def __init__(self, size: int = 0, digests: Sequence[bytes] = ()) -> None:
        if len(digests) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} subtrees, not {len(digests)}.")
        self.size = size
        self.digests = list(digests)

    def add(self, leaf: bytes) -> None:
        """Add a leaf hash at the end."""
        rest = self.size
        while rest & 1:
            leaf, rest = node_hash(self.digests.pop(), leaf), rest >> 1
        self.digests.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree."""
        return _folded(self.digests) if self.digests else root_of([])


def _folded(digests: Sequence[bytes]) -> bytes:
    """Return the node above perfect subtrees that stand side by side, the largest first."""
    node = digests[-1]
    for left in reversed(digests[:-1]):
        node = node_hash(left, node)
    return node


def consistency_proof(old: Frontier, added: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the tree of `old` is the beginning of the tree with the leaf hashes `added` after it."""
    if not old.size or not added:
        return []
    subtrees = list(old.digests)

    def prove(kept: int, start: int, size: int, *, is_whole: bool) -> list[bytes]:
        if kept == size:
            return [] if is_whole else [_folded(subtrees)]
        half = 1 << ((size - 1).bit_length() - 1)
        if kept <= half:
            right = added[start + half - old.size : start + size - old.size]
            return [*prove(kept, start, half, is_whole=is_whole), root_of(right)]
        left = subtrees.pop(0)
        return [*prove(kept - half, start + half, size - half, is_whole=False), left]

    return prove(old.size, 0, old.size + len(added), is_whole=True)


def inclusion_proofs(leaves: Sequence[bytes], indexes: Sequence[int]) -> list[list[bytes]]:
    """Return the inclusion proofs of several leaves, computing each level of the tree once."""
    proofs: list[list[bytes]] = [[] for _ in indexes]
    positions, level = list(indexes), list(leaves)
    while len(level) > 1:
        for proof, position in zip(proofs, positions, strict=True):
            if position ^ 1 < len(level):
                proof.append(level[position ^ 1])
        positions, level = [position // 2 for position in positions], _level_above(level)
    return proofs
