"""How well the starting list tells the labelled comments apart, and what it does not see."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyleetspeak2 import LeetSpeaker

from bench.moderation import measure
from pregonero.cli import main
from pregonero.errors import Refused
from pregonero.moderation.labelled_comments import OWN_TABLE, evaluate, own_comments, read_labelled
from pregonero.moderation.list_files import matcher_terms, starting_list
from pregonero.moderation.matcher import Matcher
from tests.networks.subjects import SHARED

LOOKALIKES = SHARED / "wordlists" / "lookalikes"
# Recall of the starting list under each attacker of pyleetspeak2 with five seeds, as measured. Beyond "basic" the
# tricks leave letters out or draw them with several signs: docs/formats/comentarios-rotulados.md says it.
RECALL_UNDER = {"basic": 0.88, "basic_leetspeak": 0.7, "intermediate": 0.48, "intermediate_leetspeak": 0.6}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(matcher_terms(starting_list()))


@pytest.mark.procedure("N-3", "N-4")
def test_starting_list_finds_evasions_and_leaves_criticism_alone(matcher: Matcher) -> None:
    labels = evaluate("propia", list(own_comments()), matcher).labels
    assert labels["EVASION"].share >= 0.98
    assert labels["INSULT"].share == 1
    assert labels["LOOKALIKE"].share <= 0.01
    assert labels["CRITICISM"].hits == labels["PLAIN"].hits == 0


def test_own_table_has_the_promised_comments_each_once() -> None:
    labels = Counter(comment.label for comment in own_comments())
    assert sum(labels.values()) >= 600
    assert min(labels["EVASION"], labels["LOOKALIKE"], labels["CRITICISM"]) >= 150
    assert len({comment.text for comment in own_comments()}) == sum(labels.values())
    assert all(bool(comment.term) == (comment.label in {"EVASION", "INSULT"}) for comment in own_comments())
    assert OWN_TABLE.read_text().partition("\n")[0] == "número\trótulo\ttérmino\ttruco\ttexto"


@pytest.mark.parametrize("mode", RECALL_UNDER)
def test_recall_under_an_attacker_does_not_fall(matcher: Matcher, mode: str) -> None:
    found = total = 0
    for seed in range(1, 6):
        attacker = LeetSpeaker(mode=mode, change_prb=0.8, change_frq=0.5, seed=seed)
        for term in starting_list():
            hits = matcher.find(f"ese {attacker.text2leet(term.text)} señor")
            found += term.text in {hit.term.text for hit in hits}
            total += 1
    assert found / total >= RECALL_UNDER[mode]


def test_a_table_of_others_is_read_with_its_own_names(tmp_path: Path, matcher: Matcher) -> None:
    table = tmp_path / "otra.csv"
    table.write_text('id,text,label\n1,"qué gonorrea, de verdad",1\n2,"la reputación, bien",0\n3,malo,1\n')
    evaluation = evaluate(table.name, read_labelled(table), matcher)
    assert (evaluation.labels["INSULT"].hits, evaluation.labels["INSULT"].examples) == (1, ["malo"])
    assert evaluation.labels["PLAIN"].errors == 0
    assert "dejó pasar: 1" in "\n".join(evaluation.lines())


@pytest.mark.parametrize(
    ("content", "reason"),
    [("uno,dos\n1,2\n", "columnas «texto» y «rótulo»"), ("texto,rótulo\nhola,quizás\n", "quizás")],
)
def test_a_table_without_labels_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    table = tmp_path / "tabla.csv"
    table.write_text(content)
    with pytest.raises(Refused, match=reason):
        read_labelled(table)


def test_evaluate_command_prints_figures_by_file_and_kind_of_error(tmp_path: Path) -> None:
    table, terms = tmp_path / "tabla.tsv", tmp_path / "lista.csv"
    table.write_text("texto\trótulo\nqué pirobo\tINSULT\nqué tonto\tINSULT\nbuena feria\tPLAIN\n")
    terms.write_text("pirobo\n")
    run = CliRunner().invoke(main, ["moderation", "evaluate", str(table), "--list", str(terms), "--json"])
    told = json.loads(run.output)
    assert (told["file"], told["labels"]["INSULT"]["share"], told["labels"]["INSULT"]["errors"]) == (
        "tabla.tsv",
        0.5,
        1,
    )
    assert (
        "dejó pasar: 1" in CliRunner().invoke(main, ["moderation", "evaluate", str(table), "--list", str(terms)]).output
    )
    refused = CliRunner().invoke(main, ["moderation", "evaluate", str(terms)])
    assert refused.exit_code == 1 and "columnas «texto» y «rótulo»" in refused.output


def test_bench_says_why_a_peer_was_not_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bench.moderation.PEERS_PYTHON", tmp_path / "python")
    report = measure(100)
    rows = {row.program: row for row in report.rows}
    assert report.against_hyperscan is None
    assert "hyperscan no está instalado" in rows["Hyperscan: solo buscar"].why_not
    assert rows["Pregonero: normalizar y buscar"].per_second
    assert "sin medir" in "\n".join(report.lines())


@pytest.mark.procedure("N-4")
@pytest.mark.skipif(not LOOKALIKES.exists(), reason="PREGONERO_SHARED_DATA no tiene las palabras inocentes")
def test_no_innocent_word_of_the_dictionary_and_no_example_of_an_ambiguous_one_is_found(matcher: Matcher) -> None:
    found = list[str]()
    for name, column in (("palabras_inocentes_subcadena.tsv", "word"), ("terminos_ambiguos.tsv", "example")):
        with (LOOKALIKES / name).open(encoding="utf-8") as table:
            texts = [row[column] for row in csv.DictReader(table, delimiter="\t")]
        assert texts
        found += [text for text in texts if matcher.find(text)]
    assert found == []
