"""How well stories are gathered, on a set written for this project, beside a baseline in the same run (T-2).

Pairwise F1 looks at pairs of notes, and BCubed F1 at each note. The baseline joins notes with the same title, or with
at least three words in common that are 60 % of those of both (anchors (d)).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from pregonero.monitoring.similarity import THRESHOLD, Grouper, Text, tuned_threshold
from pregonero.monitoring.words import fold, names, stems

pytestmark = pytest.mark.procedure("T-2")
STORIES = Path(__file__).with_name("stories.txt")
START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
WANTED, LEAST_SHARED, LEAST_SHARE = 0.85, 3, 0.6
Labels = Sequence[int]


def labelled() -> tuple[list[Text], Labels]:
    """Return the notes in the order in which they come out, and the story of each one."""
    blocks = [
        [line for line in block.splitlines() if line and not line.startswith("#")]
        for block in STORIES.read_text(encoding="utf-8").split("\n\n")
    ]
    rows = []
    for story, block in enumerate(filter(None, blocks)):
        for source, line in enumerate(block):
            title, _, summary = line.partition(" | ")
            minutes = (story * 37) % 2880 + source * 41  # the stories of two days, mixed
            rows.append((START + timedelta(minutes=minutes), story, title, summary))
    rows.sort()
    texts = [Text(number, title, summary, at) for number, (at, _, title, summary) in enumerate(rows)]
    return texts, [story for _, story, _, _ in rows]


def grouped(texts: Sequence[Text]) -> Labels:
    clusters = Grouper(texts).group()
    of = {pk: number for number, cluster in enumerate(clusters) for pk in cluster.members}
    return [of[text.id] for text in texts]


def baseline(texts: Sequence[Text]) -> Labels:
    """Return the groups of the baseline: the same title, or enough words in common."""
    words = [set(fold(text.title).split()) for text in texts]
    group = list(range(len(texts)))
    for one, other in combinations(range(len(texts)), 2):
        shared = words[one] & words[other]
        share = len(shared) / len(words[one] | words[other])
        if words[one] == words[other] or (len(shared) >= LEAST_SHARED and share >= LEAST_SHARE):
            old, new = group[other], group[one]
            group = [new if value == old else value for value in group]
    return group


def pairwise_f1(found: Labels, true: Labels) -> float:
    def pairs(labels: Labels) -> set[tuple[int, int]]:
        members = defaultdict(list)
        for at, label in enumerate(labels):
            members[label].append(at)
        return {pair for group in members.values() for pair in combinations(group, 2)}

    ours, theirs = pairs(found), pairs(true)
    both = len(ours & theirs)
    return 2 * both / (len(ours) + len(theirs))


def bcubed_f1(found: Labels, true: Labels) -> float:
    both, of_found, of_true = Counter(zip(found, true, strict=True)), Counter(found), Counter(true)
    precision = sum(both[pair] / of_found[pair[0]] for pair in zip(found, true, strict=True)) / len(true)
    recall = sum(both[pair] / of_true[pair[1]] for pair in zip(found, true, strict=True)) / len(true)
    return 2 * precision * recall / (precision + recall)


def test_the_set_is_as_large_as_it_must_be() -> None:
    texts, true = labelled()
    assert len(texts) >= 300
    assert sum(count >= 3 for count in Counter(true).values()) >= 60


def test_stories_are_gathered_better_than_the_baseline_and_well_enough(
    record_property: Callable[[str, object], None],
) -> None:
    texts, true = labelled()
    figures = {
        name: {"pairwise": pairwise_f1(found, true), "bcubed": bcubed_f1(found, true)}
        for name, found in (("ours", grouped(texts)), ("baseline", baseline(texts)))
    }
    record_property("figures", json.dumps(figures))
    print(json.dumps(figures))
    ours, simple = figures["ours"], figures["baseline"]
    assert ours["pairwise"] >= WANTED
    assert ours["bcubed"] >= WANTED
    assert ours["pairwise"] > simple["pairwise"]
    assert ours["bcubed"] > simple["bcubed"]


def test_the_measures_are_one_for_the_truth_and_less_for_anything_else() -> None:
    true = [0, 0, 1, 1, 2]
    assert (pairwise_f1(true, true), bcubed_f1(true, true)) == (1.0, 1.0)
    assert pairwise_f1([0, 0, 0, 1, 2], true) == pytest.approx(0.4)
    assert bcubed_f1([0] * 5, true) < 0.6


def test_what_people_did_moves_the_threshold_a_little() -> None:
    assert tuned_threshold([], []) == THRESHOLD
    assert tuned_threshold([0.3, 0.31], [0.28]) < THRESHOLD < tuned_threshold([], [0.38])
    assert tuned_threshold([0.01], [0.99]) == THRESHOLD  # out of its reach: it would join or part everything


def test_names_and_figures_are_told_from_the_first_word_of_a_sentence() -> None:
    assert names("Café impulsa a Huila, según el DANE: 8,4 %") == {"huil", "dan", "8,4"}
    assert stems("La exportación y las exportaciones")[0] == stems("exportaciones")[0]
