"""Comments per second through a list of 5,000 terms: normalised and matched by ours, and by its peers, in one run.

One thread does all of it, and its time at the processor counts. The patterns of the terms are compiled in a first pass
that is not counted. Hyperscan and better-profanity run in an environment of their own (.venv-bench); one that
is not installed is left out, with the reason.
"""

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pregonero.moderation.labelled_comments import innocent_texts
from pregonero.moderation.list_files import matcher_terms, starting_list
from pregonero.moderation.matcher import Matcher, Term
from pregonero.moderation.normalization import normalize
from pregonero.moderation.term_patterns import fold

ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
WORDS, TERMS = 20, 5_000
WITH_TERM = 0.05  # share of the comments that have a term
SYLLABLES = "pa pe pi po ca co cu ma me mo ra ro ri ta te to la lo sa so na no da do va gue chi lle rri nte"
VERY_SLOW = 20  # comments, of what reads less than 10 a second
Text = TypeVar("Text")
SLOW_SHARE = 100  # of the comments, a hundredth is enough for what reads less than 1,000 a second


@dataclass(frozen=True)
class Row:
    """The comments per second of one program; without them, why it was not measured."""

    program: str
    per_second: float | None
    why_not: str = ""


@dataclass(frozen=True)
class Report:
    """All rows of one run, and the ratio of our matching to Hyperscan's."""

    rows: tuple[Row, ...]
    terms: int
    comments: int
    against_hyperscan: float | None

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON values."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the table that the command prints."""
        rows = [
            f"{row.program:<44}{f'{row.per_second:>12,.0f}' if row.per_second else row.why_not}" for row in self.rows
        ]
        ratio = (
            "" if self.against_hyperscan is None else f"solo buscar, frente a Hyperscan: {self.against_hyperscan:.2f}"
        )
        return [f"{'':<44}comentarios/s", *rows, "", f"términos: {self.terms}   comentarios: {self.comments}   {ratio}"]


def measure(count: int) -> Report:
    """Measure `count` comments of 20 words with 5,000 terms."""
    generator = random.Random(13)  # noqa: S311 - the same comments in each run
    terms = sample_terms(generator)
    comments = sample_comments(generator, terms, count)
    matcher = Matcher(terms)
    folded = [fold(normalize(comment)) for comment in comments]
    _rate(matcher.find, comments)
    alone = _rate(lambda form: matcher.whole.search(form, True), folded)
    rows = [
        Row("Pregonero: normalizar y buscar", _rate(matcher.find, comments)),
        Row("Pregonero: solo buscar", alone),
        Row("re: una alternativa por término", _rate(_alternation(terms), comments[: max(count // SLOW_SHARE, 1)])),
        *(peers := _measure_peers(matcher.whole.patterns, folded, [term.text for term in terms], comments)),
    ]
    hyperscan = peers[0].per_second
    return Report(tuple(rows), len(terms), count, alone / hyperscan if hyperscan else None)


def sample_terms(generator: random.Random) -> list[Term]:
    """Return the starting list, and invented words up to 5,000."""
    texts = {term.text: term for term in matcher_terms(starting_list())}
    while len(texts) < TERMS:
        word = "".join(generator.choices(SYLLABLES.split(), k=generator.randint(3, 5)))
        texts.setdefault(word, Term(len(texts), word))
    return list(texts.values())


def sample_comments(generator: random.Random, terms: Sequence[Term], count: int) -> list[str]:
    """Return comments of 20 words in Spanish; some have a term."""
    vocabulary = [word for text in innocent_texts() for word in text.split()]
    comments = [generator.choices(vocabulary, k=WORDS) for _ in range(count)]
    for words in comments:
        if generator.random() < WITH_TERM:
            words[generator.randrange(WORDS)] = generator.choice(terms).text
    return [" ".join(words) for words in comments]


def _alternation(terms: Sequence[Term]) -> Callable[[str], object]:
    words = "|".join(re.escape(term.text) for term in terms)
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE).search


def _rate(search: Callable[[Text], object], texts: Sequence[Text]) -> float:
    started = time.process_time()
    for text in texts:
        search(text)
    return len(texts) / (time.process_time() - started)


def _measure_peers(
    patterns: Sequence[bytes], folded: Sequence[bytes], terms: Sequence[str], comments: Sequence[str]
) -> list[Row]:
    python = PEERS_PYTHON if PEERS_PYTHON.exists() else Path(sys.executable)
    question = {
        "patterns": [pattern.decode() for pattern in patterns],
        "folded": [form.decode() for form in folded],
        "terms": list(terms),
        "comments": comments[:VERY_SLOW],
    }
    run = subprocess.run(
        [str(python), str(ROOT / "bench" / "moderation_peers.py")],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
    )
    return [Row(**row) for row in json.loads(run.stdout)]
