"""What people write to an account on a real Bluesky server, and our answers there (Q-1, Q-2)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pregonero.networks.base import PARENT_GONE, OperationKind, Permanent, Post, Published, Verdict
from pregonero.networks.bluesky.interactions import NOTIFICATIONS, THREADS, BlueskyInteractions
from pregonero.networks.interactions import Cursor, Interaction, InteractionKind, Reading
from tests.lab.process import until
from tests.networks.subjects import MakeSubject, Subject

pytestmark = pytest.mark.procedure("Q-1")
POST = "app.bsky.feed.post"


@pytest.fixture
def ours(subject_of: MakeSubject) -> Subject:
    return subject_of("bluesky")


@pytest.fixture
def citizen(subject_of: MakeSubject) -> Subject:
    return subject_of("bluesky")


def call(subject: Subject, method: str, **fields: Any) -> dict[str, Any]:
    """Make a call as an account, as its own program would: past the proxy and its faults."""
    headers = {"Authorization": f"Bearer {subject.credentials.token}"}
    response = subject.lab.client.post(f"/xrpc/{method}", json=fields, headers=headers)
    assert response.is_success, response.text
    found: dict[str, Any] = response.json()
    return found


def write(subject: Subject, text: str, **fields: Any) -> dict[str, str]:
    """Write a post as an account, and return its address and digest."""
    instant = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    record = {"$type": POST, "text": text, "createdAt": instant} | fields
    made = call(
        subject, "com.atproto.repo.createRecord", repo=subject.credentials.remote_id, collection=POST, record=record
    )
    return {"uri": made["uri"], "cid": made["cid"]}


def ref_of(ours: Subject, published: Published) -> dict[str, str]:
    query = {"repo": ours.credentials.remote_id, "collection": POST, "rkey": published.remote_id}
    record = ours.lab.client.get("/xrpc/com.atproto.repo.getRecord", params=query).json()
    return {"uri": record["uri"], "cid": record["cid"]}


def reply(citizen: Subject, text: str, parent: dict[str, str], root: dict[str, str] | None = None) -> str:
    """Write a reply once its parent is indexed: the server tells nobody of one that it indexes before its parent."""
    headers = {"Authorization": f"Bearer {citizen.credentials.token}"}
    query = {"uris": parent["uri"]}
    until(lambda: citizen.lab.client.get("/xrpc/app.bsky.feed.getPosts", params=query, headers=headers).json()["posts"])
    return write(citizen, text, reply={"root": root or parent, "parent": parent})["uri"]


def mention(citizen: Subject, ours: Subject, text: str) -> str:
    handle = f"@{ours.credentials.handle}"
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": ours.credentials.remote_id}
    facet = {"index": {"byteStart": 0, "byteEnd": len(handle)}, "features": [feature]}
    return write(citizen, f"{handle} {text}", facets=[facet])["uri"]


def read(ours: Subject, stream: str = NOTIFICATIONS, cursor: Cursor | None = None) -> Reading:
    return BlueskyInteractions().read(ours.credentials, stream, cursor or {})


def until_read(ours: Subject, id: str, stream: str = NOTIFICATIONS, cursor: Cursor | None = None) -> Interaction:
    """Read until something arrives: the server indexes what is written a moment later."""

    def look() -> Interaction | None:
        return next((item for item in read(ours, stream, cursor).interactions if item.remote_id == id), None)

    found: Interaction = until(look)
    return found


@pytest.fixture(params=[NOTIFICATIONS, THREADS])
def stream(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def test_a_reply_is_read_with_its_author_and_the_post_that_it_is_under(
    stream: str, ours: Subject, citizen: Subject
) -> None:
    post = ours.publish(Post("Abierta la convocatoria"))
    uri = reply(citizen, "¿Hasta cuándo?", ref_of(ours, post))

    found = until_read(ours, uri, stream)

    assert (found.kind, found.text, found.is_ours) == (InteractionKind.COMMENT, "¿Hasta cuándo?", False)
    assert (found.post_id, found.parent_id, found.thread_id) == (post.remote_id, post.remote_id, uri)
    assert found.author.remote_id == citizen.credentials.remote_id
    assert found.url == f"https://bsky.app/profile/{citizen.credentials.remote_id}/post/{uri.rpartition('/')[2]}"
    assert abs((datetime.now(UTC) - found.written_at).total_seconds()) < 60


def feed(ours: Subject) -> list[str]:
    headers = {"Authorization": f"Bearer {ours.credentials.token}"}
    query = {"actor": ours.credentials.remote_id}
    entries = (
        ours.lab.client.get("/xrpc/app.bsky.feed.getAuthorFeed", params=query, headers=headers).json().get("feed", [])
    )
    return [entry["post"]["uri"].rpartition("/")[2] for entry in entries]


def test_mentions_and_quotes_are_read_and_likes_are_not(ours: Subject, citizen: Subject) -> None:
    post = ours.publish(Post("Abierta la convocatoria"))
    until(lambda: feed(ours))
    ref = ref_of(ours, post)
    instant = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    like = {"$type": "app.bsky.feed.like", "subject": ref, "createdAt": instant}
    call(
        citizen,
        "com.atproto.repo.createRecord",
        repo=citizen.credentials.remote_id,
        collection="app.bsky.feed.like",
        record=like,
    )
    quoted = write(citizen, "Miren esto", embed={"$type": "app.bsky.embed.record", "record": ref})["uri"]
    named = mention(citizen, ours, "¿cuándo abre?")

    found = {item.remote_id: item for item in (until_read(ours, quoted), until_read(ours, named))}

    assert {item.kind for item in found.values()} == {InteractionKind.MENTION}
    assert (found[quoted].post_id, found[named].post_id) == (post.remote_id, "")
    assert {item.remote_id for item in read(ours).interactions} == {quoted, named}


def test_the_next_reading_goes_on_from_the_newest_and_repeats_only_what_is_recent(
    ours: Subject, citizen: Subject
) -> None:
    until_read(ours, mention(citizen, ours, "uno"))
    first = read(ours)
    second = mention(citizen, ours, "dos")

    until_read(ours, second, cursor=first.cursor)

    assert first.cursor["since"] and not first.has_more


def test_a_reading_that_stops_at_its_limit_goes_on_at_its_page_and_loses_nothing(
    ours: Subject, citizen: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = {mention(citizen, ours, f"número {number}") for number in range(7)}
    until(lambda: len(read(ours).interactions) == 7)
    limits = BlueskyInteractions.read.__globals__["CAPABILITIES"].limits
    small = {
        name: type(limits[name])(value, limits[name].read_on, limits[name].source)
        for name, value in (("notifications_page", 2), ("notification_pages", 1))
    }
    for name, limit in small.items():
        monkeypatch.setitem(limits, name, limit)

    found, cursor = list[str](), {"since": "2026-01-01T00:00:00.000Z"}
    for _ in range(8):
        reading = read(ours, cursor=cursor)
        found, cursor = [*found, *(item.remote_id for item in reading.interactions)], reading.cursor
        if not reading.has_more:
            break

    assert (sorted(found), reading.has_more) == (sorted(written), False)
    assert set(cursor) == {"since"} and cursor["since"] > "2026-11"


@pytest.mark.procedure("Q-2")
def test_an_answer_goes_under_the_reply_in_its_thread_and_is_not_written_twice(ours: Subject, citizen: Subject) -> None:
    post = ours.publish(Post("Abierta la convocatoria"))
    root = ref_of(ours, post)
    uri = reply(citizen, "¿Hasta cuándo?", root)
    until_read(ours, uri)
    answer, started = Post("Hasta el 15 de diciembre.", reply_to=uri, root=post.remote_id), datetime.now(UTC)

    prepared = ours.prepare(answer)
    published = [ours.connector.commit(ours.credentials, answer, prepared) for _ in range(2)]

    record = ours.public()[-1]["record"]
    assert (record["text"], record["reply"]["root"], record["reply"]["parent"]["uri"]) == (answer.text, root, uri)
    assert published[0] == published[1] and len(ours.public()) == 2
    assert ours.resolve(answer, prepared, started).verdict == Verdict.PUBLISHED
    assert not ours.connector.prepares_locally(answer, {})
    assert OperationKind.REPLY in ours.connector.capabilities.operations


@pytest.mark.procedure("Q-2")
def test_what_a_person_answers_to_our_answer_is_under_it(ours: Subject, citizen: Subject) -> None:
    uri = mention(citizen, ours, "¿cuándo abre?")
    until_read(ours, uri)
    answer = ours.publish(Post("El lunes.", reply_to=uri, root=uri))
    later = reply(citizen, "¿A qué hora?", ref_of(ours, answer), root=ref_at(citizen, uri))

    found = until_read(ours, later)

    assert (found.parent_id, found.post_id) == (answer.remote_id, answer.remote_id)


def ref_at(subject: Subject, uri: str) -> dict[str, str]:
    did, _, key = uri.removeprefix("at://").split("/")
    record = subject.lab.client.get(
        "/xrpc/com.atproto.repo.getRecord", params={"repo": did, "collection": POST, "rkey": key}
    ).json()
    return {"uri": record["uri"], "cid": record["cid"]}


@pytest.mark.procedure("Q-6")
def test_what_is_gone_or_lets_nobody_reply_is_refused_with_a_reason(ours: Subject, citizen: Subject) -> None:
    gone = f"at://{citizen.credentials.remote_id}/{POST}/3kaaaaaaaaa2a"
    closed = mention(citizen, ours, "no me respondan")
    gate = {"$type": "app.bsky.feed.threadgate", "post": closed, "allow": [], "createdAt": "2026-11-30T00:00:00.000Z"}
    call(
        citizen,
        "com.atproto.repo.createRecord",
        repo=citizen.credentials.remote_id,
        collection="app.bsky.feed.threadgate",
        rkey=closed.rpartition("/")[2],
        record=gate,
    )
    until_read(ours, closed)

    for uri in (gone, closed):
        with pytest.raises(Permanent) as caught:
            until(lambda at=uri: ours.prepare(Post("Hola", reply_to=at, root=at)) and None)
        assert caught.value.code == PARENT_GONE
