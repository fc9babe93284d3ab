"""The evaluation of a list, as `pregonero moderation evaluate` asks for it. It needs no database."""

from pathlib import Path

from pregonero.moderation.labelled_comments import Evaluation, evaluate, read_labelled
from pregonero.moderation.list_files import matcher_terms, read_list, starting_list
from pregonero.moderation.matcher import Matcher


def evaluation_of(file: Path, list_file: Path | None) -> Evaluation:
    """Return how a list (the starting one when there is none) tells the comments of a table apart."""
    terms = read_list(list_file.read_bytes()) if list_file else starting_list()
    return evaluate(file.name, read_labelled(file), Matcher(matcher_terms(terms)))
