"""The lines of a listing of FTP: those of MLSD (RFC 3659), and those of LIST as Unix and Windows servers write them."""

import re
from dataclasses import dataclass

UNIX = re.compile(
    rb"(?P<kind>[-dlbcps])[-rwxsStTl]{9}[.+@]?\s+\d+\s+(?:\S+\s+){1,2}(?P<size>\d+)\s+"
    rb"[A-Za-z]{3,4}\.?\s+\d{1,2}\s+(?:\d{1,2}:\d{2}|\d{4})\s(?P<name>.+)"
)
WINDOWS = re.compile(rb"\d\d-\d\d-\d{2,4}\s+\d\d:\d\d(?:[AP]M)?\s+(?:(?P<folder><DIR>)|(?P<size>\d+))\s+(?P<name>.+)")
MODIFIED = re.compile(r"\d{14}(?:\.\d{1,6})?")


@dataclass(frozen=True)
class Line:
    """A file or a folder of a listing; `raw_name` is the bytes of its name."""

    raw_name: bytes
    is_folder: bool
    size: int | None
    modified: str = ""

    @property
    def name(self) -> str:
        """Return the name as people read it: in UTF-8, or as older Windows servers write it."""
        try:
            return self.raw_name.decode()
        except UnicodeDecodeError:
            return self.raw_name.decode("cp1252", errors="replace")


def mlsd_line(line: bytes) -> Line | None:
    """Return the file or folder of a line of MLSD, or None for anything else. Raises `ValueError`."""
    facts_part, space, name = line.partition(b" ")
    if not space:
        raise ValueError("a line of MLSD without a name")
    pairs = (fact.partition("=") for fact in facts_part.decode("latin-1").split(";") if fact)
    facts = {key.lower(): value for key, _, value in pairs}
    kind = facts.get("type", "").lower()
    if kind not in {"file", "dir"}:
        return None
    modified = facts.get("modify", "")
    size = facts.get("size", "")
    return Line(
        name,
        is_folder=kind == "dir",
        size=int(size) if size.isdecimal() else None,
        modified=modified if MODIFIED.fullmatch(modified) else "",
    )


def list_line(line: bytes) -> Line | None:
    """Return the file or folder of a line of LIST, or None for anything else. Raises `ValueError`.

    Its time has no seconds, and no hour after six months: it says nothing of whether the file changed.
    """
    if unix := UNIX.fullmatch(line):
        kind = unix["kind"]
        return Line(unix["name"], kind == b"d", int(unix["size"])) if kind in {b"-", b"d"} else None
    if windows := WINDOWS.fullmatch(line):
        return Line(windows["name"], bool(windows["folder"]), int(windows["size"]) if windows["size"] else None)
    if line.lower().startswith(b"total "):
        return None
    raise ValueError("a line of LIST that is not known")
