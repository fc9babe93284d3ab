"""Instagram publishes a container at most once, expires it within a day, and reports its state."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from pregonero.networks import media_url_check
from pregonero.networks.base import MediaUnreachable, Permanent, PreparedExpired, QuotaExhausted, Transient, Verdict
from tests.lab.process import Lab, start, until
from tests.networks.peers import Behaviour, answering, drip, peer
from tests.networks.subjects import MakeSubject, Subject, lab_credentials

MORE_THAN_A_DAY = 25 * 3600


@pytest.fixture
def instagram(subject_of: MakeSubject) -> Subject:
    return subject_of("instagram")


@pytest.fixture
def apart(instagram: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    """An account in a laboratory of its own, whose clock the test may advance."""
    lab: Lab = start(tmp_path_factory.mktemp("apart"))
    yield replace(instagram, lab=lab, credentials=lab_credentials(lab, "instagram"))
    lab.stop()


def test_a_container_that_expired_is_made_again(apart: Subject) -> None:
    post = apart.post()
    first = apart.prepare(post)
    apart.lab.advance(MORE_THAN_A_DAY)

    with pytest.raises(PreparedExpired):
        apart.connector.commit(apart.credentials, post, first)
    second = apart.prepare(post, first)
    apart.connector.commit(apart.credentials, post, second)

    assert second["container_id"] != first["container_id"]
    assert len(apart.public()) == 1


def test_a_part_that_expired_before_its_carousel_was_made_is_made_again(apart: Subject) -> None:
    post = apart.post(media=(apart.picture, apart.picture))
    apart.fault("status", "POST .*/media", skip=2, code=500)  # both parts are there, and the whole is not
    with pytest.raises(Transient):
        apart.prepare(post)
    apart.lab.advance(MORE_THAN_A_DAY)

    with pytest.raises(PreparedExpired):
        apart.prepare(post, apart.kept[-1])
    apart.connector.commit(apart.credentials, post, apart.prepare(post, apart.kept[-1]))

    assert [len(entry["media"]) for entry in apart.public()] == [2]


def test_a_carousel_cut_between_its_parts_goes_on(instagram: Subject) -> None:
    post = instagram.post(media=(instagram.picture, instagram.film, instagram.picture))
    instagram.fault("cut_before", "POST .*/media", skip=2)
    with pytest.raises(Transient):
        instagram.prepare(post)

    instagram.connector.commit(instagram.credentials, post, instagram.prepare(post, instagram.kept[-1]))

    assert len([call for call in instagram.calls("prepare") if call["status"] == httpx.codes.OK]) == 3 + 1
    assert [len(entry["media"]) for entry in instagram.public()] == [3]


def test_an_expired_container_was_certainly_not_published(apart: Subject) -> None:
    post, started = apart.post(), datetime.now(UTC)
    prepared = apart.prepare(post)
    apart.lab.advance(MORE_THAN_A_DAY)

    assert apart.resolve(post, prepared, started).verdict == Verdict.NOT_TAKEN


def test_a_container_not_published_is_given_time_to_show_before_it_is_sent_again(instagram: Subject) -> None:
    post, started = instagram.post(), datetime.now(UTC)
    prepared = instagram.prepare(post)

    verdicts = [instagram.resolve(post, prepared, started, checks_made=checks_made).verdict for checks_made in (0, 1)]

    assert verdicts == [Verdict.LOOK_AGAIN, Verdict.NOT_TAKEN]


def test_a_carousel_holds_pictures_and_videos(instagram: Subject) -> None:
    post = instagram.post(media=(instagram.picture, instagram.film, instagram.picture))

    instagram.publish(post)

    (entry,) = instagram.public()
    assert len(entry["media"]) == 3


def test_a_reel_is_waited_for(instagram: Subject) -> None:
    instagram.publish(instagram.post(media=(instagram.film,)))

    assert [len(entry["media"]) for entry in instagram.public()] == [1]


def test_what_was_published_and_cut_is_named_by_its_caption(instagram: Subject) -> None:
    post, started = instagram.post(), datetime.now(UTC)
    prepared = instagram.prepare(post)
    instagram.publish(instagram.post())
    published = instagram.connector.commit(instagram.credentials, post, prepared)
    instagram.publish(instagram.post())

    assert instagram.resolve(post, prepared, started, checks_made=0).published == published


def test_what_many_others_came_after_is_still_named(instagram: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = instagram.connector.capabilities.limits
    monkeypatch.setitem(limits, "search_recent", replace(limits["search_recent"], value=1))
    post, started = instagram.post(), datetime.now(UTC)
    prepared = instagram.prepare(post)
    published = instagram.connector.commit(instagram.credentials, post, prepared)
    for _ in range(2):
        instagram.publish(instagram.post())

    assert instagram.resolve(post, prepared, started, checks_made=0).published == published


def test_what_the_list_shows_late_is_found_by_looking_again(subject_of: MakeSubject) -> None:
    instagram = subject_of("instagram", read_lag=1.0)
    post, started = instagram.post(), datetime.now(UTC)
    prepared = instagram.prepare(post)
    published = instagram.connector.commit(instagram.credentials, post, prepared)

    first = instagram.resolve(post, prepared, started, checks_made=0)
    found = until(lambda: instagram.resolve(post, prepared, started, checks_made=0).published)

    assert first.verdict == Verdict.LOOK_AGAIN
    assert found == published


def test_published_twice_with_the_same_words_it_is_public_though_not_told_which(instagram: Subject) -> None:
    post, started = instagram.post(), datetime.now(UTC)
    prepared = instagram.prepare(post)
    instagram.publish(post)
    instagram.connector.commit(instagram.credentials, post, prepared)

    assert instagram.resolve(post, prepared, started, checks_made=0).verdict == Verdict.LOOK_AGAIN
    finding = instagram.resolve(post, prepared, started)

    assert finding.verdict == Verdict.PUBLISHED
    assert finding.published is not None
    assert finding.published.url.endswith(f"/{instagram.credentials.handle}/")


def test_the_daily_number_of_posts_is_told_to_a_person(subject_of: MakeSubject) -> None:
    instagram = subject_of("instagram", limits={"posts": 1})
    post = instagram.post()
    prepared = instagram.prepare(post)
    instagram.publish(instagram.post())

    with pytest.raises(QuotaExhausted, match="por día"):
        instagram.connector.commit(instagram.credentials, post, prepared)


def test_the_accounts_own_number_of_posts_is_read_before_anything_is_made(subject_of: MakeSubject) -> None:
    instagram = subject_of("instagram", limits={"posts": 1})
    instagram.publish(instagram.post())
    made = instagram.calls("prepare")

    with pytest.raises(QuotaExhausted, match="llegó a las 1 publicaciones por día"):
        instagram.prepare(instagram.post())

    assert instagram.calls("prepare") == made


def test_a_file_without_public_address_is_refused_before_anything_is_sent(instagram: Subject) -> None:
    post = instagram.post(media=(replace(instagram.picture, address=""),))

    with pytest.raises(Permanent, match="dirección pública"):
        instagram.prepare(post)

    assert instagram.calls("prepare") == []


def test_a_file_that_instagram_cannot_fetch_is_told(instagram: Subject) -> None:
    """Our own check of the address succeeds, and Instagram's download fails."""
    once = iter([answering("200 OK", instagram.picture.path.read_bytes(), "Content-Type: image/jpeg")])

    def served(connection: socket.socket, said: bytes, over: threading.Event) -> None:
        next(once, answering("404 Not Found", b""))(connection, said, over)

    with peer(served) as ours, pytest.raises(Permanent, match="nuestra dirección"):
        instagram.prepare(instagram.post(media=(replace(instagram.picture, address=f"{ours.address}/a.jpg"),)))


