"""X has no idempotency key: a post whose answer was lost is found among the account's own posts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pregonero.networks.base import UNCERTAIN_SINCE, Permanent, Post, Transient, Unknown, Verdict
from pregonero.networks.x.client import _template_client, x_client
from pregonero.networks.x.network import LOOK_WAITS
from pregonero.networks.x.text import Match, match_post
from tests.lab.process import until
from tests.networks.peers import answering, peer
from tests.networks.subjects import MakeSubject, Subject


@pytest.fixture
def x(subject_of: MakeSubject) -> Subject:
    return subject_of("x")


@pytest.mark.parametrize(
    "text",
    [
        "Tres & cuatro < cinco > dos",
        "Ferretería «La Tuerca»\n\ncon dos renglones",
        "Decompuesta: e\u0301xito y año",
        "Dos enlaces https://www.mincit.gov.co/a?b=1&c=2 y https://www.gov.co/ fin",
        "Sin esquema mincit.gov.co/prensa y #ComercioJusto @MincomercioCo",
        "Bandera 🇨🇴 y familia 👩‍👩‍👧‍👦 https://www.mincit.gov.co/x",
        "  espacios alrededor  ",
    ],
)
def test_what_was_sent_is_recognised_after_what_x_does_to_a_text(x: Subject, text: str) -> None:
    for media in ((), (x.picture,)):
        started = datetime.now(UTC)
        post = Post(text if not media else f"{text} 1", media=media)

        published = x.publish(post)

        assert x.resolve(post, {}, started, checks_made=0).published == published


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text": "Otra cosa https://www.mincit.gov.co/a"}, "otro texto"),
        ({"text": "Una cosa https://www.mincit.gov.co/b"}, "otro enlace"),
        ({"media": ()}, "sin la imagen"),
    ],
)
def test_another_post_is_not_taken_for_ours(x: Subject, change: dict[str, object], why: str) -> None:
    started = datetime.now(UTC)
    ours = Post("Una cosa https://www.mincit.gov.co/a", media=(x.picture,))
    x.publish(replace(ours, **change))  # type: ignore[arg-type]

    assert x.resolve(ours, {}, started).verdict == Verdict.NOT_TAKEN, why


def test_an_older_post_with_the_same_words_is_not_taken_for_ours(x: Subject) -> None:
    post = x.post()
    x.publish(post)

    later = datetime.now(UTC) + timedelta(minutes=5)

    assert x.resolve(post, {}, later).verdict == Verdict.NOT_TAKEN


def test_an_older_post_is_not_ours_even_if_the_network_gives_it(x: Subject) -> None:
    now, link = datetime.now(UTC), "https://x.com/a/status/1"
    post = Post(f"Lee {link}")
    old = {"id": "1", "text": post.text, "created_at": f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M:%S.000Z}"}
    page = json.dumps({"data": [old], "meta": {"result_count": 1}}).encode()
    with peer(answering("200 OK", page)) as server:
        elsewhere = replace(x, credentials=replace(x.credentials, address=server.address))

        assert elsewhere.resolve(post, {}, now).verdict == Verdict.NOT_TAKEN
        assert elsewhere.resolve(post, {}, now - timedelta(hours=2)).verdict == Verdict.PUBLISHED


def test_it_is_looked_for_again_until_the_reads_have_settled(x: Subject) -> None:
    post, started = x.post(), datetime.now(UTC)

    findings = [x.resolve(post, {}, started, checks_made=checks_made) for checks_made in range(len(LOOK_WAITS) + 1)]

    assert [finding.verdict for finding in findings] == [Verdict.LOOK_AGAIN] * len(LOOK_WAITS) + [Verdict.NOT_TAKEN]
    waits = [finding.look_again_seconds for finding in findings[:-1]]
    assert waits == sorted(waits)
    assert sum(waits) <= 60


def test_what_the_reads_show_late_is_found_by_looking_again(subject_of: MakeSubject) -> None:
    x = subject_of("x", read_lag=1.0)
    post, started = x.post(media=()), datetime.now(UTC)
    x.fault("accept_then_cut", "commit")
    with pytest.raises(Unknown):
        x.connector.commit(x.credentials, post, {})

    first = x.resolve(post, {}, started, checks_made=0)
    found = until(lambda: x.resolve(post, {}, started, checks_made=1).published)

    assert first.verdict == Verdict.LOOK_AGAIN
    assert [found.remote_id] == [entry["id"] for entry in x.public()]


def test_a_spent_window_says_when_it_opens_again(subject_of: MakeSubject) -> None:
    x = subject_of("x", limits={"posts": 1})
    x.publish(x.post(media=()))

    with pytest.raises(Transient) as caught:
        x.publish(x.post(media=()))

    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 15 * 60 + 1


def test_two_that_could_be_ours_are_left_to_a_person(subject_of: MakeSubject) -> None:
    x = subject_of("x", allow_duplicates=True)
    post, started = x.post(), datetime.now(UTC)
    both = {x.publish(post).remote_id, x.publish(post).remote_id}

    finding = x.resolve(post, {}, started, checks_made=0)

    assert finding.verdict == Verdict.UNKNOWABLE
    assert {candidate.remote_id for candidate in finding.candidates} == both


def test_looking_costs_few_reads_and_behind_them_only_a_person_can_tell(x: Subject) -> None:
    post, started = x.post(media=()), datetime.now(UTC)
    for _ in range(250):
        x.connector.commit(x.credentials, x.post(media=()), {})

    finding = x.resolve(post, {}, started)

    assert finding.verdict == Verdict.UNKNOWABLE  # ours may be among those that were not read
    assert len([call for call in x.calls("read") if call["path"].endswith("/tweets")]) == 2


def test_a_duplicate_is_refused_for_good_when_nothing_of_ours_is_uncertain(x: Subject) -> None:
    post = x.post(media=())
    x.publish(post)

    with pytest.raises(Permanent, match="mismo texto"):
        x.connector.commit(x.credentials, post, {})


def test_a_duplicate_after_an_uncertain_attempt_is_a_witness(x: Subject) -> None:
    post, first = x.post(media=()), datetime.now(UTC)
    published = x.publish(post)  # taken, though the answer was lost
    again = {UNCERTAIN_SINCE: first.isoformat()}

    with pytest.raises(Unknown) as caught:
        x.connector.commit(x.credentials, post, again)
    second = first + timedelta(minutes=3)
    finding = x.resolve(post, again, second, code=caught.value.code, checks_made=0)

    assert finding.published == published


def test_a_duplicate_that_is_not_found_is_left_to_a_person(x: Subject) -> None:
    """X already has the text, so sending it again would always be refused."""
    post, now = x.post(media=()), datetime.now(UTC)

    finding = x.resolve(post, {UNCERTAIN_SINCE: now.isoformat()}, now, code="duplicate")

    assert finding.verdict == Verdict.UNKNOWABLE


def test_links_are_compared_as_x_expands_them(x: Subject) -> None:
    found = {
        "text": "Lee &amp; comparte https://t.co/aaaaaaaaaa https://t.co/bbbbbbbbbb",
        "entities": {
            "urls": [
                {"url": "https://t.co/aaaaaaaaaa", "expanded_url": "http://WWW.mincit.gov.co/"},
                {
                    "url": "https://t.co/bbbbbbbbbb",
                    "expanded_url": "https://x.com/a/status/1/photo/1",
                    "media_key": "3_1",
                },
            ]
        },
        "attachments": {"media_keys": ["3_1"]},
    }

    def sent(text: str, media: int) -> Post:
        return Post(text, media=(x.picture,) * media)

    assert match_post(sent("Lee & comparte www.mincit.gov.co", 1), found) is Match.SAME
    assert match_post(sent("Lee & comparte https://www.mincit.gov.co", 1), found) is Match.SAME
    assert match_post(sent("Lee & comparte https://www.mincit.gov.co/otra", 1), found) is Match.OTHER
    assert match_post(sent("Lee & comparte https://www.mincit.gov.co", 0), found) is Match.OTHER


PARENT, OWN = {"type": "replied_to", "id": "7"}, {"id": "9", "text": "Segunda"}


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize(
    ("remote", "as_reply", "as_post"),
    [
        ({"conversation_id": "7", "referenced_posts": [PARENT]}, Match.SAME, Match.OTHER),
        ({"conversation_id": "7", "referenced_tweets": [PARENT]}, Match.SAME, Match.OTHER),
        ({"conversation_id": "5", "referenced_posts": [PARENT | {"id": "6"}]}, Match.OTHER, Match.OTHER),
        ({"conversation_id": "7", "referenced_posts": [PARENT | {"type": "quoted"}, PARENT]}, Match.SAME, Match.OTHER),
        ({"conversation_id": "9", "referenced_posts": [PARENT | {"type": "quoted"}]}, Match.OTHER, Match.SAME),
        ({"conversation_id": "9"}, Match.OTHER, Match.SAME),
        ({"conversation_id": "7"}, Match.UNCLEAR, Match.UNCLEAR),
        ({"in_reply_to_user_id": "1"}, Match.UNCLEAR, Match.UNCLEAR),
        ({}, Match.UNCLEAR, Match.SAME),
    ],
)
def test_a_reply_is_told_from_its_parent_by_what_x_gives(
    remote: dict[str, object], as_reply: Match, as_post: Match
) -> None:
    assert match_post(Post("Segunda", reply_to="7", root="7"), OWN | remote) is as_reply
    assert match_post(Post("Segunda"), OWN | remote) is as_post


@pytest.mark.procedure("P-6")
def test_a_reply_whose_parent_x_does_not_name_is_left_to_a_person(x: Subject) -> None:
    """Taken for another post, it would be published twice."""
    now = datetime.now(UTC)
    reply = Post("Segunda", reply_to="7", root="7")
    seen = OWN | {"conversation_id": "7", "created_at": f"{now:%Y-%m-%dT%H:%M:%S.000Z}"}
    page = json.dumps({"data": [seen], "meta": {"result_count": 1}}).encode()
    with peer(answering("200 OK", page)) as server:
        elsewhere = replace(x, credentials=replace(x.credentials, address=server.address))
        first, last = elsewhere.resolve(reply, {}, now, checks_made=0), elsewhere.resolve(reply, {}, now)

    assert first.verdict == Verdict.LOOK_AGAIN
    assert last.verdict == Verdict.UNKNOWABLE
    assert [candidate.remote_id for candidate in last.candidates] == ["9"]


@pytest.mark.procedure("P-6")
def test_a_thread_of_equal_parts_whose_last_answer_was_cut_goes_out_once(subject_of: MakeSubject) -> None:
    x = subject_of("x", allow_duplicates=True)
    started = datetime.now(UTC)
    first = x.publish(Post("Lo mismo"))
    second = x.publish(Post("Lo mismo", reply_to=first.remote_id, root=first.remote_id))
    third = Post("Lo mismo", reply_to=second.remote_id, root=first.remote_id)
    x.fault("accept_then_cut", "commit")
    with pytest.raises(Unknown):
        x.connector.commit(x.credentials, third, {})

    found = x.resolve(third, {}, started).published

    public = [entry["id"] for entry in x.public()]
    assert found is not None
    assert [first.remote_id, second.remote_id, found.remote_id] == public


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", b""),
        ("204 No Content", b""),
        ("200 OK", b"{}"),
        ("200 OK", b'{"errors": [{"title": "Not Found Error", "type": "resource-not-found"}]}'),
    ],
)
def test_an_answer_without_a_list_does_not_deny_a_post(x: Subject, status: str, body: bytes) -> None:
    with peer(answering(status, body)) as server:
        elsewhere = replace(x, credentials=replace(x.credentials, address=server.address))

        with pytest.raises(Transient):
            elsewhere.resolve(x.post(media=()), {}, datetime.now(UTC))


def test_a_video_is_waited_for_without_holding_the_worker(x: Subject) -> None:
    post = x.post(media=(x.film,))

    published = x.publish(post)

    assert [entry["id"] for entry in x.public()] == [published.remote_id]
    assert len(x.public()[0]["media"]) == 1


def test_media_uploaded_long_ago_are_uploaded_again(x: Subject) -> None:
    post = x.post()
    prepared = x.prepare(post)
    old = {"media": [{**prepared["media"][0], "expires_at": 1}]}

    again = x.prepare(post, old)

    assert again["media"][0]["id"] != prepared["media"][0]["id"]


@pytest.mark.procedure("M-3")
def test_the_client_of_one_account_never_speaks_for_another(subject_of: MakeSubject) -> None:
    one, other = subject_of("x").credentials, subject_of("x").credentials
    first, second = x_client(one), x_client(other)

    for client, credentials in ((first, one), (second, other)):
        assert client.access_token == credentials.token
        assert client.session.credentials is credentials
        assert {client.posts.client, client.users.client, client.media.client} == {client}
    assert first.access_token != second.access_token
    assert not _template_client().access_token
