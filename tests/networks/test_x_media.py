"""Uploads of media to X: in segments that continue after a cut, repeated once they expire, with alternative text."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from pregonero.networks.base import STALE, Medium, Post, PreparedExpired, Transient
from tests.lab.process import start
from tests.networks.subjects import MakeSubject, Subject, accompanied, lab_credentials, lengthened

LONG = 5_000_000  # bytes: three segments
MORE_THAN_A_DAY = 25 * 3600


@pytest.fixture
def x(subject_of: MakeSubject) -> Subject:
    return subject_of("x")


@pytest.fixture
def apart(x: Subject, tmp_path: Path) -> Iterator[Subject]:
    """An account in a laboratory of its own, whose clock the test may advance."""
    lab = start(tmp_path / "lab")
    yield replace(x, lab=lab, credentials=lab_credentials(lab, "x"))
    lab.stop()


@pytest.fixture(scope="session")
def long_film(film: Medium, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    return lengthened(film, tmp_path_factory.mktemp("long"), LONG)


def _sent(x: Subject, ending: str) -> list[dict[str, Any]]:
    return [call for call in x.calls("prepare") if call["path"].endswith(ending) and call["status"] == httpx.codes.OK]


@pytest.mark.procedure("N-6")
def test_four_pictures_go_out_each_with_its_text(x: Subject) -> None:
    media = tuple(replace(x.picture, alt=f"Gráfica {at}") for at in range(4))

    page = x.page(x.publish(x.post(media=media))).text

    assert [len(entry["media"]) for entry in x.public()] == [4]
    assert all(f"Gráfica {at}" in page for at in range(4))


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "half_upload"])
@pytest.mark.parametrize("call", ["initialize", "append", "finalize", "STATUS"])
def test_a_video_cut_at_any_call_goes_on_from_there(x: Subject, long_film: Medium, fault: str, call: str) -> None:
    if fault == "half_upload" and call in ("finalize", "STATUS"):
        fault = "accept_then_500"  # a call without a body has no half
    post = x.post(media=(long_film,))
    x.fault(fault, "GET /2/media/upload" if call == "STATUS" else f"POST .*/{call}", skip=int(call == "append"))
    with pytest.raises(Transient):
        x.prepare(post)

    published = x.connector.commit(x.credentials, post, x.prepare(post, (x.kept or [{}])[-1]))

    (entry,) = x.public()
    assert (entry["id"], entry["media"]) == (published.remote_id, [long_film.sha256])
    assert len(_sent(x, "/append")) == 3  # a segment that had arrived is the same one again
    assert len(_sent(x, "/finalize")) == 1


def test_a_segment_taken_without_a_body_is_not_sent_again(subject_of: MakeSubject, long_film: Medium) -> None:
    x = subject_of("x", append_without_body=True)
    post = x.post(media=(long_film,))

    x.connector.commit(x.credentials, post, x.prepare(post))

    statuses = [call["status"] for call in x.calls("prepare") if call["path"].endswith("/append")]
    assert statuses == [httpx.codes.NO_CONTENT] * 3
    assert [entry["media"] for entry in x.public()] == [[long_film.sha256]]


@pytest.mark.procedure("N-6")
def test_a_video_goes_out_with_its_captions(x: Subject, tmp_path: Path) -> None:
    film = accompanied(x.film, tmp_path)

    prepared = x.prepare(x.post(media=(film,)))

    (entry,) = prepared["media"]
    assert entry["captioned"]
    assert len(_sent(x, "/subtitles")) == 1
    assert entry["captions"]["id"] != entry["id"]
    headers = {"Authorization": f"Bearer {x.credentials.token}"}
    again = {"id": entry["id"], "media_category": "TweetVideo", "subtitles": {"id": entry["id"], "language_code": "ES"}}
    refused = httpx.post(f"{x.credentials.address}/2/media/subtitles", json=again, headers=headers)
    assert refused.status_code == httpx.codes.BAD_REQUEST  # a video is no captions: the laboratory told them apart


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_captions_arrive_in_utf_8_and_without_codes_of_style(x: Subject, tmp_path: Path, encoding: str) -> None:
    styled = "1\r\n00:00:00,5 --> 00:00:02\r\n{\\an8}<font color=red>¿Año “nuevo”?</font>\r\n"
    captions = tmp_path / "s.srt"
    captions.write_bytes(styled.encode(encoding))

    x.prepare(x.post(media=(replace(x.film, captions=captions),)))

    expected = "1\n00:00:00,500 --> 00:00:02,000\n¿Año “nuevo”?\n\n".encode()
    assert x.lab.client.get(f"/media/{hashlib.sha256(expected).hexdigest()}").content == expected


def test_a_gif_goes_alone_in_its_own_category(x: Subject, tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "a.gif"
    frames = [Image.new("P", (320, 180), color) for color in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    gif = replace(x.picture, path=path, mime="image/gif", size=path.stat().st_size, width=320, height=180, sha256="gif")

    x.publish(x.post(media=(gif,)))

    assert [len(entry["media"]) for entry in x.public()] == [1]


def test_what_x_let_go_of_while_it_was_uploaded_is_begun_again(apart: Subject, long_film: Medium) -> None:
    post = apart.post(media=(long_film,))
    apart.fault("cut_before", "POST .*/append", skip=1)
    with pytest.raises(Transient):
        apart.prepare(post)
    apart.lab.advance(MORE_THAN_A_DAY)

    with pytest.raises(Transient, match="se sube otra vez"):
        apart.prepare(post, apart.kept[-1])
    apart.connector.commit(apart.credentials, post, apart.prepare(post, apart.kept[-1]))

    assert [entry["media"] for entry in apart.public()] == [[long_film.sha256]]


def test_what_x_has_no_more_at_the_hour_is_uploaded_again(apart: Subject) -> None:
    post = apart.post()
    prepared = apart.prepare(post)
    apart.lab.advance(MORE_THAN_A_DAY)

    with pytest.raises(PreparedExpired) as caught:
        apart.connector.commit(apart.credentials, post, prepared)
    again = apart.prepare(post, prepared | {STALE: caught.value.code})
    apart.connector.commit(apart.credentials, post, again)

    assert STALE not in again
    assert len(apart.public()) == 1


def test_a_video_is_processed_on_the_networks_own_clock(apart: Subject) -> None:
    slow = replace(apart, credentials=lab_credentials(apart.lab, "x", processing=600))
    post = Post("Con video", media=(slow.film,))
    with pytest.raises(Transient) as caught:
        slow.connector.prepare(slow.credentials, post, {}, slow.kept.append)
    assert (caught.value.code, caught.value.retry_after) == ("media_in_progress", 1)

    slow.lab.advance(601)

    assert (
        slow.connector.prepare(slow.credentials, post, slow.kept[-1], slow.kept.append)["media"][0]["processing"]
        is False
    )
