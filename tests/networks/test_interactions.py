"""Reading what people write, and answering it, at every network of the laboratory: what a citizen's page sends."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pregonero.networks.base import Post, Published, Verdict
from pregonero.networks.interactions import Cursor, Interaction, InteractionKind, InteractionReader, Reading
from pregonero.networks.registry import interaction_reader
from tests.networks.subjects import MakeSubject, Subject

pytestmark = pytest.mark.procedure("Q-1")
READABLE = ("x", "facebook", "instagram", "youtube", "mastodon")
COMMENTED = ("facebook", "instagram", "youtube")
MENTIONED = ("x", "mastodon")


def reader_of(name: str) -> InteractionReader:
    reader = interaction_reader(name)
    assert reader is not None
    return reader


def read(subject: Subject, cursor: Cursor | None = None) -> Reading:
    reader = reader_of(subject.name)
    return reader.read(subject.credentials, reader.streams[0].name, cursor or {})


def comment(subject: Subject, post: Published, text: str, name: str = "Rosa Mejía", answers: str = "") -> None:
    form = {"nombre": name, "texto": text, "responde_a": answers}
    response = subject.lab.client.post(f"/comentarios/{subject.name}/{post.remote_id}", data=form)
    assert response.status_code in (200, 303), response.text


def mention(subject: Subject, text: str, *, private: bool = False) -> None:
    form = {"nombre": "Rosa Mejía", "texto": text} | ({"privado": "on"} if private else {})
    subject.lab.client.post(f"/menciones/{subject.name}/{subject.credentials.handle}", data=form)


def only(reading: Reading) -> Interaction:
    (found,) = reading.interactions
    return found


@pytest.mark.parametrize("name", READABLE)
def test_a_comment_is_read_with_its_author_its_hour_and_the_post_that_it_is_under(
    name: str, subject_of: MakeSubject
) -> None:
    subject = subject_of(name)
    post = subject.publish(subject.post())
    assert read(subject).interactions == ()

    comment(subject, post, "¿Hasta qué fecha está abierta la convocatoria?")
    found = only(read(subject))

    assert found.kind == InteractionKind.COMMENT
    assert found.text == "¿Hasta qué fecha está abierta la convocatoria?"
    assert (found.post_id, found.parent_id, found.thread_id) == (post.remote_id, post.remote_id, found.remote_id)
    assert found.author.remote_id and not found.is_ours
    assert abs((datetime.now(UTC) - found.written_at).total_seconds()) < 60
    assert found.url.startswith("http")


@pytest.mark.parametrize("name", READABLE)
def test_the_next_reading_brings_what_is_new(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    post = subject.publish(subject.post())
    comment(subject, post, "Primero")
    first = read(subject)
    comment(subject, post, "Segundo")

    second = read(subject, first.cursor)

    assert "Segundo" in [item.text for item in second.interactions]
    # Reading once more changes nothing: what comes again is the same, by its id.
    again = read(subject, second.cursor)
    assert {item.remote_id for item in again.interactions} <= {item.remote_id for item in second.interactions}


@pytest.mark.parametrize("name", COMMENTED)
def test_a_reply_to_a_comment_belongs_to_its_thread(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    post = subject.publish(subject.post())
    comment(subject, post, "¿Dónde me inscribo?")
    first = only(read(subject))
    comment(subject, post, "Yo también quiero saber", "Iván Díaz", answers=first.remote_id)

    reply = next(item for item in read(subject).interactions if item.text == "Yo también quiero saber")

    assert (reply.thread_id, reply.parent_id, reply.post_id) == (first.remote_id, first.remote_id, post.remote_id)


@pytest.mark.parametrize("name", MENTIONED)
def test_a_mention_in_a_post_of_their_own_is_read(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    mention(subject, "¿Cuándo abre el registro?")

    found = only(read(subject))

    assert found.kind == InteractionKind.MENTION
    assert found.text == f"@{subject.credentials.handle} ¿Cuándo abre el registro?"
    assert (found.parent_id, found.post_id, found.why_assisted) == ("", "", "")


def test_a_private_post_on_mastodon_is_a_message(subject_of: MakeSubject) -> None:
    subject = subject_of("mastodon")
    mention(subject, "Solicito copia del contrato", private=True)

    assert only(read(subject)).kind == InteractionKind.MESSAGE


@pytest.mark.procedure("Q-6")
def test_x_says_that_a_person_answers_who_did_not_name_the_account(subject_of: MakeSubject) -> None:
    subject = subject_of("x")
    comment(subject, subject.publish(subject.post()), "¿Y esto cuándo?")

    assert "respóndele en X" in only(read(subject)).why_assisted


@pytest.mark.parametrize("name", ("facebook", "instagram", "youtube", "mastodon"))
@pytest.mark.procedure("Q-2")
def test_an_answer_goes_under_the_comment_and_is_read_as_ours(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    comment(subject, subject.publish(subject.post()), "¿Hasta cuándo?")
    question = only(read(subject))

    answer = Post("Hasta el 15 de diciembre.", reply_to=question.remote_id, root=question.post_id)
    published = subject.publish(answer)

    assert subject.public()[-1]["text"] == "Hasta el 15 de diciembre."
    ours = [item for item in read(subject).interactions if item.is_ours]
    assert [item.remote_id for item in ours] in ([published.remote_id], [])  # Mastodon does not list our own posts


@pytest.mark.procedure("Q-2")
def test_x_takes_an_answer_to_who_named_the_account(subject_of: MakeSubject) -> None:
    subject = subject_of("x")
    mention(subject, "¿Hasta cuándo?")
    question = only(read(subject))

    subject.publish(Post("Hasta el 15 de diciembre.", reply_to=question.remote_id, root=question.remote_id))

    assert subject.public()[-1]["text"] == "Hasta el 15 de diciembre."


@pytest.mark.parametrize("name", ("facebook", "instagram", "youtube"))
@pytest.mark.procedure("Q-2")
def test_an_answer_without_an_answer_is_found_by_its_text(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    comment(subject, subject.publish(subject.post()), "¿Hasta cuándo?")
    question = only(read(subject))
    answer, started = Post("Hasta el 15.", reply_to=question.remote_id, root=question.post_id), datetime.now(UTC)

    missing = subject.resolve(answer, {}, started)
    published = subject.publish(answer)
    found = subject.resolve(answer, {}, started)

    assert missing.verdict == Verdict.UNKNOWABLE  # it may still come: a person decides
    assert (found.verdict, found.published and found.published.remote_id) == (Verdict.PUBLISHED, published.remote_id)
    others = subject.resolve(answer, {}, started, known=frozenset({published.remote_id}))
    assert others.verdict == Verdict.UNKNOWABLE


def test_facebook_brings_more_new_comments_than_one_page(subject_of: MakeSubject) -> None:
    subject = subject_of("facebook")
    post = subject.publish(subject.post())
    first = read(subject, {"since": datetime.now(UTC).isoformat()})
    for number in range(60):
        comment(subject, post, f"Comentario {number}")

    found = {item.text for item in read(subject, replace(first).cursor).interactions}

    assert found == {f"Comentario {number}" for number in range(60)}
