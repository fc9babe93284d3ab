"""The model that proposes what a message asks for: weights of its features, read without the library that trains it."""

import json
import math
import zlib
from dataclasses import dataclass

from pregonero.inbox.questions.text import features_of, sound_of, word_features, words_of
from pregonero.inbox.states import Question

RECIPE = 1  # grows when the features or the training change: an earlier model is trained again
MOST_WORDS = 3  # of a reason
QUESTIONS = (Question.BASIC, Question.PQRSD, Question.PETITION, Question.PRESS, Question.NONE)


@dataclass(frozen=True)
class QuestionModel:
    """The weights of each feature for each question of `QUESTIONS`, in that order, and what each starts from."""

    weights: dict[str, tuple[float, ...]]
    start: tuple[float, ...]
    rarity: dict[str, float]  # the inverse document frequency of each feature

    def classify(self, text: str) -> Question:
        """Return what a text most probably asks for."""
        scores = self._scores(text)
        return QUESTIONS[scores.index(max(scores))]

    def heaviest_words(self, text: str, question: Question) -> list[str]:
        """Return the words of a text that weighed most for a question, the heaviest first."""
        place = QUESTIONS.index(question)
        weighed = {word: self._weight_of(word, place) for word in dict.fromkeys(words_of(text))}
        heaviest = sorted((word for word in weighed if weighed[word] > 0), key=lambda word: -weighed[word])
        return heaviest[:MOST_WORDS]

    def _weight_of(self, word: str, place: int) -> float:
        features = [feature for feature in word_features(sound_of(word)) if feature in self.weights]
        return sum(self.weights[feature][place] * self.rarity[feature] for feature in features)

    def _scores(self, text: str) -> list[float]:
        values = tf_idf(features_of(text), self.rarity)
        scores = list(self.start)
        for feature, value in values.items():
            for place, weight in enumerate(self.weights[feature]):
                scores[place] += weight * value
        return scores

    def to_bytes(self) -> bytes:
        """Return the model as compressed JSON: data, which runs nothing when it is read."""
        features = [[name, self.rarity[name], *weights] for name, weights in self.weights.items()]
        return zlib.compress(json.dumps({"start": self.start, "features": features}).encode())


def model_from(data: bytes) -> QuestionModel:
    """Return the model that `to_bytes` wrote."""
    value = json.loads(zlib.decompress(data))
    return QuestionModel(
        weights={feature[0]: tuple(feature[2:]) for feature in value["features"]},
        start=tuple(value["start"]),
        rarity={feature[0]: feature[1] for feature in value["features"]},
    )


def tf_idf(features: dict[str, int], rarity: dict[str, float]) -> dict[str, float]:
    """Return the value of each known feature: rare ones and repeated ones count more; together they have length 1."""
    values = {name: (1 + math.log(count)) * rarity[name] for name, count in features.items() if name in rarity}
    length = math.sqrt(sum(value * value for value in values.values()))
    return {name: value / length for name, value in values.items()} if length else {}
