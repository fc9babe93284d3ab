"""Training of the model, on this machine. Only its job and its measurement import the library (scikit-learn)."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pregonero.inbox.questions.model import QUESTIONS, QuestionModel, tf_idf
from pregonero.inbox.questions.phrases import Phrase, shipped_phrases
from pregonero.inbox.questions.proposals import Proposer
from pregonero.inbox.questions.rules import Rule
from pregonero.inbox.questions.scores import Scores, score
from pregonero.inbox.questions.text import features_of

LEAST_F1 = 0.8  # of the proposals on the held-out phrases: below it, what the entity taught is not used
LEAST_AUTHORS = 2  # a feature that only one person wrote may name them: it stays out (N-7)
REGULARIZATION = 0.5
SEED = 1
DECIMALS = 4


@dataclass(frozen=True)
class Training:
    """A model, how many phrases of the entity it learned, and what the system proposes with it."""

    model: QuestionModel
    learned: int
    scores: Scores


def train_for_entity(learned: Sequence[Phrase], rules: Sequence[Rule]) -> Training:
    """Return a model of the shipped phrases and those of an entity, measured on the phrases that are set apart.

    When what the entity decided makes it worse than `LEAST_F1`, the model knows only the shipped phrases.
    """
    training = _measured([*shipped_phrases("training"), *learned], rules, len(learned))
    if learned and training.scores.macro_f1 < LEAST_F1:
        return _measured(shipped_phrases("training"), rules, 0)
    return training


def _measured(phrases: Sequence[Phrase], rules: Sequence[Rule], learned: int) -> Training:
    model = train(phrases)
    proposer = Proposer(rules, model)
    scores = score(shipped_phrases("held_out"), lambda text: proposer.propose(text).question)
    return Training(model, learned, scores)


def train(phrases: Sequence[Phrase]) -> QuestionModel:
    """Return a model of phrases of every question."""
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415  slow to import, and only needed here
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    counted = [features_of(phrase.text) for phrase in phrases]
    rarity = _rarity(phrases, counted)
    vectorizer = DictVectorizer()
    rows = vectorizer.fit_transform([tf_idf(features, rarity) for features in counted])
    # The classifier takes 32-bit indices, and the vectorizer gives 64-bit ones.
    rows.indices, rows.indptr = rows.indices.astype("int32"), rows.indptr.astype("int32")
    places = [QUESTIONS.index(phrase.question) for phrase in phrases]
    classifier = LinearSVC(C=REGULARIZATION, random_state=SEED).fit(rows, places)
    names = vectorizer.get_feature_names_out()
    columns = classifier.coef_.T.round(DECIMALS).tolist()
    return QuestionModel(
        weights={str(name): tuple(weights) for name, weights in zip(names, columns, strict=True)},
        start=tuple(classifier.intercept_.round(DECIMALS).tolist()),
        rarity={str(name): round(rarity[name], DECIMALS) for name in names},
    )


def _rarity(phrases: Sequence[Phrase], counted: Sequence[Counter[str]]) -> dict[str, float]:
    authors: dict[str, set[str]] = defaultdict(set)
    found = Counter[str]()
    for phrase, features in zip(phrases, counted, strict=True):
        found.update(features.keys())
        for name in features:
            authors[name].add(phrase.author)
    total = len(phrases)
    return {
        name: math.log((1 + total) / (1 + count)) + 1
        for name, count in found.items()
        if len(authors[name]) >= LEAST_AUTHORS
    }
