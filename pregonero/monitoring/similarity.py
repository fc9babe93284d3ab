"""The same story from several sources is one topic (T-2): near-duplicates by their words, and the names in titles.

Each entry is a vector of stems, weighted by how rare they are among the entries of the last days; names and figures
weigh more, and words of the title more than those of the summary. An entry joins the topic most like it, if the
likeness reaches the threshold, and starts one of its own otherwise. People merge and split; what they did moves the
threshold (`tuned_threshold`).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pregonero.monitoring.words import names, same_title, stems

THRESHOLD = 0.34
REACH = timedelta(hours=84)  # a topic takes an entry up to this long after its last one
NAME_WEIGHT, TITLE_WEIGHT = 1.3, 2.0
SUMMARY_WORDS = 45
PRIOR_ENTRIES, PRIOR_COUNT = 40, 0.6  # with few entries every word looks common: count these too
FADE = 0.25  # of the likeness, at the end of the reach
MOST_TUNING = 0.08  # how far what people did may move the threshold


@dataclass(frozen=True)
class Text:
    """What the grouping reads of an entry. `topic` is the one that it has already, or None."""

    id: int
    title: str
    summary: str
    at: datetime
    topic: int | None = None


@dataclass
class Cluster:
    """A topic while entries are grouped: the sum of their vectors, and when the last one was published."""

    id: int | None
    latest_at: datetime
    size: int = 0
    total: dict[str, float] = field(default_factory=dict)
    members: list[int] = field(default_factory=list)

    def add(self, text: Text, vector: Mapping[str, float]) -> None:
        """Take an entry in."""
        self.size += 1
        self.members.append(text.id)
        self.latest_at = max(self.latest_at, text.at)
        for word, weight in vector.items():
            self.total[word] = self.total.get(word, 0.0) + weight


class Grouper:
    """Groups the entries of one entity of a few days. The entries that have a topic come first, and stay in it."""

    def __init__(self, texts: Iterable[Text], *, threshold: float = THRESHOLD) -> None:
        self.texts = sorted(texts, key=lambda text: (text.topic is None, text.at, text.id))
        self.threshold = threshold
        counts = {text.id: _counts(text) for text in self.texts}
        self.entries_with: Counter[str] = Counter(word for words in counts.values() for word in words)
        self.vectors = {pk: self._vector(words) for pk, words in counts.items()}
        self.clusters: list[Cluster] = []
        self.clusters_with: defaultdict[str, set[int]] = defaultdict(set)
        self.of_topic: dict[int, int] = {}
        self.of_title: dict[str, int] = {}

    def group(self) -> list[Cluster]:
        """Return the topics with their entries; those with `id` None are new."""
        for text in self.texts:
            at = self.of_topic.get(text.topic) if text.topic is not None else self._best(text)
            if at is None:
                at = len(self.clusters)
                self.clusters.append(Cluster(text.topic, text.at))
                if text.topic is not None:
                    self.of_topic[text.topic] = at
            self._add(at, text)
        return self.clusters

    def similarity(self, one: Iterable[int], other: Iterable[int]) -> float:
        """Return how alike two sets of entries are, from 0 to 1."""
        return _cosine(self._sum(one), self._sum(other))

    def _add(self, at: int, text: Text) -> None:
        vector = self.vectors[text.id]
        self.clusters[at].add(text, vector)
        self.of_title.setdefault(same_title(text.title), at)
        for word in vector:
            self.clusters_with[word].add(at)

    def _best(self, text: Text) -> int | None:
        copied = self.of_title.get(same_title(text.title))
        if copied is not None and abs(text.at - self.clusters[copied].latest_at) <= REACH:
            return copied
        vector = self.vectors[text.id]
        candidates = {at for word in _rarest(vector) for at in self.clusters_with[word]}
        scored = [(self._likeness(vector, text.at, self.clusters[at]), -at) for at in candidates]
        best = max(scored, default=(0.0, 0))
        return -best[1] if best[0] >= self.threshold else None

    def _likeness(self, vector: Mapping[str, float], at: datetime, cluster: Cluster) -> float:
        apart = abs(at - cluster.latest_at)
        if apart > REACH:
            return 0.0
        return _cosine(vector, cluster.total) * (1 - FADE * (apart / REACH))

    def _vector(self, words: Mapping[str, float]) -> dict[str, float]:
        entries = len(self.texts) + PRIOR_ENTRIES
        weighted = {
            word: weight * math.log((entries + 1) / (self.entries_with[word] + PRIOR_COUNT))
            for word, weight in words.items()
        }
        norm = math.sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
        return {word: weight / norm for word, weight in weighted.items()}

    def _sum(self, ids: Iterable[int]) -> dict[str, float]:
        total: Counter[str] = Counter()
        for pk in ids:
            total.update(self.vectors.get(pk, {}))
        return dict(total)


def tuned_threshold(merged: Iterable[float], split: Iterable[float]) -> float:
    """Return the threshold that agrees best with what people did: likenesses that they merged, and that they split.

    The general one wins a draw, so that nothing changes until somebody corrects it.
    """
    joined, apart = list(merged), list(split)
    steps = [THRESHOLD + step / 100 for step in range(-round(MOST_TUNING * 100), round(MOST_TUNING * 100) + 1)]

    def faults(threshold: float) -> tuple[int, float]:
        missed = sum(likeness < threshold for likeness in joined)
        mixed = sum(likeness >= threshold for likeness in apart)
        return missed + mixed, abs(threshold - THRESHOLD)

    return min(steps, key=faults)


def _counts(text: Text) -> dict[str, float]:
    """Return the weight of each word of an entry before its rarity: title over summary, names over the rest."""
    in_title = stems(text.title)
    weights = dict.fromkeys(stems(text.summary)[:SUMMARY_WORDS], 1.0) | dict.fromkeys(in_title, TITLE_WEIGHT)
    named = names(text.title) | names(text.summary)
    return {word: weight * (NAME_WEIGHT if word in named else 1.0) for word, weight in weights.items()}


def _rarest(vector: Mapping[str, float], limit: int = 12) -> list[str]:
    return sorted(vector, key=lambda word: (-vector[word], word))[:limit]


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    product = sum(weight * longer.get(word, 0.0) for word, weight in shorter.items())
    norms = math.sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return product / norms if norms else 0.0