def test_a_video_that_instagram_cannot_process_is_told(instagram: Subject) -> None:
    film = replace(instagram.film, size=instagram.picture.size)
    no_film = answering("200 OK", instagram.picture.path.read_bytes(), "Content-Type: video/mp4")

    with peer(no_film) as ours, pytest.raises(Permanent, match="no pudo procesar"):
        instagram.prepare(instagram.post(media=(replace(film, address=f"{ours.address}/a.mp4"),)))


def _served(body: bytes, kind: str = "image/jpeg", status: str = "200 OK", *more: str) -> Behaviour:
    return answering(status, body, f"Content-Type: {kind}", *more)


@pytest.mark.parametrize(
    ("served", "why"),
    [
        (answering("404 Not Found", b""), "respondió 404"),
        (answering("302 Found", b"", "Location: /otra.jpg"), "respondió 302"),
        (_served(b"<!doctype html>", "text/html"), "entrega «text/html» y no el archivo"),
        (_served(b"la mitad"), "no entrega el archivo entero"),
    ],
    ids=["missing", "moved", "page", "half"],
)
def test_instagram_is_never_told_an_address_of_ours_that_does_not_serve(
    instagram: Subject, served: Behaviour, why: str
) -> None:
    with peer(served) as ours:
        elsewhere = replace(instagram.picture, address=f"{ours.address}/a.jpg")
        with pytest.raises(MediaUnreachable, match=why) as refused:
            instagram.prepare(instagram.post(media=(instagram.picture, elsewhere)))

    asked = [call["status"] for call in instagram.calls("prepare")]
    assert (refused.value.code, asked) == ("own_address", [httpx.codes.OK])  # the first picture, and no more


def test_an_address_of_ours_that_never_ends_its_head_holds_nobody(
    instagram: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_url_check, "TIMEOUT_SECONDS", 0.5)  # of this one call, which never answers in time
    with peer(drip) as ours, pytest.raises(MediaUnreachable, match="no respondió"):
        instagram.prepare(instagram.post(media=(replace(instagram.picture, address=f"{ours.address}/a.jpg"),)))


def test_what_waited_for_our_address_goes_on_once_it_answers(instagram: Subject) -> None:
    post = instagram.post(media=(replace(instagram.picture, address="http://127.0.0.1:1/a.jpg"),))
    with pytest.raises(MediaUnreachable, match="no respondió"):
        instagram.prepare(post)
    assert instagram.calls("prepare") == []

    instagram.publish(replace(post, media=(instagram.picture,)))

    assert len(instagram.public()) == 1
