"""Runs all operations of a connector on every kind of post, so that a recorder stores the requests."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from pregonero.networks.base import Medium, OperationKind, Post, Prepared, PrivateTarget, Published
from pregonero.networks.registry import interaction_reader
from tests.lab.process import until
from tests.networks.subjects import Subject, accompanied


def live(subject: Subject, folder: Path) -> None:
    """Prepare, publish, resolve and discard each kind of post that the network accepts."""
    for post in posts_of(subject, folder):
        started = datetime.now(UTC)
        assert subject.connector.check(post) == [], post
        dropped = subject.prepare(post)
        subject.connector.discard(subject.credentials, dropped)
        prepared = subject.prepare(post)
        published = subject.connector.commit(subject.credentials, post, prepared)
        _until_it_is_seen(subject, post, prepared, started, published)
    if subject.connector.capabilities.takes_replies:
        _answer_ourselves(subject)
    _converse(subject)
    if OperationKind.MESSAGE in subject.connector.capabilities.operations and subject.name != "mastodon":
        _converse_privately(subject)


def _converse_privately(subject: Subject) -> None:
    """Read what a citizen writes privately, answer it, and search for the answer."""
    reader, handle = interaction_reader(subject.name), subject.credentials.handle
    assert reader is not None
    form = {"nombre": "Rosa", "texto": "Solicito copia"}
    subject.lab.client.post(f"/mensajes/{subject.name}/{handle}", data=form)
    asked = reader.read(subject.credentials, "messages", {}).interactions[0]
    target = PrivateTarget(asked.author.remote_id, asked.thread_id, asked.written_at)
    answer, started = Post("Recibido.", private=target), datetime.now(UTC)
    subject.connector.commit(subject.credentials, answer, prepared := subject.prepare(answer))
    assert subject.resolve(answer, prepared, started, checks_made=0).published


def _converse(subject: Subject) -> None:
    """Read what a citizen writes, and answer it."""
    reader = interaction_reader(subject.name)
    if reader is None:
        return
    post = subject.publish(subject.post())
    stream = reader.streams[0].name
    first = reader.read(subject.credentials, stream, {})
    form = {"nombre": "Rosa", "texto": f"@{subject.credentials.handle} ¿Hasta cuándo?"}
    subject.lab.client.post(f"/comentarios/{subject.name}/{post.remote_id}", data=form)
    for cursor in (first.cursor, {}):
        asked = reader.read(subject.credentials, stream, cursor).interactions[0]
    answer, started = Post("Hasta el 15.", reply_to=asked.remote_id, root=asked.post_id), datetime.now(UTC)
    subject.connector.commit(subject.credentials, answer, prepared := subject.prepare(answer))
    subject.resolve(answer, prepared, started, checks_made=0)


def _until_it_is_seen(
    subject: Subject, post: Post, prepared: Prepared, started: datetime, published: Published
) -> None:
    """Resolve until the post is found: a network may show it late."""
    found = until(lambda: subject.resolve(post, prepared, started, checks_made=0).published)
    assert found.remote_id == published.remote_id


def _answer_ourselves(subject: Subject) -> None:
    first = subject.publish(subject.post()).remote_id
    under = subject.post(media=(), link="", reply_to=first, root=first)
    subject.connector.commit(subject.credentials, under, subject.prepare(under))


def posts_of(subject: Subject, folder: Path) -> Iterator[Post]:
    """Yield a post of each kind."""
    pictures = tuple(replace(subject.picture, alt=f"Gráfica {at}") for at in range(4))
    film = accompanied(subject.film, folder)
    kinds: dict[str, list[tuple[Medium, ...]]] = {
        "x": [(), pictures, (gif(subject, folder),), (film,)],
        "facebook": [(), pictures, (film,)],
        "instagram": [pictures[:1], (*pictures, subject.film), (subject.film,)],
        "youtube": [(subject.film,), (film,)],
        "bluesky": [(), pictures, (film,)],
        "mastodon": [(), pictures, (film,)],
    }
    for media in kinds[subject.name]:
        yield subject.post(media=media)
    if subject.connector.capabilities.reels_apart:
        yield subject.post(media=(replace(film, width=1080, height=1920),), format="reel")


def gif(subject: Subject, folder: Path) -> Medium:
    """Return an animated GIF."""
    path = folder / "moving.gif"
    frames = [Image.new("P", (320, 180), color) for color in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return replace(
        subject.picture, path=path, mime="image/gif", size=path.stat().st_size, width=320, height=180, sha256="gif"
    )
