"""YouTube: an interrupted upload continues, and publishing leaves the other fields of the status unchanged."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from pregonero.networks.base import Permanent, Post, Transient
from pregonero.networks.youtube.network import seconds_until_midnight
from tests.networks.peers import answering, peer
from tests.networks.subjects import MakeSubject, Subject, accompanied, lengthened


@pytest.fixture
def youtube(subject_of: MakeSubject) -> Subject:
    return subject_of("youtube")


def _videos(youtube: Subject, method: str, **options: object) -> httpx.Response:
    headers = {"Authorization": f"Bearer {youtube.credentials.token}"}
    return httpx.request(method, f"{youtube.credentials.address}/youtube/v3/videos", headers=headers, **options)  # type: ignore[arg-type]


def test_an_upload_cut_half_way_goes_on_in_the_same_session(youtube: Subject) -> None:
    post = youtube.post()
    youtube.fault("half_upload", "PUT .*")
    with pytest.raises(Transient):
        youtube.prepare(post)
    (kept,) = youtube.kept

    prepared = youtube.prepare(post, kept)

    assert "session" in kept
    assert "session" not in prepared
    assert len([call for call in youtube.calls("prepare") if call["method"] == "POST"]) == 1


def test_an_upload_whose_last_answer_was_lost_is_not_made_again(youtube: Subject) -> None:
    post = youtube.post()
    youtube.fault("accept_then_cut", "PUT .*")
    with pytest.raises(Transient):
        youtube.prepare(post)

    published = youtube.connector.commit(youtube.credentials, post, youtube.prepare(post, youtube.kept[-1]))

    assert [entry["id"] for entry in youtube.public()] == [published.remote_id]
    assert len([call for call in youtube.calls("prepare") if call["method"] == "POST"]) == 1


def test_a_session_that_youtube_forgot_is_opened_again(youtube: Subject) -> None:
    post = youtube.post()
    youtube.fault("half_upload", "PUT .*")
    with pytest.raises(Transient):
        youtube.prepare(post)
    forgotten = {"session": youtube.kept[-1]["session"] + "x"}

    assert youtube.prepare(post, forgotten)["video_id"]


def test_publishing_leaves_the_rest_of_the_status_as_it_was(youtube: Subject) -> None:
    post = youtube.post()
    prepared = youtube.prepare(post)
    changed = {
        "id": prepared["video_id"],
        "status": {"privacyStatus": "private", "embeddable": False, "license": "creativeCommon"},
    }
    _videos(youtube, "PUT", params={"part": "status"}, json=changed).raise_for_status()

    youtube.connector.commit(youtube.credentials, post, youtube.prepare(post, prepared))

    answer = _videos(youtube, "GET", params={"part": "status", "id": prepared["video_id"]})
    status = answer.json()["items"][0]["status"]
    assert (status["privacyStatus"], status["embeddable"], status["license"]) == ("public", False, "creativeCommon")


def test_the_change_that_publishes_names_the_whole_status(youtube: Subject) -> None:
    """YouTube resets the fields that an update omits; the laboratory does not, so the request itself is checked."""
    kept = {"license": "creativeCommon", "embeddable": False, "selfDeclaredMadeForKids": False}
    prepared = {"video_id": "abc", "status": kept}
    with peer(answering("200 OK", b'{"status": {"privacyStatus": "public"}}')) as server:
        youtube.connector.commit(replace(youtube.credentials, address=server.address), youtube.post(), prepared)

        (sent,) = server.received
    assert json.loads(sent.partition(b"\r\n\r\n")[2])["status"] == {**kept, "privacyStatus": "public"}


def test_a_video_that_google_keeps_private_is_told(youtube: Subject) -> None:
    prepared = {"video_id": "abc", "status": {}}
    with peer(answering("200 OK", b'{"status": {"privacyStatus": "private"}}')) as server:
        elsewhere = replace(youtube.credentials, address=server.address)

        with pytest.raises(Permanent, match="no está verificada"):
            youtube.connector.commit(elsewhere, youtube.post(), prepared)


def test_a_video_deleted_at_youtube_is_told(youtube: Subject) -> None:
    post = youtube.post()
    prepared = youtube.prepare(post)
    _videos(youtube, "DELETE", params={"id": prepared["video_id"]}).raise_for_status()

    with pytest.raises(Permanent, match="borró"):
        youtube.connector.commit(youtube.credentials, post, prepared)


@pytest.fixture
def with_company(youtube: Subject, tmp_path: Path) -> Post:
    return youtube.post(media=(accompanied(youtube.film, tmp_path),))


def _tracks(youtube: Subject, id: str) -> list[tuple[str, str, bool]]:
    address, query = f"{youtube.credentials.address}/youtube/v3/captions", {"part": "snippet", "videoId": id}
    found = httpx.get(address, params=query, headers={"Authorization": f"Bearer {youtube.credentials.token}"}).json()
    return [
        (each["snippet"]["language"], each["snippet"]["name"], each["snippet"]["isDraft"]) for each in found["items"]
    ]


@pytest.mark.procedure("N-6")
def test_a_video_gets_its_thumbnail_and_captions_before_it_is_public(youtube: Subject, with_company: Post) -> None:
    prepared = youtube.prepare(with_company)

    assert youtube.public() == []
    assert _tracks(youtube, prepared["video_id"]) == [("es", "Español", False)]
    answer = _videos(youtube, "GET", params={"part": "snippet", "id": prepared["video_id"]}).json()["items"][0]
    kept = httpx.get(answer["snippet"]["thumbnails"]["default"]["url"]).content
    thumbnail = with_company.media[0].thumbnail
    assert thumbnail is not None
    assert kept == thumbnail.read_bytes()
    youtube.connector.commit(youtube.credentials, with_company, prepared)
    assert len(youtube.public()) == 1


@pytest.mark.parametrize("call", ["POST .*/thumbnails/set", "POST .*/captions"])
@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "half_upload"])
def test_what_goes_with_a_video_is_there_once_after_a_cut(
    youtube: Subject, with_company: Post, call: str, fault: str
) -> None:
    youtube.fault(fault, call)
    with pytest.raises(Transient):
        youtube.prepare(with_company)

    prepared = youtube.prepare(with_company, youtube.kept[-1])

    assert len(_tracks(youtube, prepared["video_id"])) == 1
    assert len([made for made in youtube.calls("prepare") if made["path"].endswith("/videos")]) == 2  # opened and sent


def test_a_long_video_goes_in_pieces_and_goes_on_from_the_one_that_was_cut(youtube: Subject, tmp_path: Path) -> None:
    film = lengthened(youtube.film, tmp_path, 17 * 1024 * 1024)
    post = youtube.post(media=(film,))
    youtube.fault("half_upload", "PUT .*", skip=1)
    with pytest.raises(Transient):
        youtube.prepare(post)

    youtube.connector.commit(youtube.credentials, post, youtube.prepare(post, youtube.kept[-1]))

    (entry,) = youtube.public()
    assert entry["media"] == [film.sha256]
    assert len([made for made in youtube.calls("prepare") if made["method"] == "POST"]) == 1


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        (datetime(2026, 11, 24, 23, 0, tzinfo=ZoneInfo("America/Los_Angeles")), 1),
        (datetime(2026, 11, 1, 0, 0, tzinfo=ZoneInfo("America/Los_Angeles")), 25),  # the day that clocks go back
        (datetime(2026, 3, 8, 0, 0, tzinfo=ZoneInfo("America/Los_Angeles")), 23),
    ],
)
def test_the_quota_comes_back_at_midnight_of_the_pacific(moment: datetime, hours: int) -> None:
    assert seconds_until_midnight(moment) == hours * 3600
