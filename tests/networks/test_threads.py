"""Posts under another post of ours (threads and first comments): publishing them and finding them after a cut."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pregonero.networks.base import Permanent, Post, Published, Unknown, Verdict
from tests.networks.subjects import MakeSubject, Subject

pytestmark = pytest.mark.procedure("P-6")
THREADED = ("x", "mastodon", "bluesky")
TAKES_PARTS = (*THREADED, "facebook")


@pytest.fixture(params=TAKES_PARTS)
def taker(request: pytest.FixtureRequest, subject_of: MakeSubject) -> Subject:
    return subject_of(request.param)


def part_with(subject: Subject, text: str) -> Post:
    """Return a further part of a thread; on Facebook, a link for the first comment."""
    return Post(f"https://www.mincit.gov.co/{text}" if subject.name == "facebook" else text)


def under(post: Post, above: Published, root: Published) -> Post:
    return replace(post, reply_to=above.remote_id, root=root.remote_id)


def above_of(subject: Subject) -> dict[str, str]:
    """Return the id of the post above each published one, by id, from the audit log."""
    if subject.name != "bluesky":
        return {entry["id"]: entry["under"] for entry in subject.public()}
    return {entry["id"]: _parent(entry["record"]) for entry in subject.public()}


def _parent(record: dict[str, Any]) -> str:
    parent: str = record.get("reply", {}).get("parent", {}).get("uri", "")
    return parent.rpartition("/")[2]


def verdict_if_not_found(subject: Subject) -> Verdict:
    """Return the verdict for a part that is not found: a comment is never repeated automatically."""
    return Verdict.UNKNOWABLE if subject.name == "facebook" else Verdict.NOT_TAKEN


def test_networks_say_what_goes_under_a_post(taker: Subject) -> None:
    capabilities = taker.connector.capabilities
    assert capabilities.takes_replies == (taker.name in THREADED)
    assert capabilities.takes_comments == (taker.name == "facebook")


def test_a_thread_is_made_part_by_part(taker: Subject) -> None:
    first = taker.publish(taker.post(media=()))
    second = taker.publish(under(part_with(taker, "segunda"), first, first))
    assert above_of(taker) == {first.remote_id: "", second.remote_id: first.remote_id}
    if taker.name in THREADED:
        third = taker.publish(under(part_with(taker, "tercera"), second, first))
        assert above_of(taker)[third.remote_id] == second.remote_id


def test_what_was_published_is_read_at_its_address(taker: Subject) -> None:
    first = taker.publish(taker.post(media=()))
    second = taker.publish(under(part_with(taker, "segunda"), first, first))
    assert "segunda" in taker.page(second).text


@pytest.mark.parametrize("name", ["x", "mastodon", "facebook"])  # Bluesky accepts replies to what is gone
def test_a_part_under_a_deleted_post_says_what_to_do(subject_of: MakeSubject, name: str) -> None:
    taker = subject_of(name)
    first = taker.publish(taker.post(media=()))
    taker.connector.withdraw(taker.credentials, first.remote_id)
    part = under(part_with(taker, "segunda"), first, first)

    with pytest.raises(Permanent, match=r"ya no está en .*publica el texto aparte") as caught:
        taker.publish(part)

    assert caught.value.code == "parent_gone"


def test_a_part_whose_answer_was_cut_is_found_under_its_own_post(taker: Subject) -> None:
    first, other = taker.publish(taker.post(media=())), taker.publish(taker.post(media=()))
    part = under(part_with(taker, "segunda"), first, first)
    prepared, started = taker.prepare(part), datetime.now(UTC)
    taker.fault("accept_then_cut", "commit")
    with pytest.raises(Unknown):
        taker.connector.commit(taker.credentials, part, prepared)
    found = taker.resolve(part, prepared, started)
    (made,) = [id for id, above in above_of(taker).items() if above]
    assert found.published is not None
    assert (found.verdict, found.published.remote_id) == (Verdict.PUBLISHED, made)
    # The same words under another post, or under none, would be another.
    elsewhere = under(part, other, other)
    assert taker.resolve(elsewhere, taker.prepare(elsewhere), started).verdict == verdict_if_not_found(taker)


def test_a_part_that_never_went_is_not_found(taker: Subject) -> None:
    first = taker.publish(taker.post(media=()))
    part = under(part_with(taker, "segunda"), first, first)
    prepared, started = taker.prepare(part), datetime.now(UTC)
    taker.fault("cut_before", "commit")
    with pytest.raises(Unknown):
        taker.connector.commit(taker.credentials, part, prepared)
    assert taker.resolve(part, prepared, started).verdict == verdict_if_not_found(taker)
    assert list(above_of(taker)) == [first.remote_id]


def test_a_comment_that_does_not_show_yet_is_looked_for_again(subject_of: MakeSubject) -> None:
    page = subject_of("facebook", read_lag=3600)
    first = page.publish(page.post(media=()))
    part, started = under(part_with(page, "segunda"), first, first), datetime.now(UTC)
    page.publish(part)
    assert page.resolve(part, {}, started, checks_made=0).verdict == Verdict.LOOK_AGAIN


def test_a_comment_of_another_delivery_is_not_ours(subject_of: MakeSubject) -> None:
    page = subject_of("facebook")
    first, started = page.publish(page.post(media=())), datetime.now(UTC)
    part = under(part_with(page, "segunda"), first, first)
    made = page.publish(part)
    found = page.resolve(part, {}, started, known=frozenset({made.remote_id}))
    assert found.verdict == verdict_if_not_found(page)


def test_a_post_that_is_not_there_takes_nothing_under_it(taker: Subject) -> None:
    gone = {"x": "1", "mastodon": "1", "facebook": f"{taker.credentials.remote_id}_1", "bluesky": "3kaaaaaaaaa2a"}
    part = part_with(taker, "segunda")
    part = replace(part, reply_to=gone[taker.name], root=gone[taker.name])
    with pytest.raises(Permanent):
        taker.publish(part)
