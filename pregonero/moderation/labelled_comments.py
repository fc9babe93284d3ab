"""Tables of comments with a label, and how well a list tells them apart: `pregonero moderation evaluate`.

The table that the product brings was written for it (docs/formats/comentarios-rotulados.md). Invisible characters are
written as `\\uXXXX`.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from pregonero.errors import Refused
from pregonero.moderation.matcher import Matcher, letters_of
from pregonero.moderation.table_decoder import decode_table

DATA = Path(__file__).parent / "data"
OWN_TABLE = DATA / "comentarios_rotulados.tsv"
OFFENSIVE = frozenset({"EVASION", "INSULT"})
INNOCENT = frozenset({"LOOKALIKE", "CRITICISM", "PLAIN"})
# What tables of other authors write for the same.
OTHER_LABELS = {
    **dict.fromkeys(("1", "true", "si", "sí", "yes", "ofensivo", "offensive", "toxic", "toxico", "tóxico", "insulto",
                     "insult", "hate", "off", "evasion", "evasión"), "INSULT"),
    **dict.fromkeys(("0", "false", "no", "none", "not", "limpio", "inocente", "clean", "normal", "plain", "neutral"),
                    "PLAIN"),
    **dict.fromkeys(("criticism", "critica", "crítica"), "CRITICISM"),
    **dict.fromkeys(("lookalike", "parecida"), "LOOKALIKE"),
}  # fmt: skip
COLUMNS = {
    "texto": "text", "text": "text", "comentario": "text", "comment": "text", "tweet": "text",
    "rótulo": "label", "rotulo": "label", "label": "label", "etiqueta": "label", "class": "label", "clase": "label",
    "término": "term", "termino": "term", "term": "term", "truco": "trick", "trick": "trick",
    "número": "number", "numero": "number", "id": "number",
}  # fmt: skip
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
MOST_EXAMPLES = 10


@dataclass(frozen=True)
class LabelledComment:
    """One row: the text, what it is, and for an evasion the term that it hides and the trick."""

    text: str
    label: str
    term: str = ""
    trick: str = ""


@dataclass
class LabelFigures:
    """How the comments of one label came out. `share` is the recall of offensive ones, and the false hits of others."""

    label: str
    comments: int = 0
    hits: int = 0
    errors: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_offensive(self) -> bool:
        """Return whether a list should hit these."""
        return self.label in OFFENSIVE

    @property
    def share(self) -> float:
        """Return the share that was hit, from 0 to 1."""
        return self.hits / self.comments if self.comments else 0.0


@dataclass
class Evaluation:
    """The figures of one table: by label, and the recall of each trick."""

    file: str
    labels: dict[str, LabelFigures]
    tricks: dict[str, tuple[int, int]]  # hit, of how many

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON values."""
        labels = {name: {**asdict(one), "share": round(one.share, 4)} for name, one in self.labels.items()}
        return {"file": self.file, "labels": labels, "tricks": {name: list(two) for name, two in self.tricks.items()}}

    def lines(self) -> list[str]:
        """Return what the command prints."""
        rows = [self.file, f"  {'':<12}{'comentarios':>12}{'encontrados':>13}{'parte':>8}   error"]
        for one in self.labels.values():
            kind = "dejó pasar" if one.is_offensive else "encontró de más"
            rows.append(f"  {one.label:<12}{one.comments:>12}{one.hits:>13}{one.share:>8.3f}   {kind}: {one.errors}")
            rows += [f"      · {example[:100]}" for example in one.examples]
        rows += [f"  {trick:<28}{hit:>5} de {count}" for trick, (hit, count) in sorted(self.tricks.items())]
        return rows


def read_labelled(path: Path) -> list[LabelledComment]:
    """Return the rows of a table with a header, CSV or TSV. Raises `Refused` when it has no text or no label."""
    text = decode_table(path.read_bytes())
    header = text.partition("\n")[0]
    delimiter = max("\t;,", key=header.count)
    lines = text.splitlines()
    # With tabs there are no quotes around a text: it may start with one.
    rows = [line.split("\t") for line in lines] if delimiter == "\t" else list(csv.reader(lines, delimiter=delimiter))
    names = [COLUMNS.get(name.strip().lower(), "") for name in rows[0]] if rows else []
    if "text" not in names or "label" not in names:
        raise Refused("La tabla necesita una primera fila con las columnas «texto» y «rótulo».")
    return [_comment(dict(zip(names, row, strict=False))) for row in rows[1:] if any(row)]


def _comment(row: dict[str, str]) -> LabelledComment:
    text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), row.get("text", ""))
    return LabelledComment(text, label_of(row.get("label", "")), row.get("term", ""), row.get("trick", ""))


def label_of(written: str) -> str:
    """Return one of our labels. Raises `Refused` for a word that we do not know."""
    label = written.strip()
    known = label if label in OFFENSIVE | INNOCENT else OTHER_LABELS.get(label.lower())
    if known is None:
        raise Refused(f"No conocemos el rótulo «{label[:40]}». Usa {', '.join(sorted(OFFENSIVE | INNOCENT))}, 1 o 0.")
    return known


def evaluate(file: str, comments: list[LabelledComment], matcher: Matcher) -> Evaluation:
    """Return how a matcher tells the comments of a table apart. A comment with a term has to be hit by that term."""
    labels: dict[str, LabelFigures] = {}
    tricks: dict[str, list[bool]] = defaultdict(list)
    for comment in comments:
        figures = labels.setdefault(comment.label, LabelFigures(comment.label))
        is_hit = _is_hit(comment, matcher)
        figures.comments += 1
        figures.hits += is_hit
        if is_hit != figures.is_offensive:
            figures.errors += 1
            figures.examples = [*figures.examples, comment.text][:MOST_EXAMPLES]
        if comment.trick:
            tricks[comment.trick].append(is_hit)
    counted = {trick: (Counter(results)[True], len(results)) for trick, results in tricks.items()}
    return Evaluation(file, labels, counted)


def _is_hit(comment: LabelledComment, matcher: Matcher) -> bool:
    found = {letters_of(hit.term.text) for hit in matcher.find(comment.text)}
    return letters_of(comment.term) in found if comment.term else bool(found)


@cache
def own_comments() -> tuple[LabelledComment, ...]:
    """Return the comments that the product brings."""
    return tuple(read_labelled(OWN_TABLE))


def innocent_texts() -> Iterator[str]:
    """Return the comments of the product that no list should hit."""
    return (comment.text for comment in own_comments() if comment.label in INNOCENT)
