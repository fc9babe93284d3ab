"""The contract of every connector, over real sockets: invisible until the commit, and published exactly once."""

from datetime import UTC, datetime
from html import unescape

import httpx
import pytest

from pregonero.networks.base import (
    NetworkError,
    Permanent,
    Post,
    QuotaExhausted,
    Transient,
    Unauthorized,
    Unknown,
    Verdict,
)
from tests.networks.subjects import ALT, SETTLED, Subject

# What the laboratory's refusal with each status means, in each network's own words.
REFUSALS = {
    "x": {401: Unauthorized, 402: QuotaExhausted, 403: Permanent, 429: Transient, 500: Unknown},
    "facebook": {401: Unauthorized, 402: Transient, 403: Permanent, 429: Transient, 500: Unknown},
    "instagram": {401: Unauthorized, 402: Transient, 403: Permanent, 429: Transient, 500: Unknown},
    "youtube": {401: Unauthorized, 402: QuotaExhausted, 403: QuotaExhausted, 429: Transient, 500: Unknown},
    "mastodon": {401: Unauthorized, 402: QuotaExhausted, 403: Permanent, 429: Transient, 500: Unknown},
    "bluesky": {401: Unauthorized, 402: QuotaExhausted, 403: Permanent, 429: Transient, 500: Unknown},
}


def test_prepare_leaves_nothing_that_the_public_can_see(subject: Subject) -> None:
    subject.prepare(subject.post())

    assert subject.public() == []


def test_prepare_again_goes_on_with_what_is_there(subject: Subject) -> None:
    post = subject.post()
    first = subject.prepare(post)
    made = subject.calls("prepare")

    second = subject.prepare(post, first)

    assert second == first
    assert subject.calls("prepare") == made


def test_prepare_keeps_what_it_knows_before_it_ends(subject: Subject) -> None:
    prepared = subject.prepare(subject.post())

    assert subject.kept[-1] == prepared


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "accept_then_500"])
def test_a_preparation_cut_anywhere_is_made_again_and_published_once(subject: Subject, fault: str) -> None:
    post = subject.post()
    subject.fault(fault, "prepare")

    with pytest.raises(Transient):
        subject.prepare(post)
    published = subject.connector.commit(subject.credentials, post, subject.prepare(post, (subject.kept or [{}])[-1]))

    assert [entry["id"] for entry in subject.public()] == [published.remote_id]


@pytest.mark.procedure("P-6")
def test_commit_publishes_the_exact_words_once(subject: Subject) -> None:
    post = subject.post()

    published = subject.publish(post)

    (entry,) = subject.public()
    assert (entry["id"], entry["text"], entry["url"].rstrip("/")) == (
        published.remote_id,
        subject.said(post),
        published.url.rstrip("/"),
    )
    assert len(entry["media"]) == len(post.media)


@pytest.mark.procedure("P-3", "N-6")
def test_the_published_address_shows_words_link_and_alternative_text(subject: Subject) -> None:
    post = subject.post()

    page = subject.page(subject.publish(post))

    assert page.status_code == httpx.codes.OK
    shown = unescape(page.text)
    assert post.text.split("\n")[0].split(" https:")[0] in shown
    if subject.connector.capabilities.takes_link:
        assert "https://www.mincit.gov.co/prensa/noticias/industria/" in shown
    if any(medium.alt for medium in post.media):
        assert ALT in shown


@pytest.mark.parametrize("fault", ["accept_then_cut", "accept_then_500"])
def test_a_commit_taken_and_cut_is_found_and_stays_one(subject: Subject, fault: str) -> None:
    post, started = subject.post(), datetime.now(UTC)
    prepared = subject.prepare(post)
    subject.fault(fault, "commit")

    with pytest.raises(Unknown):
        subject.connector.commit(subject.credentials, post, prepared)
    finding = subject.resolve(post, prepared, started, checks_made=0)

    (entry,) = subject.public()
    assert finding.verdict == Verdict.PUBLISHED
    assert finding.published is not None
    assert (finding.published.remote_id, finding.published.url.rstrip("/")) == (entry["id"], entry["url"].rstrip("/"))


def test_a_commit_cut_before_it_was_taken_may_be_sent_again(subject: Subject) -> None:
    post, started = subject.post(), datetime.now(UTC)
    prepared = subject.prepare(post)
    subject.fault("cut_before", "commit")

    with pytest.raises(Unknown):
        subject.connector.commit(subject.credentials, post, prepared)
    assert subject.resolve(post, prepared, started).verdict == Verdict.NOT_TAKEN
    published = subject.connector.commit(subject.credentials, post, prepared)

    assert [entry["id"] for entry in subject.public()] == [published.remote_id]


