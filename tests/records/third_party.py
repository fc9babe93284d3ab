"""Test vectors of third parties, which are not in the repository: beside it, or in PREGONERO_SHARED_DATA."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PREGONERO_SHARED_DATA") or ROOT.parent / "shared" / "data")

needs_shared_data = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no third-party vectors in {FOLDER} (PREGONERO_SHARED_DATA names their folder)"
)


def files(pattern: str) -> list[Path]:
    """Return the sorted files that match the pattern; none when the folder is missing."""
    return sorted(FOLDER.glob(pattern))
