"""Private messages at every network of the laboratory: read, answered within the network's window, and found again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pregonero.networks.base import (
    OUTSIDE_WINDOW,
    NetworkError,
    Permanent,
    Post,
    PrivateTarget,
    Published,
    Unknown,
    Verdict,
)
from pregonero.networks.facebook.messages import MESSAGES
from pregonero.networks.interactions import Cursor, Interaction, InteractionKind, Reading
from pregonero.networks.registry import interaction_reader
from tests.networks.subjects import MakeSubject, Subject

pytestmark = pytest.mark.procedure("Q-1")
PRIVATE = ("facebook", "instagram", "x", "mastodon")
META = ("facebook", "instagram")
ANSWER = "Hasta el 15 de diciembre."


def read(subject: Subject, cursor: Cursor | None = None) -> Reading:
    reader = interaction_reader(subject.name)
    assert reader is not None
    stream = MESSAGES.name if subject.name != "mastodon" else reader.streams[0].name
    return reader.read(subject.credentials, stream, cursor or {})


def write(subject: Subject, text: str, name: str = "Rosa Mejía") -> str:
    """Write privately as a citizen, and return their id."""
    path = f"/mensajes/{subject.name}/{subject.credentials.handle}"
    response = subject.lab.client.post(path, data={"nombre": name, "texto": text})
    assert response.status_code == 303, response.text
    return str(response.headers["location"].partition("persona=")[2].partition("&")[0])


def only(reading: Reading) -> Interaction:
    (found,) = reading.interactions
    return found


def answer_to(message: Interaction, text: str = ANSWER, **changes: Any) -> Post:
    """Return the private answer to a message, as the inbox makes it."""
    target = PrivateTarget(message.author.remote_id, message.thread_id, message.written_at)
    reply_to = message.remote_id if message.thread_id.startswith("direct:") else ""
    text = f"@{message.author.handle} {text}" if reply_to else text
    return Post(text, reply_to=reply_to, root=reply_to, private=replace(target, **changes))


def published_comment(subject: Subject, text: str = "¿Y el enlace?") -> Interaction:
    """Return a citizen's comment under a post of the account."""
    post = subject.publish(subject.post())
    subject.lab.client.post(f"/comentarios/{subject.name}/{post.remote_id}", data={"nombre": "Rosa", "texto": text})
    reader = interaction_reader(subject.name)
    assert reader is not None
    return reader.read(subject.credentials, reader.streams[0].name, {}).interactions[0]


