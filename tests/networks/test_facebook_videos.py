"""Uploads of Facebook videos and reels: in pieces that continue after a cut, invisible until they are published."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pregonero.networks.base import Medium, Permanent, Post, Prepared, Transient, Verdict
from tests.networks.subjects import MakeSubject, Subject, lengthened

LONG = 3_400_000  # bytes: four pieces of the laboratory's
FORMATS = ("", "reel")
GOING_ON = ("uploading", "in_progress")


@pytest.fixture
def facebook(subject_of: MakeSubject) -> Subject:
    return subject_of("facebook")


@pytest.fixture(scope="session")
def long_film(film: Medium, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    return lengthened(film, tmp_path_factory.mktemp("long"), LONG)


def _sent(facebook: Subject, path: str) -> list[dict[str, Any]]:
    return [call for call in facebook.calls("prepare") if path in call["path"]]


def _video(facebook: Subject, prepared: Prepared, fields: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {facebook.credentials.token}"}
    address = f"{facebook.credentials.address}/v26.0/{prepared['video_id']}"
    found: dict[str, Any] = httpx.get(address, params={"fields": fields}, headers=headers).json()
    return found


@pytest.mark.parametrize("format", FORMATS)
def test_a_film_waits_unpublished_and_is_published_by_one_change(facebook: Subject, reel: Medium, format: str) -> None:
    post = facebook.post(media=(reel,), format=format)
    prepared = facebook.prepare(post)
    assert facebook.public() == []

    first = facebook.connector.commit(facebook.credentials, post, prepared)
    again = facebook.connector.commit(facebook.credentials, post, prepared)

    (entry,) = facebook.public()
    assert first == again
    assert (entry["id"], entry["text"]) == (first.remote_id, f"{post.text}\n\n{post.link}")


@pytest.mark.parametrize("format", FORMATS)
def test_a_film_cut_in_the_commit_is_found(facebook: Subject, reel: Medium, now: datetime, format: str) -> None:
    post = facebook.post(media=(reel,), format=format)
    prepared = facebook.prepare(post)
    facebook.fault("accept_then_cut", "commit")
    assert facebook.resolve(post, prepared, now).verdict == Verdict.NOT_TAKEN
    with pytest.raises(Exception, match="puede haberlo publicado"):
        facebook.connector.commit(facebook.credentials, post, prepared)

    finding = facebook.resolve(post, prepared, now)

    assert [entry["id"] for entry in facebook.public()] == [finding.published and finding.published.remote_id]


def test_a_video_goes_in_the_pieces_that_facebook_asks_for(facebook: Subject, long_film: Medium) -> None:
    facebook.publish(facebook.post(media=(long_film,)))

    assert len(_sent(facebook, "/videos")) == 1 + 4 + 1  # opened, four pieces, closed
    assert [entry["media"] for entry in facebook.public()] == [[long_film.sha256]]


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "half_upload"])
@pytest.mark.parametrize("at", range(6))
def test_a_video_cut_at_any_call_goes_on_from_there(facebook: Subject, long_film: Medium, fault: str, at: int) -> None:
    post = facebook.post(media=(long_film,))
    facebook.fault(fault, r"POST .*/videos", skip=at)
    with pytest.raises(Transient):
        facebook.prepare(post)

    published = facebook.connector.commit(
        facebook.credentials, post, facebook.prepare(post, (facebook.kept or [{}])[-1])
    )

    (entry,) = facebook.public()
    assert (entry["id"], entry["media"]) == (published.remote_id, [long_film.sha256])
    assert len(_sent(facebook, "/videos")) <= 6 + 1 + 1  # one again, and at most one that was refused for its place


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "half_upload"])
@pytest.mark.parametrize("call", ["POST .*/video_reels", "POST /video-upload/.*"])
def test_a_reel_cut_at_any_call_goes_on_from_there(facebook: Subject, long_film: Medium, fault: str, call: str) -> None:
    post = facebook.post(media=(long_film,), format="reel")
    facebook.fault(fault, call)
    with pytest.raises(Transient):
        facebook.prepare(post)

    published = facebook.connector.commit(
        facebook.credentials, post, facebook.prepare(post, (facebook.kept or [{}])[-1])
    )

    (entry,) = facebook.public()
    assert (entry["id"], entry["media"]) == (published.remote_id, [long_film.sha256])


def test_half_a_reel_that_arrived_is_not_sent_again(facebook: Subject, long_film: Medium) -> None:
    post = facebook.post(media=(long_film,), format="reel")
    facebook.fault("half_upload", "POST /video-upload/.*")
    with pytest.raises(Transient):
        facebook.prepare(post)
    video = facebook.kept[-1]["upload"]["video"]

    arrived = _video(facebook, {"video_id": video}, "status")["status"]["uploading_phase"]["bytes_transferred"]
    facebook.prepare(post, facebook.kept[-1])

    assert arrived == LONG // 2
    assert len(_sent(facebook, "/video_reels")) == 1 + 1  # opened once, closed once


def test_an_upload_that_facebook_forgot_is_begun_again(facebook: Subject, long_film: Medium) -> None:
    post = facebook.post(media=(long_film,))
    facebook.fault("cut_before", r"POST .*/videos", skip=2)
    with pytest.raises(Transient):
        facebook.prepare(post)
    known = facebook.kept[-1]["upload"]

    prepared = facebook.prepare(post, {"upload": known | {"session": "91"}})

    assert prepared["video_id"] != known["video"]
    assert _video(facebook, prepared, "status")["status"]["video_status"] == "ready"


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize("format", FORMATS)
def test_a_film_carries_its_captions_and_its_thumbnail(facebook: Subject, reel: Medium, format: str) -> None:
    prepared = facebook.prepare(facebook.post(media=(reel,), format=format))

    (track,) = _video(facebook, prepared, "captions")["captions"]["data"]
    assert track["locale"] == "es_LA"
    assert "1\n00:00:00,000 --> 00:00:02,500\nLas exportaciones crecieron.\n" in track["text"]
    assert "2\n00:00:02,500 --> 00:00:06,000\nCafé, flores\ny software.\n" in track["text"]
    shown = httpx.get(_video(facebook, prepared, "picture")["picture"])
    assert reel.thumbnail is not None
    assert shown.content == reel.thumbnail.read_bytes()


@pytest.fixture
def slow(subject_of: MakeSubject) -> Iterator[Subject]:
    yield subject_of("facebook", processing=3600)


@pytest.mark.parametrize("format", FORMATS)
def test_a_film_is_waited_for_without_holding_the_worker(slow: Subject, film: Medium, format: str) -> None:
    post = slow.post(media=(film,), format=format)

    with pytest.raises(Transient) as caught:
        slow.connector.prepare(slow.credentials, post, {}, slow.kept.append)

    assert caught.value.code == "in_progress"
    assert caught.value.retry_after
    assert slow.kept[-1]["video_id"]


def test_what_is_no_video_is_refused_for_good(facebook: Subject, film: Medium, tmp_path: Path) -> None:
    path = tmp_path / "falso.mp4"
    path.write_bytes(b"no es un video" * 1000)
    fake = replace(film, path=path, size=path.stat().st_size)

    with pytest.raises(Permanent, match="formato de video"):
        facebook.prepare(facebook.post(media=(fake,)))


def test_a_reel_has_limits_of_its_own(facebook: Subject, film: Medium, reel: Medium) -> None:
    def said(medium: Medium, format: str = "reel") -> list[str]:
        return [issue.text for issue in facebook.connector.check(Post("Hola", media=(medium,), format=format))]

    assert said(reel) == []
    assert said(replace(reel, seconds=91)) == ["El video 1 dura 91 segundos: Facebook admite hasta 90."]
    assert said(replace(reel, seconds=91), "") == []
    assert said(film) == [
        "El video 1 mide 360 píxeles de alto: Facebook necesita al menos 960.",
        "El video 1 tiene una proporción de 1,78 (ancho entre alto): Facebook admite 0,56.",
    ]
    assert said(facebook.picture) == ["Falta el video del reel de Facebook."]
