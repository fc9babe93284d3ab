"""A message as the rules and the model read it: without accents or capitals, and as it sounds."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise

READ = 4_000  # characters of a message that are read
WORD = re.compile(r"\w+")
# Spellings that sound the same in Colombia: people write "k" for "qu", and leave out the "h".
SOUNDS = (
    ("qu", "k"), ("gue", "ge"), ("gui", "gi"), ("ce", "se"), ("ci", "si"), ("ge", "je"), ("gi", "ji"), ("z", "s"),
    ("ch", "x"), ("c", "k"), ("v", "b"), ("h", ""), ("ll", "y"),
)  # fmt: skip
REPEATED, DIGITS = re.compile(r"(.)\1+"), re.compile(r"\d+")
QUESTION_WEIGHT = 8  # of a question mark among the features: it tells more than a word
STEP = 4  # words between one length and the next
LONGEST = 6


def fold(text: str) -> str:
    """Return a text in lower case, without accents and with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text[:READ].casefold())
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return WORD.findall(fold(text))


def sound_of(word: str) -> str:
    """Return a folded word as it sounds, so that two spellings of it are one."""
    word = DIGITS.sub("0", word)
    for written, sound in SOUNDS:
        word = word.replace(written, sound)
    return REPEATED.sub(r"\1", word)


def has_question_mark(text: str) -> bool:
    """Return whether a text has a question mark."""
    return "?" in text or "¿" in text


def word_features(sound: str) -> list[str]:
    """Return the features of one word: itself, and its runs of three to five letters."""
    padded = f" {sound} "
    runs = [f"c:{padded[start : start + size]}" for size in (3, 4, 5) for start in range(len(padded) - size + 1)]
    return [f"w:{sound}", *runs]


def features_of(text: str) -> Counter[str]:
    """Return how often each feature is in a text: words, pairs of words, runs of letters, its mark and its length."""
    sounds = [sound_of(word) for word in words_of(text)]
    features = Counter(feature for sound in sounds for feature in word_features(sound))
    features.update(f"w:{first} {second}" for first, second in pairwise(sounds))
    line = f" {' '.join(sounds)} "
    features.update(f"x:{line[start : start + 6]}" for start in range(len(line) - 6))
    if has_question_mark(text):
        features["m:?"] = QUESTION_WEIGHT
    features[f"m:{min(len(sounds) // STEP, LONGEST)}"] = 1
    return features
