"""The first reading of an account: the newest first, what is old and our own as context, and later edits (Q-1)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Answer, Conversation, Message, MessageVersion, Stream
from pregonero.inbox.rules import ThreadChanged
from pregonero.inbox.states import ConversationState, Question
from pregonero.networks.actions.register import register_account
from pregonero.networks.base import Post
from pregonero.networks.interactions import Cursor, Reading
from pregonero.networks.models import Account
from pregonero.networks.registry import connector, interaction_reader
from pregonero.people.models import Member
from tests.lab.process import Lab, until
from tests.networks.subjects import MakeSubject, Subject
from tests.networks.test_bluesky_interactions import call, ref_of, reply
from tests.networks.test_interactions import comment

pytestmark = pytest.mark.procedure("Q-1")
NETWORKS = ("x", "facebook", "instagram", "youtube", "mastodon")
MONTH = timedelta(days=30)
Edited = tuple[Message, Callable[[], None]]
# How many the first reading takes at most, made small: X gives five at least.
FEW = 5
TAKEN = {"x": "mentions_page", "facebook": "newest_comments", "youtube": "threads_read", "mastodon": "mentions_page"}
EDITED = ("facebook", "youtube", "mastodon")
BEFORE, AFTER = "¿Hasta qué fecha está abierta?", "Solicito copia del contrato"


def account_of(subject: Subject, by: Member) -> Account:
    """Return the account of a subject in the register, with its streams open."""
    account = register_account(
        entity=by.entity,
        network=subject.name,
        handle=subject.credentials.handle,
        remote_id=subject.credentials.remote_id,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=by,
        now=timezone.now(),
    )
    open_streams(accounts=[account], now=timezone.now())
    return account


def read(subject: Subject, stream: str = "", cursor: Cursor | None = None) -> Reading:
    reader = interaction_reader(subject.name)
    assert reader is not None
    return reader.read(subject.credentials, stream or reader.streams[0].name, cursor or {})


def read_and_store(subject: Subject, account: Account, stream: str = "") -> None:
    """Read a stream from where it is, and store what it brought, as the worker does."""
    reader = interaction_reader(subject.name)
    assert reader is not None
    stored = Stream.objects.get(account=account, name=stream or reader.streams[0].name)
    receive_reading(stream=stored, reading=read(subject, stored.name, stored.cursor), now=timezone.now())


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_old_is_context_and_what_we_wrote_too(
    name: str, subject_of: MakeSubject, lab: Lab, carmen: Member
) -> None:
    subject = subject_of(name)
    account, post = account_of(subject, carmen), subject.publish(subject.post())
    with lab.set_back(MONTH.total_seconds()):
        comment(subject, post, f"@{subject.credentials.handle} ¿Dónde fue?")
    comment(subject, post, f"@{subject.credentials.handle} ¿Hasta cuándo?", "Iván Díaz")
    asked = next(item for item in read(subject).interactions if "cuándo" in item.text)
    subject.publish(Post("Hasta el 15.", reply_to=asked.remote_id, root=asked.post_id))

    read_and_store(subject, account)

    states = {
        one.text.split(" ", 1)[1]: one.conversation.state for one in Message.objects.filter(contact__isnull=False)
    }
    assert states == {"¿Dónde fue?": ConversationState.CLOSED, "¿Hasta cuándo?": ConversationState.OPEN}
    ours = Message.objects.filter(contact__isnull=True)
    assert [(one.text, one.is_work) for one in ours] in ([("Hasta el 15.", False)], []), "X and Mastodon list none"
    assert Conversation.objects.count() == 2, "none for the post itself, which is ours"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_newest_comes_first(name: str, subject_of: MakeSubject, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    subject, limits = subject_of(name), connector(name).capabilities.limits
    changed = {TAKEN[name]: FEW} if name in TAKEN else {"posts_per_reading": 1}
    for limit, value in changed.items():
        monkeypatch.setitem(limits, limit, replace(limits[limit], value=value))  # type: ignore[arg-type]
    with lab.set_back(MONTH.total_seconds()):
        old = subject.publish(subject.post())
        comment(subject, old, f"@{subject.credentials.handle} viejo")
    post = subject.publish(subject.post())
    for number in range(FEW):
        comment(subject, post, f"@{subject.credentials.handle} nuevo {number}")

    texts = {item.text.partition(" ")[2] for item in read(subject).interactions}

    assert {f"nuevo {number}" for number in range(FEW)} <= texts
    assert name == "facebook" or "viejo" not in texts  # Facebook gives a page of each post


def test_on_bluesky_what_is_old_is_context_and_what_we_wrote_too(subject_of: MakeSubject, carmen: Member) -> None:
    ours, citizen = subject_of("bluesky"), subject_of("bluesky")
    account, post = account_of(ours, carmen), ours.publish(ours.post(media=()))
    root = ref_of(ours, post)
    uri = reply(citizen, "¿Hasta cuándo?", root)
    until(lambda: any(item.remote_id == uri for item in read(ours).interactions))
    answer = Post("Hasta el 15.", reply_to=uri, root=post.remote_id)
    published = ours.publish(answer)
    threads = Stream.objects.get(account=account, name="threads")
    until(lambda: any(item.remote_id == published.remote_id for item in read(ours, "threads").interactions))

    reading = read(ours, "threads")
    receive_reading(stream=threads, reading=reading, now=timezone.now() + MONTH)

    assert [(one.is_ours, one.is_work) for one in Message.objects.order_by("written_at")] == [
        (False, False),
        (True, False),
    ]
    assert Conversation.objects.get().state == ConversationState.CLOSED


@pytest.fixture(params=(*EDITED, "bluesky"))
def edited(
    request: pytest.FixtureRequest, subject_of: MakeSubject, carmen: Member
) -> tuple[Message, Callable[[], None]]:
    """A question that was read, and a function with which its author edits it and it is read again."""
    subject = subject_of(request.param)
    account, post = account_of(subject, carmen), subject.publish(subject.post())
    if request.param == "bluesky":
        edit = _asked_on_bluesky(subject, subject_of("bluesky"), ref_of(subject, post))
    else:
        comment(subject, post, BEFORE)
        id = read(subject).interactions[0].remote_id
        path = f"/comentarios/{subject.name}/{id}/edicion"
        edit = partial(subject.lab.client.post, path, data={"texto": AFTER})
    read_and_store(subject, account)
    read_and_store(subject, account)  # nothing changed: nothing is new

    def edit_and_read() -> None:
        edit()
        read_and_store(subject, account)

    return Message.objects.get(), edit_and_read


def _asked_on_bluesky(ours: Subject, citizen: Subject, post: dict[str, str]) -> Callable[[], object]:
    """Ask under a post of ours, and return what writes another record under the same key: its digest is another."""
    uri = reply(citizen, BEFORE, post)
    until(lambda: any(item.remote_id == uri for item in read(ours).interactions))
    did, rkey = citizen.credentials.remote_id, uri.rpartition("/")[2]
    key = {"repo": did, "collection": "app.bsky.feed.post", "rkey": rkey}

    def edit() -> None:
        record = citizen.lab.client.get("/xrpc/com.atproto.repo.getRecord", params=key).json()["value"]
        call(citizen, "com.atproto.repo.putRecord", **key, record=record | {"text": AFTER})
        until(lambda: any(item.text == AFTER for item in read(ours).interactions))

    return edit


@pytest.mark.procedure("Q-2")
def test_an_edit_after_the_reading_is_kept_said_and_stops_the_answer(edited: Edited, ana: Member) -> None:
    message, edit = edited
    conversation = sort_conversation(
        conversation=message.conversation, question=Question.BASIC, reason="", by=ana, now=timezone.now()
    )
    edit()

    assert [version.text for version in MessageVersion.objects.all()] == [BEFORE]
    written = WrittenAnswer("Hasta el 15.", uuid4(), conversation.revision)
    with pytest.raises(ThreadChanged):
        send_answer(conversation=conversation, written=written, by=ana, now=timezone.now())
    assert not Answer.objects.exists()
    browser = Client()
    browser.force_login(ana.user)
    html = browser.get(conversation.get_absolute_url()).content.decode()
    assert "Lo editó" in html and BEFORE in html and AFTER in html
