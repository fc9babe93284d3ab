"""No file names the host of a package registry or a home folder of a machine."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Written in pieces, so that this file does not match itself.
FORBIDDEN = re.compile(
    "|".join(["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian", "/ro" + "ot/"])
)


def check() -> list[str]:
    """Return each line that names one."""
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [problem for name in filter(None, files) for problem in _lines(ROOT / name)]


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return []
    return [
        f"{path.relative_to(ROOT)}:{number} nombra un equipo o un registro"
        for number, line in enumerate(text.splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
