"""Bluesky, on a real server: one key is one post, and links, mentions and tags become facets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pregonero.networks.base import STALE, Post, PreparedExpired, Published, Transient, Unauthorized, Unknown, Verdict
from pregonero.networks.bluesky import client as sessions
from pregonero.networks.bluesky.records import facets_of, graphemes, links_in, new_key
from tests.lab.process import until
from tests.networks.subjects import MakeSubject, Subject, accompanied


@pytest.fixture
def bluesky_account(subject_of: MakeSubject) -> Subject:
    return subject_of("bluesky")


@pytest.fixture
def by_password(subject_of: MakeSubject) -> Iterator[Subject]:
    yield subject_of("bluesky", password=True)
    sessions._SESSIONS.clear()


def record_of(subject: Subject) -> dict[str, Any]:
    (entry,) = subject.public()
    found: dict[str, Any] = entry["record"]
    return found


def sessions_opened(subject: Subject) -> int:
    calls = subject.lab.client.get("/calls.json", params={"kind": "session"}).json()["calls"]
    return len([call for call in calls if call["status"] == httpx.codes.OK])


def put(subject: Subject, key: str, text: str) -> None:
    """Write a post under a key, as another program that uses the same account would."""
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-25T00:00:00.000Z"}
    about = {"repo": subject.credentials.remote_id, "collection": "app.bsky.feed.post", "rkey": key, "record": record}
    headers = {"Authorization": f"Bearer {subject.credentials.token}"}
    subject.lab.client.post("/xrpc/com.atproto.repo.putRecord", json=about, headers=headers).raise_for_status()


def test_links_mentions_and_hashtags_are_marked_by_their_bytes() -> None:
    text = "🇨🇴 Más crédito: https://www.mincit.gov.co/a?b=1&c=(2). Con @ana.test, @Mincomercio y #Año2026, ¡#Ya! #1"

    marks = facets_of(text, {"ana.test": "did:plc:ana"})

    def marked(mark: dict[str, Any]) -> str:
        place = mark["index"]
        return text.encode()[place["byteStart"] : place["byteEnd"]].decode()

    assert [marked(mark) for mark in marks] == ["https://www.mincit.gov.co/a?b=1&c=(2)", "@ana.test", "#Año2026"]
    assert [mark["features"][0].get("uri") for mark in marks] == ["https://www.mincit.gov.co/a?b=1&c=(2)", None, None]
    assert marks[1]["features"][0]["did"] == "did:plc:ana"
    assert marks[2]["features"][0]["tag"] == "Año2026"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("«https://gov.co/a».", ["https://gov.co/a"]),
        ("(https://gov.co/a_(b)), y", ["https://gov.co/a_(b)"]),
        ("HTTPS://GOV.CO/Ñ… fin", ["HTTPS://GOV.CO/Ñ"]),
        ("https:// y mincit.gov.co", []),
        ("https://a.co/@ana.test", ["https://a.co/@ana.test"]),
    ],
)
def test_a_link_ends_where_a_person_sees_that_it_ends(text: str, links: list[str]) -> None:
    assert links_in(text) == links
    assert facets_of("https://a.co/@ana.test", {"ana.test": "did:plc:ana"})[1:] == []


@pytest.mark.procedure("N-6")
def test_the_record_holds_marks_language_pictures_and_their_text(subject_of: MakeSubject) -> None:
    other, bluesky = subject_of("bluesky"), subject_of("bluesky")
    post = bluesky.post(text=f"Con @{other.credentials.handle} y @nadie.test: https://gov.co/x #Exporta")

    bluesky.publish(post)

    record = record_of(bluesky)
    kinds = [mark["features"][0]["$type"].partition("#")[2] for mark in record["facets"]]
    assert kinds == ["mention", "link", "tag"]
    assert record["facets"][0]["features"][0]["did"] == other.credentials.remote_id
    assert record["langs"] == ["es"]
    (image,) = record["embed"]["images"]
    picture = bluesky.picture
    assert (image["alt"], image["image"]["size"]) == (picture.alt, picture.size)
    assert image["aspectRatio"] == {"width": picture.width, "height": picture.height}


def test_without_a_picture_the_link_has_a_card(bluesky_account: Subject) -> None:
    post = Post("Más crédito para exportar\n\nSon 300.000 millones.\n\nhttps://www.mincit.gov.co/a")

    bluesky_account.publish(post)

    card = record_of(bluesky_account)["embed"]["external"]
    assert (card["uri"], card["title"]) == ("https://www.mincit.gov.co/a", "Más crédito para exportar")


@pytest.mark.procedure("N-6")
def test_a_video_goes_out_with_its_captions(bluesky_account: Subject, tmp_path: Path) -> None:
    film = accompanied(bluesky_account.film, tmp_path)

    published = bluesky_account.publish(bluesky_account.post(media=(film,)))

    embed = record_of(bluesky_account)["embed"]
    assert embed["$type"] == "app.bsky.embed.video"
    assert (embed["video"]["mimeType"], embed["video"]["size"]) == ("video/mp4", film.size)
    assert [(track["lang"], track["file"]["mimeType"]) for track in embed["captions"]] == [("es", "text/vtt")]
    assert [entry["id"] for entry in bluesky_account.public()] == [published.remote_id]


def test_what_the_server_says_it_lost_is_uploaded_again(bluesky_account: Subject) -> None:
    post = bluesky_account.post()
    prepared = bluesky_account.prepare(post)
    uploads = len(bluesky_account.calls("prepare"))

    bluesky_account.prepare(post, prepared | {STALE: "BlobNotFound"})

    assert len(bluesky_account.calls("prepare")) == uploads + 1


def test_keys_are_new_each_time_and_sort_by_time() -> None:
    keys = [new_key() for _ in range(2000)]

    assert len(set(keys)) == len(keys)
    assert [key[:10] for key in keys] == sorted(key[:10] for key in keys)
    assert {len(key) for key in keys} == {13}


@pytest.mark.procedure("P-6")
def test_many_that_write_the_same_key_at_once_leave_one_post(bluesky_account: Subject) -> None:
    post = bluesky_account.post()
    prepared = bluesky_account.prepare(post)

    def commit(_: int) -> Published:
        return bluesky_account.connector.commit(bluesky_account.credentials, post, prepared)

    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(commit, range(8)))

    assert [entry["id"] for entry in bluesky_account.public()] == [published.remote_id for published in said]


@pytest.mark.procedure("P-6")
def test_a_call_that_the_server_takes_late_makes_no_second_post(bluesky_account: Subject) -> None:
    post, started = bluesky_account.post(), datetime.now(UTC)
    prepared = bluesky_account.prepare(post)
    bluesky_account.fault("hold_before", "commit")
    with pytest.raises(Unknown):
        bluesky_account.connector.commit(replace(bluesky_account.credentials, seconds=0.5), post, prepared)

    verdict = bluesky_account.resolve(post, prepared, started).verdict
    published = bluesky_account.connector.commit(bluesky_account.credentials, post, prepared)
    bluesky_account.lab.client.post("/faults/release", json={"verdict": "process"}).raise_for_status()

    assert verdict == Verdict.NOT_TAKEN
    until(lambda: len(bluesky_account.calls("commit")) == 2)
    assert [entry["id"] for entry in bluesky_account.public()] == [published.remote_id]


def test_somebody_elses_post_under_the_key_is_left_alone_and_another_key_chosen(bluesky_account: Subject) -> None:
    post, started = bluesky_account.post(), datetime.now(UTC)
    prepared = bluesky_account.prepare(post)
    put(bluesky_account, prepared["key"], "De otro programa")

    assert bluesky_account.resolve(post, prepared, started).verdict == Verdict.NOT_TAKEN
    with pytest.raises(PreparedExpired):
        bluesky_account.connector.commit(bluesky_account.credentials, post, prepared)
    again = bluesky_account.prepare(post, prepared)
    bluesky_account.connector.commit(bluesky_account.credentials, post, again)

    assert again["key"] != prepared["key"]
    assert {entry["text"] for entry in bluesky_account.public()} == {"De otro programa", post.text}


def test_a_picture_that_the_server_let_go_is_uploaded_again(bluesky_account: Subject) -> None:
    post = bluesky_account.post()
    prepared = bluesky_account.prepare(post)
    (entry,) = prepared["media"]
    lost = {**entry["blob"], "ref": {"$link": "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"}}
    gone = {**prepared, "media": [{**entry, "blob": lost, "until": 1}]}

    with pytest.raises(PreparedExpired):
        bluesky_account.connector.commit(bluesky_account.credentials, post, gone)
    published = bluesky_account.connector.commit(bluesky_account.credentials, post, bluesky_account.prepare(post, gone))

    assert [entry["id"] for entry in bluesky_account.public()] == [published.remote_id]


def test_an_app_password_opens_one_session_for_many_posts(by_password: Subject) -> None:
    before = sessions_opened(by_password)

    for _ in range(3):
        by_password.publish(by_password.post())

    assert len(by_password.public()) == 3
    assert sessions_opened(by_password) - before == 1
    assert all(by_password.credentials.token not in repr(kept) and "eyJ" not in repr(kept) for kept in by_password.kept)


def test_calls_that_start_together_open_one_session(by_password: Subject) -> None:
    """A server allows few sessions a day: calls that start together share the one that the first opens."""
    before = sessions_opened(by_password)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: by_password.publish(by_password.post(media=())), range(8)))

    assert (len(by_password.public()), sessions_opened(by_password) - before) == (8, 1)


def test_a_wrong_app_password_takes_nothing_and_is_not_told(by_password: Subject) -> None:
    wrong = replace(by_password.credentials, token="abcd-efgh-ijkl-mnop")

    with pytest.raises(Unauthorized) as caught:
        by_password.connector.commit(wrong, by_password.post(media=()), {"key": new_key()})

    assert wrong.token not in repr(caught.value) + str(caught.value.__cause__)
    assert by_password.public() == []


@pytest.mark.parametrize("act", ["expire", "revoke"])
def test_a_session_that_ended_is_opened_again(by_password: Subject, act: str) -> None:
    post = by_password.post()
    prepared = by_password.prepare(post)
    before = sessions_opened(by_password)
    by_password.lab.client.post(f"/tokens/{by_password.credentials.remote_id}/{act}").raise_for_status()

    with pytest.raises(Transient) as caught:
        by_password.connector.commit(by_password.credentials, post, prepared)
    by_password.lab.client.post(f"/tokens/{by_password.credentials.remote_id}/restore").raise_for_status()
    by_password.connector.commit(by_password.credentials, post, prepared)

    assert (caught.value.code, sessions_opened(by_password) - before) == ("session_over", 1)
    assert len(by_password.public()) == 1


def test_a_session_refused_as_soon_as_it_is_opened_is_not_opened_again(by_password: Subject) -> None:
    by_password.lab.client.post(f"/tokens/{by_password.credentials.remote_id}/revoke").raise_for_status()
    before = sessions_opened(by_password)

    with pytest.raises(Unauthorized):
        by_password.connector.commit(by_password.credentials, by_password.post(media=()), {"key": new_key()})

    assert sessions_opened(by_password) - before == 1


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "accept_then_500"])
def test_a_session_that_could_not_be_opened_leaves_nothing_uncertain(by_password: Subject, fault: str) -> None:
    by_password.fault(fault, "session", account="")

    with pytest.raises(Transient):
        by_password.connector.commit(by_password.credentials, by_password.post(media=()), {"key": new_key()})

    assert by_password.public() == []


def test_it_says_by_how_much_a_text_is_too_long(subject_of: MakeSubject) -> None:
    bluesky = subject_of("bluesky")

    def told(text: str) -> list[str]:
        return [issue.text for issue in bluesky.connector.check(bluesky.post(text=text, media=()))]

    family = "👩‍👩‍👧‍👦"
    assert graphemes(family * 3 + "e\u0301🇨🇴") == 5
    assert told("ñ" * 300) == []
    assert told("ñ" * 301) == ["En Bluesky sobra 1 carácter: van 301 de 300."]
    assert told(family * 121) == ["En Bluesky sobran 25 bytes: van 3.025 de 3.000. Las tildes y los emojis ocupan más."]
    assert told(" ") == ["Falta el texto de Bluesky, o una imagen o un video."]
    both = bluesky.connector.check(bluesky.post(media=(bluesky.film, bluesky.picture)))
    assert [issue.text for issue in both] == ["Bluesky no mezcla un video o un GIF con otros archivos."]