def answer_privately(comment: Interaction) -> Post:
    target = PrivateTarget(comment.author.remote_id, "", comment.written_at, comment=comment.remote_id)
    return Post(ANSWER, private=target)


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_message_is_read_as_one_and_under_no_post(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    person = write(subject, "Solicito copia del contrato")

    found = only(read(subject))

    assert (found.kind, found.post_id, found.author.remote_id) == (InteractionKind.MESSAGE, "", person)
    assert found.text.removeprefix(f"@{subject.credentials.handle} ") == "Solicito copia del contrato"
    assert abs((datetime.now(UTC) - found.written_at).total_seconds()) < 60
    assert not found.is_ours


@pytest.mark.parametrize("name", PRIVATE)
def test_the_messages_of_one_person_are_one_conversation(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    write(subject, "Primero")
    first = read(subject)
    write(subject, "Segundo")
    write(subject, "Soy otra persona", "Iván Díaz")

    items = {
        item.text.rpartition(" ")[2]: item for item in (*first.interactions, *read(subject, first.cursor).interactions)
    }

    assert items["Primero"].thread_id == items["Segundo"].thread_id != items["persona"].thread_id


@pytest.mark.parametrize("name", PRIVATE)
def test_many_conversations_are_read_without_losing_one(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    write(subject, "Antes")
    cursor = read(subject).cursor
    for number in range(45):
        write(subject, f"Mensaje {number}", f"Persona {number}")

    found, more = set(), True
    while more:
        reading = read(subject, cursor)
        found |= {item.text.rpartition(" ")[2] for item in reading.interactions}
        cursor, more = reading.cursor, reading.has_more

    assert found >= {str(number) for number in range(45)}


@pytest.mark.parametrize("name", PRIVATE)
@pytest.mark.procedure("Q-2")
def test_an_answer_reaches_the_person_alone(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    person = write(subject, "¿Hasta cuándo?")
    published = subject.publish(answer_to(only(read(subject))))

    (sent,) = subject.public()
    assert (sent["id"], sent["kind"]) == (published.remote_id, "message")
    page = f"/mensajes/{name}/{subject.credentials.handle}"
    assert ANSWER in subject.lab.client.get(page, params={"persona": person}).text
    assert ANSWER not in subject.lab.client.get(f"/{name}/{subject.credentials.handle}").text


@pytest.mark.parametrize("name", PRIVATE)
def test_a_message_whose_answer_was_lost_is_found_and_no_other_is_taken_for_it(
    name: str, subject_of: MakeSubject
) -> None:
    subject = subject_of(name)
    write(subject, "¿Hasta cuándo?")
    answer = answer_to(only(read(subject)))
    prepared, started = subject.prepare(answer), datetime.now(UTC)

    missing = subject.resolve(answer, prepared, started)
    published = subject.connector.commit(subject.credentials, answer, prepared)
    found = subject.resolve(answer, prepared, started)
    others = subject.resolve(answer, prepared, started, known=frozenset({published.remote_id}))

    # Meta may still take it: a person decides. The others would have it by now.
    assert missing.verdict == (Verdict.UNKNOWABLE if name in META else Verdict.NOT_TAKEN)
    assert (found.verdict, _id(found.published)) == (Verdict.PUBLISHED, published.remote_id)
    assert others.verdict == missing.verdict
    earlier = subject.resolve(answer, prepared, datetime.now(UTC) + timedelta(hours=1))
    assert earlier.verdict == missing.verdict, "an equal message of another time is another message"


def _id(published: Published | None) -> str:
    return published.remote_id if published else ""


@pytest.mark.parametrize("name", META)
@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0, "RESPONSE"), (23.9, "RESPONSE"), (23.95, "MESSAGE_TAG"), (24, "MESSAGE_TAG"), (160, "MESSAGE_TAG")],
)
def test_after_the_first_window_an_answer_says_that_a_person_writes_it(
    name: str, hours: float, expected: str, subject_of: MakeSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pregonero.networks.facebook import messages

    subject, sent = subject_of(name), dict[str, Any]()
    monkeypatch.setattr(messages.Graph, "post", lambda _, *path, **fields: sent.update(fields) or {"message_id": "1"})
    at = datetime.now(UTC) - timedelta(hours=hours)

    subject.publish(Post(ANSWER, private=PrivateTarget("1", "t", at)))

    assert (sent["messaging_type"], sent.get("tag")) == (expected, "HUMAN_AGENT" if "TAG" in expected else None)


@pytest.mark.parametrize("name", META)
def test_a_person_who_wrote_too_long_ago_is_outside_the_window(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    write(subject, "Hola")
    subject.fault("status", "commit", code=2018278 if name == "facebook" else 2534022)

    with pytest.raises(Permanent) as refusal:
        subject.publish(answer_to(only(read(subject))))

    assert refusal.value.code == OUTSIDE_WINDOW
    assert "plazo" in refusal.value.reason


@pytest.mark.parametrize("name", META)
def test_a_comment_is_answered_in_private_once(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    answer, started = answer_privately(published_comment(subject)), datetime.now(UTC)
    published = subject.publish(answer)

    with pytest.raises(Permanent, match="una vez") as refusal:
        subject.publish(answer)
    assert refusal.value.code == "answered_privately"
    found = subject.resolve(answer, {}, started)
    assert (found.verdict, _id(found.published)) == (Verdict.PUBLISHED, published.remote_id)
    with pytest.raises(Unknown):  # a repeat of an attempt without an answer: it may be the earlier one
        subject.connector.commit(subject.credentials, answer, {"uncertain_since": started.isoformat()})


def test_an_edit_is_read_again(subject_of: MakeSubject) -> None:
    subject = subject_of("facebook")
    write(subject, "¿Hasta cuándo?")
    first = read(subject)
    message = only(first)
    subject.lab.client.post(f"/mensajes/facebook/{message.remote_id}/edicion", data={"texto": "¿Hasta qué día?"})

    again = only(read(subject, first.cursor))

    assert (again.remote_id, again.text) == (message.remote_id, "¿Hasta qué día?")


@pytest.mark.parametrize("name", ("facebook", "instagram", "x"))
def test_a_token_without_the_permission_says_so(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name, scopes=["otro"])

    with pytest.raises(NetworkError, match="permiso"):
        read(subject)
