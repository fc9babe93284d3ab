"""A post that a person made by hand is found by its address and read back, on every network (Q-6)."""

from dataclasses import replace
from datetime import date

import pytest

from pregonero.networks.base import Permanent
from pregonero.networks.manual_posting import posting_address, profile_address
from pregonero.networks.registry import manual_posting
from tests.lab.process import Lab
from tests.networks.subjects import NETWORKS, MakeSubject, Subject, lab_credentials

pytestmark = pytest.mark.procedure("Q-6")
REAL = {
    "x": ("https://api.x.com", "https://x.com/mincomercioco/status/1859?s=20", "1859"),
    "facebook": ("https://graph.facebook.com", "https://www.facebook.com/MincomercioCo/posts/122100", "7_122100"),
    "instagram": ("https://graph.facebook.com", "https://www.instagram.com/p/DCa_x-1/?igsh=1", "DCa_x-1"),
    "youtube": ("https://www.googleapis.com", "https://youtu.be/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
    "bluesky": ("https://bsky.social", "https://bsky.app/profile/mincomercioco/post/3lbabc", "3lbabc"),
    "mastodon": ("https://col.social", "https://col.social/@mincomercioco/1135", "1135"),
}


def test_what_is_public_is_read_back_by_its_address(subject: Subject) -> None:
    post = subject.post()
    published = subject.publish(post)
    hand = manual_posting(subject.name)

    id = hand.post_id(subject.credentials, published.url)
    seen = hand.read(subject.credentials, id, post.text)

    assert seen is not None
    assert seen.remote_id == published.remote_id
    assert seen.is_same or subject.name == "facebook"  # there a link goes as a card, and not in the words
    assert seen.at


def test_other_words_are_told_apart(subject: Subject) -> None:
    published = subject.publish(subject.post())
    hand = manual_posting(subject.name)
    seen = hand.read(subject.credentials, hand.post_id(subject.credentials, published.url), "Otra cosa")

    assert seen is not None
    assert seen.is_same is False


@pytest.mark.parametrize("name", ["x", "mastodon", "instagram", "youtube"])
def test_a_post_of_another_account_is_not_ours(name: str, subject_of: MakeSubject, lab: Lab) -> None:
    theirs = subject_of(name)
    published = theirs.publish(theirs.post())
    ours = lab_credentials(lab, name)
    hand = manual_posting(name)

    assert hand.read(ours, hand.post_id(ours, published.url), "") is None


def test_what_facebook_cannot_read_by_its_address_is_said(subject_of: MakeSubject) -> None:
    facebook = subject_of("facebook")
    hand = manual_posting("facebook")
    id = hand.post_id(facebook.credentials, "https://www.facebook.com/MincomercioCo/posts/pfbid02abcdef")

    assert id == "pfbid02abcdef"
    with pytest.raises(Permanent, match="no deja leer"):
        hand.read(facebook.credentials, id, "")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_real_addresses_are_known_and_others_are_not(name: str, lab: Lab) -> None:
    address, post, id = REAL[name]
    credentials = replace(lab_credentials(lab, "x"), address=address, handle="mincomercioco", remote_id="7")
    hand = manual_posting(name)

    assert hand.post_id(credentials, post) == id
    for wrong in ("https://example.com/mincomercioco/status/1859", "javascript:alert(1)", "https://[", post[:17]):
        assert hand.post_id(credentials, wrong) == "", wrong


@pytest.mark.parametrize("name", NETWORKS)
def test_the_intents_are_data_with_their_day_and_source(name: str, lab: Lab) -> None:
    credentials = replace(lab_credentials(lab, "x"), address=REAL[name][0], handle="mincomercioco", remote_id="7")
    hand = manual_posting(name)

    assert hand.intent.source.startswith("https://")
    assert hand.intent.read_on >= date(2026, 1, 1)
    opened = posting_address(hand, credentials, "Más crédito & menos trámites #1")
    assert opened.startswith("https://")
    assert ("M%C3%A1s%20cr%C3%A9dito%20%26%20menos%20tr%C3%A1mites%20%231" in opened) == hand.intent.fills
    assert profile_address(hand, credentials).startswith("https://")
