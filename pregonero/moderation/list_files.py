"""Word lists as CSV files: read with the reason of each refused row, and written so that they can be read again.

A file has the columns «término», «categoría», «dentro» and «nota». One with only terms, a term in each
line, is read too.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pregonero.errors import Refused
from pregonero.moderation.labelled_comments import DATA
from pregonero.moderation.matcher import Term, letters_of
from pregonero.moderation.states import Category
from pregonero.moderation.table_decoder import decode_table
from pregonero.moderation.term_rules import MOST_TERMS, inside_problems, problem_of

STARTING_LIST = DATA / "lista_inicial_colombia.csv"
HEADER = ("término", "categoría", "dentro", "nota")
NAMES = {
    "término": "term", "termino": "term", "palabra": "term", "term": "term", "word": "term",
    "categoría": "category", "categoria": "category", "tipo": "category", "category": "category",
    "dentro": "inside", "inside": "inside", "nota": "note", "note": "note",
}  # fmt: skip
YES = frozenset({"sí", "si", "1", "x", "true", "yes", "verdadero"})
NOTE_LIMIT, MOST_PROBLEMS = 200, 20
# Signs with which a spreadsheet begins a formula.
FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True)
class ListTerm:
    """A term of a list: its words, why they may be hidden, and whether it hits inside longer words."""

    text: str
    category: str
    is_inside: bool = False
    note: str = ""

    def as_json(self) -> list[str | bool]:
        """Return it as a version stores it."""
        return [self.text, self.category, self.is_inside, self.note]


def read_list(data: bytes) -> list[ListTerm]:
    """Return the terms of a file, each once. Raises `Refused` with the first problems and their lines."""
    rows = _rows(decode_table(data))
    if len(rows) > MOST_TERMS:
        raise Refused(f"El archivo tiene {len(rows)} términos y una lista recibe {MOST_TERMS}: divídela por cuenta.")
    read = [(number, *_term_of(row)) for number, row in rows]
    inside = inside_problems([term.text for _, _, term in read if term is not None and term.is_inside])
    problems, terms = list[str](), dict[str, ListTerm]()
    for number, problem, term in read:
        why = inside.get(term.text, "") if term is not None and term.is_inside else problem
        if term is not None and not why:
            terms.setdefault(letters_of(term.text), term)
        elif len(problems) < MOST_PROBLEMS:
            problems.append(f"Línea {number}: {why}")
    if problems:
        raise Refused("\n".join(problems))
    if not terms:
        raise Refused("El archivo no tiene ningún término.")
    return list(terms.values())


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """Return the rows with their numbers, by the names of the columns."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    names = [NAMES.get(name.strip().lower(), "") for name in rows[0]] if rows else []
    if "term" in names:
        body = enumerate(rows[1:], 2)
    else:
        names, body = ["term", "category", "inside", "note"], enumerate(rows, 1)
    return [(number, dict(zip(names, row, strict=False))) for number, row in body if any(cell.strip() for cell in row)]


def _term_of(row: dict[str, str]) -> tuple[str, ListTerm | None]:
    """Return the problem of a row, or its term."""
    text = " ".join(row.get("term", "").removeprefix("'").split())
    is_inside = row.get("inside", "").strip().lower() in YES
    written = row.get("category", "").strip()
    category = _category_of(written)
    if not category:
        known = ", ".join(Category.values)
        return f"no conocemos la categoría «{written[:40]}». La crítica no es una. Usa: {known}.", None
    problem = problem_of(text, is_inside=is_inside)
    return problem, None if problem else ListTerm(text, category, is_inside, row.get("note", "").strip()[:NOTE_LIMIT])


def _category_of(written: str) -> str:
    """Return the code of a category written as its code or its name; insults when there is none."""
    if not written:
        return Category.INSULT
    names = {name.lower(): code for code, label in Category.choices for name in (code, str(label))}
    return names.get(written.lower(), "")


def write_list(terms: Iterable[ListTerm]) -> str:
    """Return a list as CSV. A cell that a spreadsheet would run as a formula starts with an apostrophe."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(HEADER)
    for term in terms:
        cells = (term.text, term.category, "sí" if term.is_inside else "no", term.note)
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return output.getvalue()


def terms_from_json(stored: Sequence[Sequence[str | bool]]) -> list[ListTerm]:
    """Return the terms that a version stores."""
    return [ListTerm(str(text), str(category), bool(inside), str(note)) for text, category, inside, note in stored]


def matcher_terms(terms: Sequence[ListTerm]) -> list[Term]:
    """Return the terms of a list as a matcher takes them; the id of each is its place in the list."""
    return [Term(place, term.text, term.is_inside) for place, term in enumerate(terms)]


def starting_list() -> list[ListTerm]:
    """Return the small list for Colombia that the product brings, for a first version."""
    return read_list(STARTING_LIST.read_bytes())
