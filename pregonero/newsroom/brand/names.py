"""Names of the server's files: which are taken, and what they say of the validity of a template."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

LONGEST_NAME, LONGEST_PATH = 200, 480
DISGUISES = frozenset("\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff") | frozenset(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Characters that nobody sees and that change the order or the look of a name: "plan\u202efdp.exe" reads as a PDF."""
PROGRAMS = frozenset((
    "exe", "msi", "com", "scr", "pif", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "jar", "lnk",
    "reg", "apk", "app", "dmg", "sh", "iso", "htm", "html", "xhtml", "svgz",
))  # fmt: skip
"""Extensions that a double click runs, or opens as a page."""
DAY = r"(\d{4})[-_. ]?(\d{2})[-_. ]?(\d{2})"
DAY_FIRST = r"(\d{2})[-_. ](\d{2})[-_. ](\d{4})"
GAP = r"[\s_.\-]*"
UNTIL = re.compile(rf"(?:hasta|vence|vencimiento|expira){GAP}(?:el{GAP})?(?:{DAY}|{DAY_FIRST})(?!\d)")
SINCE = re.compile(rf"(?:desde|a{GAP}partir{GAP}de(?:l)?){GAP}(?:el{GAP})?(?:{DAY}|{DAY_FIRST})(?!\d)")
BOTH = re.compile(rf"(?<!\d){DAY}{GAP}(?:a|al|hasta)?{GAP}{DAY}(?!\d)")
YEARS = re.compile(rf"(?:vigencia|vigente|valida){GAP}(\d{{4}})(?:{GAP}(\d{{4}}))?(?!\d)")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Validity:
    """From when and until when a template may be used; None is open."""

    valid_from: date | None = None
    valid_until: date | None = None


def why_not(name: str) -> str:
    """Return in Spanish why a file or folder with this name is not taken; empty when it is."""
    if name in {"", ".", ".."} or "/" in name or "\\" in name:
        return "Su nombre quiere salir de su carpeta: no se recibe."
    if DISGUISES & set(name):
        return "Su nombre lleva signos invisibles que lo disfrazan: pide que lo cambien."
    if any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Zl", "Zp"} for char in name):
        return "Su nombre lleva signos que no se ven: pide que lo cambien."
    if len(name) > LONGEST_NAME:
        return f"Su nombre pasa de {LONGEST_NAME} letras: pide que lo acorten."
    if name.rpartition(".")[2].lower() in PROGRAMS and "." in name:
        return "Es un programa o una página web, no una plantilla: no se recibe."
    return ""


def shown(name: str) -> str:
    """Return a name with its invisible characters written out: "plan[U+202E]fdp.exe"."""
    seen = (
        f"[U+{ord(char):04X}]" if char in DISGUISES or unicodedata.category(char)[0] == "C" else char for char in name
    )
    return "".join(seen)[:LONGEST_NAME]


def is_template(path: str) -> bool:
    """Return whether the path of a file says that it is a template."""
    return any(word in _plain(path) for word in ("plantilla", "template"))


def is_manual(path: str) -> bool:
    """Return whether the name of a file says that it is the manual itself."""
    name = _plain(path.rpartition("/")[2])
    return name.endswith(".pdf") and "manual" in name


def validity_in(path: str) -> Validity | None:
    """Return what the name of a file says of its validity, or None if it says nothing that can be trusted."""
    name = _plain(path.rpartition("/")[2])
    try:
        if both := BOTH.search(name):
            return _forward(Validity(_date(both.groups()[:3]), _date(both.groups()[3:])))
        if years := YEARS.search(name):
            first, last = int(years[1]), int(years[2] or years[1])
            return _forward(Validity(_date((str(first), "1", "1")), _date((str(last), "12", "31"))))
        since, until = SINCE.search(name), UNTIL.search(name)
        if since is None and until is None:
            return None
        return _forward(Validity(since and _either(since), until and _either(until)))
    except ValueError:  # a day that the calendar does not have
        return None


def _either(match: "re.Match[str]") -> date:
    year, month, day, other_day, other_month, other_year = match.groups()
    return _date((year, month, day) if year else (other_year, other_month, other_day))


def _date(parts: tuple[str, ...]) -> date:
    found = date(*map(int, parts))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"no template is of {found.year}")
    return found


def _forward(validity: Validity) -> Validity | None:
    start, end = validity.valid_from, validity.valid_until
    return None if start is not None and end is not None and end < start else validity


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
