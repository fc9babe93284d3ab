"""A disk of its own that a test fills and frees again: a file system in memory, resized while it is in use."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOMY = 2 * 1024**3  # a limit: memory is taken only for what is written
PAGE = 4096


class NotHere(Exception):
    """This machine lets us have no disk of our own; the message says why."""


@dataclass(frozen=True)
class SmallDisk:
    """The folder where it is, and its size."""

    folder: Path

    def fill(self) -> None:
        """Leave it without a free byte."""
        while self._free():
            # What is written meanwhile makes it larger than asked: asked again.
            self._resize(self._used())

    def free(self) -> None:
        """Give it room again."""
        self._resize(ROOMY)

    def _used(self) -> int:
        there = os.statvfs(self.folder)
        return (there.f_blocks - there.f_bfree) * there.f_frsize

    def _free(self) -> int:
        there = os.statvfs(self.folder)
        return there.f_bavail * there.f_frsize

    def _resize(self, size: int) -> None:
        options = f"remount,size={max(size, PAGE)}"
        subprocess.run(["mount", "-o", options, str(self.folder)], check=False, capture_output=True)


@contextmanager
def small_disk() -> Iterator[SmallDisk]:
    """Have a disk for the time of the block, or raise `NotHere`."""
    if os.geteuid() != 0:
        raise NotHere("solo root monta un disco propio")
    folder = Path(tempfile.mkdtemp(prefix="pregonero-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOMY},mode=755", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        if mounted.returncode:
            raise NotHere(f"aquí no se puede montar un disco propio: {mounted.stderr.strip()}")
        yield SmallDisk(folder)
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)
