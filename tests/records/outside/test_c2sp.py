"""Signed notes, checkpoints and proofs against the figures of others: C2SP's examples, Tessera's log, RFC 6962."""

import ast
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pregonero.records import merkle
from pregonero.records.outside.signed_notes import Signer, checkpoint_text, new_signer
from tests.records.outside.checker import PROGRAM, check_records
from tests.records.third_party import FOLDER, files, needs_shared_data

pytestmark = pytest.mark.procedure("R-1")

# Tessera, testdata of its POSIX log (github.com/transparency-dev/tessera, Apache-2.0): fifteen entries.
KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
CHECKPOINT = """example.com/log/testdata
15
rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=

— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=
"""
ENTRIES = (
    "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf", "threeten",
    "fourten", "fivten",
)  # fmt: skip


def test_verifier_opens_the_checkpoint_of_another_log_and_recomputes_its_root() -> None:
    key = check_records.VerifierKey.parse(KEY)
    seen = check_records.Checkpoint.parse(key.open(CHECKPOINT))
    leaves = [merkle.leaf_hash(entry.encode()) for entry in ENTRIES]
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    assert (seen.origin, seen.size) == ("example.com/log/testdata", 15)
    assert seen.root == frontier.root() == check_records.root_of(leaves)


@pytest.mark.parametrize("change", [("15\n", "16\n"), ("rKb", "rKa"), ("ewI=", "ewE="), ("— example", "— exemple")])
def test_verifier_refuses_a_checkpoint_with_one_change(change: tuple[str, str]) -> None:
    with pytest.raises(check_records.Wrong):
        check_records.VerifierKey.parse(KEY).open(CHECKPOINT.replace(*change))


@needs_shared_data
@pytest.mark.parametrize("path", files("tlog/tessera-posix-log/checkpoint.*"), ids=lambda path: path.name)
def test_every_checkpoint_of_tessera_is_the_root_of_its_entries(path: Path) -> None:
    key = check_records.VerifierKey.parse((FOLDER / "tlog/tessera-posix-log/public_key.txt").read_text())
    seen = check_records.Checkpoint.parse(key.open(path.read_text()))
    entries = (FOLDER / "tlog/tessera-posix-log/entries.txt").read_bytes().split(b"\n")[: seen.size]
    assert merkle.root_of([merkle.leaf_hash(entry) for entry in entries]) == seen.root


def proof_files(kind: str) -> Iterator[Path]:
    return iter(files(f"merkle/transparency-dev-merkle/{kind}/**/*.json"))


@needs_shared_data
@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_proofs_of_transparency_dev_pass_or_fail_as_they_say(kind: str) -> None:
    checked = 0
    for path in proof_files(kind):
        vector = json.loads(path.read_text())
        proof = [base64.b64decode(step) for step in vector["proof"] or []]
        if kind == "inclusion":
            leaf, root = base64.b64decode(vector["leafHash"] or ""), base64.b64decode(vector["root"] or "")
            good = check_records.leads_to_root(leaf, vector["leafIdx"], vector["treeSize"], proof, root)
        else:
            first, second = (base64.b64decode(vector[name] or "") for name in ("root1", "root2"))
            good = check_records.is_continuation(vector["size1"], first, vector["size2"], second, proof)
        assert good is not vector["wantErr"], path
        checked += 1
    assert checked > 50


def test_a_note_of_ours_is_opened_by_the_verifier_and_its_names_are_refused_with_spaces() -> None:
    signer = new_signer("mincit.gov.co/registros/1")
    note = signer.sign(checkpoint_text(origin=signer.name, size=3, root=bytes(32), extensions=("lote 1 ab",)))
    key = check_records.VerifierKey.parse(signer.verifier_key)
    assert check_records.Checkpoint.parse(key.open(note)).extensions == ("lote 1 ab",)
    with pytest.raises(ValueError, match="spaces"):
        Signer("con espacio", signer.private)


def test_consistency_proof_of_every_pair_of_sizes_is_accepted_only_for_that_pair() -> None:
    leaves = [merkle.leaf_hash(str(number).encode()) for number in range(17)]
    roots = [merkle.root_of(leaves[:size]) for size in range(18)]
    old = merkle.Frontier()
    for size in range(1, 18):
        old.add(leaves[size - 1])
        assert old.root() == roots[size]
        for later in range(size, 18):
            proof = merkle.consistency_proof(old, leaves[size:later])
            assert check_records.is_continuation(size, roots[size], later, roots[later], proof)
            assert not check_records.is_continuation(size, roots[size - 1], later, roots[later], proof)


def test_inclusion_proofs_of_several_leaves_are_those_of_each_one() -> None:
    leaves = [merkle.leaf_hash(str(number).encode()) for number in range(13)]
    together = merkle.inclusion_proofs(leaves, [0, 5, 12])
    assert together == [merkle.inclusion_proof(leaves, index) for index in (0, 5, 12)]


def test_checker_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    import sys

    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names == {"cryptography"}