def test_a_commit_that_is_repeated_makes_no_second_post(subject: Subject) -> None:
    """On X, which has no key, the network refuses the repeated text."""
    post = subject.post()
    prepared = subject.prepare(post)
    first = subject.connector.commit(subject.credentials, post, prepared)

    if subject.name == "x":
        with pytest.raises(Permanent, match="mismo texto"):
            subject.connector.commit(subject.credentials, post, prepared)
    else:
        assert subject.connector.commit(subject.credentials, post, prepared) == first

    assert len(subject.public()) == 1


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500])
def test_a_refused_commit_means_what_the_network_says(subject: Subject, status: int) -> None:
    post = subject.post()
    prepared = subject.prepare(post)
    subject.fault("status", "commit", code=status)

    with pytest.raises(NetworkError) as caught:
        subject.connector.commit(subject.credentials, post, prepared)

    assert type(caught.value) is REFUSALS[subject.name][status]
    assert subject.public() == []


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500])
def test_a_refused_preparation_is_never_uncertain(subject: Subject, status: int) -> None:
    subject.fault("status", "prepare", code=status)

    with pytest.raises(NetworkError) as caught:
        subject.prepare(subject.post())

    meaning = REFUSALS[subject.name][status]
    assert type(caught.value) is (Transient if meaning is Unknown else meaning)


def test_a_rate_limit_says_how_long_to_wait(subject: Subject) -> None:
    post = subject.post()
    prepared = subject.prepare(post)
    subject.fault("status", "commit", code=429)

    with pytest.raises(Transient) as caught:
        subject.connector.commit(subject.credentials, post, prepared)

    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 24 * 3600


@pytest.mark.parametrize("act", ["expire", "revoke"])
def test_a_token_that_is_no_longer_good_is_told_apart(subject: Subject, act: str) -> None:
    post, started = subject.post(), datetime.now(UTC)
    prepared = subject.prepare(post)
    subject.lab.client.post(f"/tokens/{subject.credentials.remote_id}/{act}").raise_for_status()

    for call in (
        lambda: subject.prepare(subject.post()),
        lambda: subject.connector.commit(subject.credentials, post, prepared),
    ):
        with pytest.raises(Unauthorized):
            call()
    if subject.name == "bluesky":  # there, anybody may read what is public
        assert subject.resolve(post, prepared, started).verdict == Verdict.NOT_TAKEN
    else:
        with pytest.raises(Unauthorized):
            subject.resolve(post, prepared, started)


def test_discard_removes_what_was_prepared_and_says_what(subject: Subject) -> None:
    post = subject.post()
    prepared = subject.prepare(post)

    removed = subject.connector.discard(subject.credentials, prepared)

    assert bool(removed) is (subject.name in ("facebook", "youtube"))  # the others have no way to: it dies by itself
    assert subject.connector.discard(subject.credentials, prepared) == []
    assert subject.public() == []


def test_discard_never_touches_what_is_public(subject: Subject) -> None:
    post = subject.post()
    prepared = subject.prepare(post)
    published = subject.connector.commit(subject.credentials, post, prepared)

    assert subject.connector.discard(subject.credentials, prepared) == []

    assert subject.page(published).status_code == httpx.codes.OK


@pytest.mark.procedure("P-6")
def test_posts_in_a_storm_of_faults_go_out_once_each(subject: Subject) -> None:
    posts = [subject.post() for _ in range(12)]
    for seed, kind in enumerate(("accept_then_cut", "cut_before", "accept_then_500")):
        subject.fault(kind, "commit", probability=0.3, seed=seed, times=12)

    ids = [_sent_until_known(subject, post) for post in posts]

    assert sorted(entry["id"] for entry in subject.public()) == sorted(ids)
    assert {entry["text"] for entry in subject.public()} == {subject.said(post) for post in posts}


def _sent_until_known(subject: Subject, post: Post) -> str:
    """Send like the outbox: after a lost answer resolve the attempt, and send again only if it was not taken."""
    started, prepared = datetime.now(UTC), subject.prepare(post)
    while True:
        try:
            return subject.connector.commit(subject.credentials, post, prepared).remote_id
        except Unknown:
            finding = subject.resolve(post, prepared, started)
        assert finding.verdict in SETTLED
        if finding.published is not None:
            return finding.published.remote_id
