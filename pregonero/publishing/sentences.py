"""Where a sentence of Spanish ends: not after an abbreviation, an initial, an ordinal or a figure.

A doubtful full stop is no end: a text cut there would say something else than its source.
"""

import re
from collections.abc import Iterator

# Those of the Academy's list and of Colombian use. An entry with a capital letter is only that: «res» is also a word.
ABBREVIATIONS = frozenset(
    [
        "abg",
        "admón",
        "afmo",
        "alm",
        "aprox",
        "apdo",
        "arq",
        "art",
        "arts",
        "arz",
        "asoc",
        "atte",
        "av",
        "avda",
        "bco",
        "bibl",
        "brig",
        "bro",
        "bros",
        "bto",
        "ca",
        "cap",
        "caps",
        "cc",
        "cdad",
        "cel",
        "cf",
        "cfr",
        "cía",
        "cia",
        "cit",
        "cll",
        "cl",
        "cnel",
        "cód",
        "comte",
        "com",
        "coord",
        "corp",
        "cra",
        "cr",
        "kr",
        "dcto",
        "dec",
        "depto",
        "dept",
        "dpto",
        "dg",
        "dir",
        "dicc",
        "dn",
        "dña",
        "dr",
        "dra",
        "dras",
        "drs",
        "dto",
        "dupdo",
        "econ",
        "ed",
        "eds",
        "ej",
        "entlo",
        "env",
        "etnogr",
        "exc",
        "excmo",
        "excma",
        "ext",
        "exp",
        "fasc",
        "fco",
        "fdo",
        "fig",
        "figs",
        "fol",
        "fr",
        "gob",
        "gra",
        "gral",
        "gta",
        "gte",
        "hble",
        "hna",
        "hnas",
        "hno",
        "hnos",
        "hon",
        "ib",
        "ibíd",
        "íd",
        "igl",
        "ilmo",
        "ilma",
        "imp",
        "impr",
        "inc",
        "ing",
        "ingra",
        "inst",
        "introd",
        "izdo",
        "jr",
        "lcdo",
        "lcda",
        "lic",
        "lit",
        "ltd",
        "ltda",
        "mag",
        "máx",
        "mín",
        "mgtr",
        "misc",
        "mons",
        "mpio",
        "ms",
        "mss",
        "mz",
        "ntra",
        "ntro",
        "nro",
        "nros",
        "núm",
        "núms",
        "num",
        "nums",
        "obpo",
        "op",
        "ord",
        "pág",
        "págs",
        "pag",
        "pags",
        "parág",
        "párr",
        "pbro",
        "pdta",
        "pdte",
        "pl",
        "prof",
        "profa",
        "prof",
        "pról",
        "prov",
        "pdo",
        "pte",
        "pto",
        "pza",
        "rad",
        "ref",
        "reg",
        "rep",
        "resol",
        "rte",
        "rvdo",
        "sdo",
        "sgte",
        "sgto",
        "secc",
        "seudón",
        "sig",
        "sigs",
        "sr",
        "sra",
        "sras",
        "sres",
        "srta",
        "srtas",
        "ss",
        "sta",
        "sto",
        "supl",
        "sust",
        "tel",
        "tels",
        "test",
        "tít",
        "tte",
        "trad",
        "trv",
        "ud",
        "uds",
        "univ",
        "urb",
        "vda",
        "vid",
        "vol",
        "vols",
        "vs",
        "vto",
        "ene",
        "feb",
        "abr",
        "jun",
        "jul",
        "ago",
        "sep",
        "sept",
        "oct",
        "nov",
        "dic",
        "lun",
        "mié",
        "jue",
        "vie",
        "sáb",
        "dom",
        "Col",
        "Exp",
        "Gob",
        "Mar",
        "Min",
        "Par",
        "Pres",
        "Res",
        "Sec",
    ]
)
SHORT_WORD = 4  # letters; before a figure, a shorter word with a full stop is taken for an abbreviation: «rad. 45»
LIST_NUMBER = 2  # digits at most: «1. Reúna los papeles»
# What precedes them in the text is excluded, so that a long run of points or letters is read once, not from each one.
_END = re.compile(r"""(?<![.!?…])[.!?…]+[»”"'’)\]]*(?=\s|$)""")
_OPENING = "¿¡«“\"'‘([—–-•*"
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_LAST_WORD = re.compile(r"""(?<![^\s«“"'‘(\[¿¡])[^\s«“"'‘(\[¿¡]*$""")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,3}\.)*[^\W\d_]")  # «J», «S.A.S», «p.m»: what stands before the last full stop
_DOUBLED = re.compile(r"([A-ZÑ])\1")  # «EE. UU.», «RR. HH.»
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")  # «EE.UU», «Ph.D»


def sentence_ends(text: str) -> Iterator[int]:
    """Yield the position after each sentence of a text, with its closing marks; the last one may lack its full stop."""
    for match in _END.finditer(text):
        if ends_sentence(text, match.end()):
            yield match.end()


def ends_sentence(text: str, end: int) -> bool:
    """Return whether a sentence ends at a position that follows a word."""
    mark = _last_mark(text, end)
    if not mark:
        return False
    following = text[end:].lstrip()
    is_new_line = "\n" in text[end : len(text) - len(following)]
    if not following or is_new_line:
        return True
    first = following.lstrip(_OPENING)[:1]
    if first.islower() and not _LINK.match(following):
        return False
    return mark != "." or not _is_abbreviation(text[:end], before_figure=first.isdigit())


def is_abbreviated(text: str, end: int) -> bool:
    """Return whether the word before a position is cut short by a full stop that ends no sentence."""
    return text[:end].endswith(".") and not ends_sentence(text, end)


def _last_mark(text: str, end: int) -> str:
    match = re.search(r"""([.!?…])[»”"'’)\]]*$""", text[max(0, end - 10) : end])
    return match[1] if match else ""


def _begins_list(before: str) -> bool:
    """Return whether a number after this text is that of a list («Pasos: 1. Reúna»), and not a figure («núm. 5»)."""
    return not before or (before[-1] in ".:;!?…" and not _is_abbreviation(before, before_figure=True))


def _is_abbreviation(text: str, *, before_figure: bool) -> bool:
    """Return whether the full stop at the end of a text belongs to its last word, and not to the sentence."""
    match = _LAST_WORD.search(text.rstrip("»”\"'’)]"))
    word = match[0].rstrip(".") if match else ""
    if match and word.isdigit():
        return len(word) <= LIST_NUMBER and _begins_list(text[: match.start()].rstrip())
    patterns = (_INITIALS, _DOUBLED, _DOTTED)
    if word in ABBREVIATIONS or word.lower() in ABBREVIATIONS or any(pattern.fullmatch(word) for pattern in patterns):
        return True
    return before_figure and len(word) <= SHORT_WORD and word.isalpha()
