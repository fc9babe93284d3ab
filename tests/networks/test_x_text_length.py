"""The length of a text on X, checked with the cases of twitter-text (Apache-2.0, read from a shared folder)."""

from typing import Any

import pytest
import yaml
from emoji import EMOJI_DATA
from hypothesis import given
from hypothesis import strategies as st
from twitter_text import parse_tweet

from pregonero.networks.x.text import weighted_length
from tests.networks.subjects import SHARED

CASES = SHARED / "twitter-text" / "conformance" / "validate.yml"
GROUPS = ("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")
# The group that remains, WeightedTweetsCounterTest, is of configuration 2, in which an emoji's parts count apart: these
# two are the cases in which that shows, with what configuration 3, X's own today, counts.
BY_CONFIGURATION_3 = {
    "Count a mix of single byte single word, and double word unicode characters": 7,
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers": 4,
}


def _cases(group: str) -> list[dict[str, Any]]:
    if not CASES.is_file():
        return []
    found: list[dict[str, Any]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"][group]
    return found


@pytest.mark.skipif(not CASES.is_file(), reason="PREGONERO_SHARED_DATA no apunta a los casos de twitter-text")
@pytest.mark.parametrize("group", [*GROUPS, "WeightedTweetsCounterTest"])
def test_the_count_is_twitter_texts(group: str) -> None:
    for case in _cases(group):
        expected = BY_CONFIGURATION_3.get(case["description"], case["expected"]["weightedLength"])
        assert weighted_length(case["text"]) == expected, case["description"]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Exportaciones", 13),
        ("año", 3),
        ("an\u0303o", 3),
        ("https://www.mincit.gov.co/prensa/noticias/industria/una-direccion-larguisima", 23),
        ("mincit.gov.co", 23),
        ("Lee: https://www.gov.co.", 29),
        ("🇨🇴", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("1️⃣", 2),
        ("🙂‍↔️", 2),
        ("🙂‍↕️ 🙂‍↔️", 5),
        ("🐦‍🔥", 2),
        ("🍋‍🟩", 2),
        ("⛓️‍💥", 2),
        ("🧑‍🧑‍🧒‍🧒", 2),
        ("👩🏽‍🦽‍➡️", 2),
        ("🫩🪾🫆", 6),
        ("🇨🇶", 2),
        ("🇽🇽", 4),
        ("🙂‍🚀", 5),
        ("Exporta 🙂‍↔️ más: mincit.gov.co 🐦‍🔥", 42),
        ("©", 2),
        ("ⓒ", 2),
        ("中", 2),
        ("«comillas» — raya", 17),
        ("uno\ndos", 7),
        ("uno\r\ndos", 7),
    ],
)
def test_links_emoji_and_accents_are_counted_as_x_does(text: str, length: int) -> None:
    assert weighted_length(text) == length


def test_every_emoji_of_unicode_counts_two() -> None:
    """A sequence of the table, whole, is one emoji, whatever its version of Unicode and its qualification."""
    assert {text: length for text in EMOJI_DATA if (length := weighted_length(text)) != 2} == {}
    assert weighted_length("🙂‍↔️" * 140) == 280


@given(st.lists(st.sampled_from(sorted(EMOJI_DATA)), max_size=30))
def test_emoji_between_words_count_two_each(emoji: list[str]) -> None:
    assert weighted_length(" a ".join(emoji)) == 2 * len(emoji) + 3 * max(0, len(emoji) - 1)


@given(st.text(alphabet=st.characters(max_codepoint=0x2FFF), max_size=60))
def test_the_short_way_counts_as_the_long_one(text: str) -> None:
    assert weighted_length(text) == parse_tweet(text).weightedLength
