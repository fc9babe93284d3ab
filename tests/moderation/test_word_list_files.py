"""Word lists come and go as files: their encoding is recognised or refused, and each bad term has its reason."""

import codecs

import pytest

from pregonero.errors import Refused
from pregonero.moderation.list_files import ListTerm, read_list, starting_list, write_list
from pregonero.moderation.term_rules import problem_of

ROWS = "término;categoría;dentro\nmaricón;INSULT;no\nhijueputa;insultos o groserías;sí\n"
TERMS = [ListTerm("maricón", "INSULT"), ListTerm("hijueputa", "INSULT", is_inside=True)]


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode(),
        codecs.BOM_UTF8 + ROWS.encode(),
        ROWS.encode("utf-16"),
        ROWS.encode("cp1252"),
        ROWS.replace(";", "\t").replace("\n", "\r\n").encode(),
        ROWS.replace(";", ",").encode("latin-1"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "windows", "tabs", "latin-1"],
)
def test_read_list_recognises_the_encoding(data: bytes) -> None:
    assert read_list(data) == TERMS


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode("mac-roman"),
        ROWS.encode("cp437"),
        ROWS.encode("utf-16-le"),
        ROWS.encode().decode("cp1252").encode(),
        ROWS.encode("ascii", "replace").replace(b"?", "\ufffd".encode()),
        b"\xff\xfe\x00",
    ],
    ids=["mac", "dos", "utf-16 without mark", "utf-8 read as windows", "lost letters", "half a character"],
)
def test_read_list_refuses_a_wrong_encoding_and_says_what_to_do(data: bytes) -> None:
    with pytest.raises(Refused, match="CSV UTF-8"):
        read_list(data)


def test_read_list_takes_a_file_with_only_terms() -> None:
    assert read_list(b"gonorrea\r\nhijo de puta\r\n\r\ngonorrea\r\n") == [
        ListTerm("gonorrea", "INSULT"),
        ListTerm("hijo de puta", "INSULT"),
    ]


@pytest.mark.procedure("N-4")
def test_criticism_is_no_category_of_a_list() -> None:
    with pytest.raises(Refused, match="La crítica no es una"):
        read_list("término,categoría\ncorrupto,CRITICISM\n".encode())


def test_read_list_says_the_line_of_each_problem() -> None:
    with pytest.raises(Refused) as refused:
        read_list("término,categoría,dentro\n🍑,,\nde,,\nputa,,sí\n".encode())
    assert [line[:8] for line in refused.value.message.splitlines()] == ["Línea 2:", "Línea 3:", "Línea 4:"]


def test_read_list_refuses_fifty_thousand_terms_and_a_huge_file() -> None:
    words = "\n".join(f"{a}{b}{c}{d}" for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES for d in SYLLABLES)
    with pytest.raises(Refused, match="50625 términos y una lista recibe 20000"):
        read_list(words.encode())
    with pytest.raises(Refused, match="4 MB"):
        read_list(b"a" * 4_000_001)


SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "bu",
    "ca",
    "ce",
    "ci",
    "co",
    "cu",
    "da",
    "de",
    "di",
    "do",
    "du",
]  # 15 to the fourth is 50,625


@pytest.mark.procedure("N-4")
@pytest.mark.parametrize(
    ("term", "is_inside", "reason"),
    [
        ("🍑🍑", False, "no tiene letras"),
        ("\u200b", False, "no tiene letras"),
        (".*", False, "no tiene letras"),
        ("(a+)+$", False, "muy corto"),
        ("aaaaaa", False, "muy corto"),
        ("de", False, "muy corto"),
        ("ministro", False, "de todos los días"),
        ("QUÉ", False, "de todos los días"),
        ("h1juepu7a", False, "tiene números"),
        ("a" * 61, False, "muy largo"),
        ("puta", True, "muy corto para buscarlo dentro"),
    ],
)
def test_a_term_that_hits_nothing_or_everything_is_refused(term: str, is_inside: bool, reason: str) -> None:
    assert reason in problem_of(term, is_inside=is_inside)
    assert problem_of("hijueputa", is_inside=True) == ""


@pytest.mark.procedure("N-4")
def test_a_term_inside_innocent_words_is_refused_with_one_of_them() -> None:
    with pytest.raises(Refused, match="Línea 2: «puesta» está dentro de «respuesta»"):
        read_list("término,categoría,dentro\npuesta,INSULT,sí\nhijueputa,INSULT,sí\npuesto,INSULT,no\n".encode())


def test_a_long_list_of_terms_inside_words_is_read_in_one_pass() -> None:
    words = [f"{a}{b}{c}zq" for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
    assert len(read_list("\n".join(f"{word},INSULT,sí" for word in words).encode())) == len(words)


def test_a_list_that_is_exported_is_read_again_the_same() -> None:
    terms = [*starting_list(), ListTerm("-zascandil-", "INSULT", note="=1+1")]
    exported = write_list(terms)
    assert "\r\n'-zascandil-," in exported
    assert read_list(exported.encode())[:-1] == starting_list()
