"""Known answers of third parties, which the project does not carry: found beside it, or where the variable says."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PREGONERO_SHARED_DATA") or ROOT.parent / "shared" / "data")

needs_shared_data = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no third-party vectors in {FOLDER} (PREGONERO_SHARED_DATA names their folder)"
)


def files(pattern: str) -> list[Path]:
    """Return the files that match, in order; none when the folder is missing."""
    return sorted(FOLDER.glob(pattern))
