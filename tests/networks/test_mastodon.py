"""Mastodon: calls with the same key within an hour make one post; after that, our own posts are searched."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pregonero.networks.base import UNCERTAIN_SINCE, Permanent, Post, Transient, Unknown, Verdict
from pregonero.networks.mastodon.network import LOOK_WAITS, SETTLE_WAITS
from pregonero.networks.mastodon.text import length_of, text_of
from tests.lab.process import start, until
from tests.networks.peers import answering, peer
from tests.networks.subjects import MakeSubject, Subject, accompanied, lab_credentials


@pytest.fixture
def mastodon(subject_of: MakeSubject) -> Subject:
    return subject_of("mastodon")


@pytest.fixture
def later(mastodon: Subject, tmp_path: Path) -> Iterator[Subject]:
    """An account in a laboratory of its own, whose clock the test may advance."""
    lab = start(tmp_path / "lab")
    yield replace(mastodon, lab=lab, credentials=lab_credentials(lab, "mastodon"))
    lab.stop()


@pytest.mark.parametrize(
    "text",
    [
        "Tres & cuatro < cinco > dos",
        "Ferretería «La Tuerca»\n\ncon dos\nrenglones",
        "Decompuesta: e\u0301xito y año",
        "Dos enlaces https://www.mincit.gov.co/prensa/noticias/industria/uno?b=1&c=2 y https://gov.co/ fin",
        "Sin esquema mincit.gov.co/prensa, #ComercioJusto y @nadie@otra.parte",
        "Bandera 🇨🇴 y familia 👩‍👩‍👧‍👦 https://www.mincit.gov.co/x",
        "  espacios   alrededor  ",
    ],
)
def test_what_was_sent_is_recognised_in_its_html(mastodon: Subject, text: str) -> None:
    for media in ((), (mastodon.picture,)):
        started, post = datetime.now(UTC), Post(text if not media else f"{text} 1", media=media)

        published = mastodon.publish(post)

        assert mastodon.resolve(post, {}, started, checks_made=0).published == published


def test_a_mention_of_an_account_there_is_recognised(subject_of: MakeSubject) -> None:
    other, mastodon = subject_of("mastodon"), subject_of("mastodon")
    started, post = datetime.now(UTC), Post(f"Con @{other.credentials.handle}@servidor.test en vivo")

    published = mastodon.publish(post)

    assert mastodon.resolve(post, {}, started, checks_made=0).published == published


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text": "Otra cosa https://www.mincit.gov.co/a"}, "otro texto"),
        ({"text": "Una cosa https://www.mincit.gov.co/b"}, "otro enlace"),
        ({"media": ()}, "sin la imagen"),
    ],
)
def test_another_post_is_not_taken_for_ours(mastodon: Subject, change: dict[str, object], why: str) -> None:
    started = datetime.now(UTC)
    ours = Post("Una cosa https://www.mincit.gov.co/a", media=(mastodon.picture,))
    mastodon.publish(replace(ours, **change))  # type: ignore[arg-type]

    assert mastodon.resolve(ours, {}, started).verdict == Verdict.NOT_TAKEN, why


def test_an_older_post_with_the_same_words_is_not_taken_for_ours(mastodon: Subject) -> None:
    post = mastodon.post()
    mastodon.publish(post)

    assert mastodon.resolve(post, {}, datetime.now(UTC) + timedelta(minutes=5)).verdict == Verdict.NOT_TAKEN


def test_another_delivery_with_the_same_words_is_not_taken_for_ours(mastodon: Subject) -> None:
    started, post = datetime.now(UTC), mastodon.post()
    others = mastodon.publish(post)

    finding = mastodon.resolve(post, {}, started, known=frozenset({others.remote_id}))

    assert finding.verdict == Verdict.NOT_TAKEN


def test_two_that_could_be_ours_are_left_to_a_person(mastodon: Subject) -> None:
    post, started = mastodon.post(), datetime.now(UTC)
    both = {mastodon.publish(post).remote_id, mastodon.publish(post).remote_id}

    finding = mastodon.resolve(post, {}, started, checks_made=0)

    assert finding.verdict == Verdict.UNKNOWABLE
    assert {candidate.remote_id for candidate in finding.candidates} == both


@pytest.mark.parametrize(
    ("since", "waits"),
    [(timedelta(0), SETTLE_WAITS), (timedelta(minutes=50), SETTLE_WAITS), (timedelta(hours=1), LOOK_WAITS)],
)
def test_it_is_looked_for_longer_once_the_key_no_longer_holds(
    mastodon: Subject, since: timedelta, waits: tuple[float, ...]
) -> None:
    post, first = mastodon.post(), datetime.now(UTC) - since

    findings = [
        mastodon.resolve(post, {UNCERTAIN_SINCE: first.isoformat()}, datetime.now(UTC), checks_made=checks_made)
        for checks_made in range(len(waits) + 1)
    ]

    assert [finding.look_again_seconds for finding in findings[:-1]] == list(waits)
    assert [finding.verdict for finding in findings] == [Verdict.LOOK_AGAIN] * len(waits) + [Verdict.NOT_TAKEN]


@pytest.mark.procedure("P-6")
def test_a_call_that_the_server_takes_late_makes_no_second_post(mastodon: Subject) -> None:
    post, started = mastodon.post(media=()), datetime.now(UTC)
    prepared = mastodon.prepare(post)
    mastodon.fault("hold_before", "commit")
    with pytest.raises(Unknown):
        mastodon.connector.commit(replace(mastodon.credentials, seconds=0.5), post, prepared)

    verdict = mastodon.resolve(post, prepared, started).verdict
    published = mastodon.connector.commit(mastodon.credentials, post, prepared)
    mastodon.lab.client.post("/faults/release", json={"verdict": "process"}).raise_for_status()

    assert verdict == Verdict.NOT_TAKEN
    until(lambda: len(mastodon.calls("commit")) == 2)
    assert [entry["id"] for entry in mastodon.public()] == [published.remote_id]


@pytest.mark.procedure("P-6")
def test_what_was_taken_hours_ago_is_found_though_its_key_no_longer_holds(later: Subject) -> None:
    post, started = later.post(), datetime.now(UTC)
    prepared = later.prepare(post)
    later.fault("accept_then_cut", "commit")
    with pytest.raises(Unknown):
        later.connector.commit(later.credentials, post, prepared)
    later.lab.advance(7200)

    finding = later.resolve(post, prepared, started, checks_made=0)

    (entry,) = later.public()
    assert finding.published is not None
    assert finding.published.remote_id == entry["id"]


def test_media_that_a_post_has_already_are_a_witness_of_the_earlier_attempt(later: Subject) -> None:
    post, first = later.post(), datetime.now(UTC)
    prepared = later.prepare(post)
    later.connector.commit(later.credentials, post, prepared)  # taken, though the answer was lost
    later.lab.advance(7200)

    with pytest.raises(Permanent):
        later.connector.commit(later.credentials, post, prepared)
    with pytest.raises(Unknown) as caught:
        later.connector.commit(later.credentials, post, prepared | {UNCERTAIN_SINCE: first.isoformat()})

    assert later.resolve(post, prepared, first, code=caught.value.code).verdict == Verdict.PUBLISHED
    nothing = later.resolve(replace(post, text="Otra"), prepared, first, code=caught.value.code)
    assert nothing.verdict == Verdict.UNKNOWABLE
    assert len(later.public()) == 1


def test_it_is_found_also_behind_a_page_of_newer_posts(mastodon: Subject) -> None:
    started, post = datetime.now(UTC), mastodon.post(media=())
    published = mastodon.publish(post)
    for _ in range(45):
        mastodon.connector.commit(mastodon.credentials, mastodon.post(media=()), {"key": str(_)})

    assert mastodon.resolve(post, {}, started, checks_made=0).published == published


def test_a_text_too_long_for_the_accounts_own_server_is_refused_while_there_is_time(subject_of: MakeSubject) -> None:
    small = subject_of("mastodon", max_characters=100)

    with pytest.raises(Permanent) as caught:
        small.prepare(small.post(text="a" * 103, media=()))

    assert caught.value.reason == "El servidor de esta cuenta admite 100 caracteres y sobran 3."
    assert small.prepare(small.post(text="a" * 100, media=()))["key"]


def test_a_server_that_does_not_tell_its_limits_has_the_usual_ones(mastodon: Subject) -> None:
    with peer(answering("404 Not Found", b'{"error": "Record not found"}')) as older:
        credentials = replace(mastodon.credentials, address=older.address)

        assert mastodon.prepare(mastodon.post(media=()), credentials=credentials)["key"]


def test_a_video_is_waited_for_without_holding_the_worker(mastodon: Subject) -> None:
    post = mastodon.post(media=(mastodon.film,))

    with pytest.raises(Transient) as caught:
        mastodon.connector.prepare(mastodon.credentials, post, {}, mastodon.kept.append)
    published = mastodon.connector.commit(mastodon.credentials, post, mastodon.prepare(post, mastodon.kept[-1]))

    assert caught.value.code == "media_in_progress"
    assert [(entry["id"], len(entry["media"])) for entry in mastodon.public()] == [(published.remote_id, 1)]


def test_a_video_carries_the_picture_that_stands_for_it(mastodon: Subject, tmp_path: Path) -> None:
    film = accompanied(mastodon.film, tmp_path)

    mastodon.publish(mastodon.post(media=(film,)))

    ((entry,),) = [mastodon.public()]
    headers = {"Authorization": f"Bearer {mastodon.credentials.token}"}
    address = f"{mastodon.credentials.address}/api/v1/statuses/{entry['id']}"
    (shown,) = httpx.get(address, headers=headers).json()["media_attachments"]
    assert shown["type"] == "video"
    assert shown["preview_url"] != shown["url"]
    assert film.thumbnail is not None
    assert httpx.get(shown["preview_url"]).content == film.thumbnail.read_bytes()


def test_a_file_that_the_accounts_own_server_does_not_take_is_refused_while_there_is_time(mastodon: Subject) -> None:
    heavy = replace(mastodon.picture, size=16_777_217)
    odd = replace(mastodon.picture, mime="image/tiff")

    for medium, says in ((heavy, "hasta 16.777.216 bytes y este tiene 16.777.217"), (odd, "de ese tipo")):
        with pytest.raises(Permanent, match=says):
            mastodon.prepare(mastodon.post(media=(medium,)))

    assert mastodon.calls("prepare") == []


def test_four_pictures_go_out_each_with_its_text(mastodon: Subject) -> None:
    media = tuple(replace(mastodon.picture, alt=f"Gráfica {at}") for at in range(4))

    page = mastodon.page(mastodon.publish(mastodon.post(media=media))).text

    assert all(f"Gráfica {at}" in page for at in range(4))


def test_media_uploaded_long_ago_are_uploaded_again(mastodon: Subject) -> None:
    post = mastodon.post()
    prepared = mastodon.prepare(post)

    again = mastodon.prepare(post, {**prepared, "media": [{**prepared["media"][0], "until": 1}]})

    assert again["media"][0]["id"] != prepared["media"][0]["id"]
    assert again["key"] == prepared["key"]


def test_a_spent_window_says_when_it_opens_again(subject_of: MakeSubject) -> None:
    mastodon = subject_of("mastodon", limits={"calls": 2})
    mastodon.publish(mastodon.post(media=()))

    with pytest.raises(Transient) as caught:
        mastodon.publish(mastodon.post(media=()))

    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 5 * 60 + 1


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" * 10, 10),
        ("https://www.mincit.gov.co/" + "a" * 200, 23),
        ("(https://gov.co/a).", 26),
        ("Con @ana@otro.servidor.co, sí", 12),
        ("👩‍👩‍👧‍👦🇨🇴e\u0301", 3),
        ("mincit.gov.co", 13),
    ],
)
def test_it_counts_as_mastodon_does(text: str, length: int) -> None:
    assert length_of(text) == length


def test_html_is_read_as_the_text_that_it_shows() -> None:
    content = (
        '<p>Uno &amp; dos<br />tres <a href="https://www.gov.co/x"><span class="invisible">https://www.</span>'
        '<span class="">gov.co/x</span><span class="invisible"></span></a></p><p>Fin</p>'
    )

    assert text_of(content) == "Uno & dos\ntres https://www.gov.co/x\n\nFin"
