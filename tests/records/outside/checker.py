"""Run the stand-alone checker, as a module for many checks and as a program for a few."""

import importlib.util
import io
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).resolve().parents[3] / "bin" / "check_records.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("check_records", PROGRAM)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_records"] = module
    spec.loader.exec_module(module)
    return module


check_records: Any = _load()


def verdict(content: bytes, **options: Any) -> str:
    """Return what is wrong with an export, or an empty string."""
    given = {"key": "", "noted": [], "authority": None} | options
    try:
        check_records.check(io.BytesIO(content), Namespace(**given))
    except check_records.Wrong as wrong:
        return str(wrong)
    return ""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program by itself, without the project in its path."""
    command = [sys.executable, "-I", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
