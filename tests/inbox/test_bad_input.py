"""Notices and messages of any shape, order and number: nothing is lost, nothing is stored twice, nothing runs (Q-1).

The payloads were written by hand with the shapes of Meta's and X's documentation (webhook fields `feed`, `mention`,
`comments`, `messages`; account activity), read on 2026-11-30.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.models import Contact, Conversation, Message, Stream, WebhookNotice
from pregonero.inbox.tasks import read_notice, read_stream
from pregonero.networks.base import ApiCredentials
from pregonero.networks.interactions import NOT_UNDERSTOOD, Author, Reading
from pregonero.networks.models import Account, Application
from pregonero.networks.registry import network
from pregonero.networks.webhooks import MetaWebhook, XWebhook
from pregonero.people.models import Member
from tests.inbox.conftest import Write, post_at, read_all
from tests.inbox.test_arrivals import written
from tests.inbox.test_webhooks import application, read_notices, send
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-1")
__all__ = ["application"]
PERSON = {"id": "9001", "name": "Rosa Mejía"}
FEED_VALUES: list[dict[str, Any]] = [
    {"item": "comment", "verb": "add", "comment_id": "1_2", "parent_id": "1_1", "post_id": "1_1", "from": PERSON,
     "message": "¿Hasta cuándo?", "created_time": 1796040000},
    {"item": "comment", "verb": "edited", "comment_id": "1_2", "post_id": "1_1", "message": "¿Hasta qué día?"},
    {"item": "comment", "verb": "hide", "comment_id": "1_2", "post_id": "1_1"},
    {"item": "comment", "verb": "add", "comment_id": "1_3", "post_id": "1_1", "photo": "https://ejemplo.test/a.jpg"},
    {"item": "reaction", "verb": "add", "reaction_type": "love", "post_id": "1_1", "from": PERSON},
    {"item": "like", "verb": "remove", "parent_id": "1_1", "from": PERSON},
    {"item": "status", "verb": "add", "post_id": "1_4", "message": "Aviso", "photos": ["https://ejemplo.test/b.jpg"]},
    {"item": "photo", "verb": "edited", "photo_id": "5", "post_id": "1_5", "published": 1},
    {"item": "video", "verb": "block", "video_id": "6", "post_id": "1_6"},
    {"item": "share", "verb": "add", "share_id": "7", "post_id": "1_7", "link": "https://ejemplo.test/"},
    {"item": "event", "verb": "add", "event_id": "8", "story": "creó un evento"},
    {"item": "album", "verb": "add", "album_id": "9"},
    {"item": "cosa-nueva", "verb": "transmute", "campo": {"otro": [1, None, {"x": []}]}},
]  # fmt: skip
OTHER_CHANGES: list[dict[str, Any]] = [
    {"field": "mention", "value": {"item": "post", "verb": "add", "post_id": "2_1", "sender_id": 9001}},
    {"field": "ratings", "value": {"item": "rating", "verb": "add", "review_text": "Bien", "reviewer_id": 9001}},
    {"field": "leadgen", "value": {"ad_id": 1, "form_id": 2, "leadgen_id": 3, "page_id": 4}},
    {"field": "email", "value": "texto"},
    {"field": "likes", "value": None},
    {"field": "pages_messaging", "value": [1, 2]},
]
MESSAGING: list[dict[str, Any]] = [
    {"message": {"mid": "m_1", "text": "Solicito copia del contrato"}},
    {"message": {"mid": "m_2", "text": "Enviado por la página", "is_echo": True, "app_id": 1}},
    {"message": {"mid": "m_3", "attachments": [{"type": "image", "payload": {"url": "https://ejemplo.test/c.jpg"}}]}},
    {"delivery": {"mids": ["m_2"], "watermark": 1796040000000}},
    {"read": {"watermark": 1796040000000}},
    {"reaction": {"mid": "m_2", "action": "react", "emoji": "👍"}},
    {"postback": {"title": "Empezar", "payload": "EMPEZAR"}},
    {"referral": {"source": "SHORTLINK"}},
]


def meta_bodies(page_id: str) -> list[bytes]:
    """Return notices of Meta for a page: each kind of change alone, and two entries in one."""
    changes = [{"field": "feed", "value": value} for value in FEED_VALUES] + OTHER_CHANGES
    entries: list[dict[str, Any]] = [{"id": page_id, "time": 1796040000, "changes": [change]} for change in changes]
    parties = {"sender": {"id": "9001"}, "recipient": {"id": page_id}, "timestamp": 1796040000000}
    entries += [{"id": page_id, "time": 1796040000, "messaging": [parties | event]} for event in MESSAGING]
    entries.append({"id": page_id, "time": 1796040000, "standby": [{"x": 1}], "uid": "9001"})
    bodies = [{"object": "page", "entry": [entry]} for entry in entries]
    bodies.append({"object": "page", "entry": [{"id": "de-otra-entidad", "changes": changes[:1]}, entries[0]]})
    return [json.dumps(body, ensure_ascii=False).encode() for body in bodies]


X_BODIES = [
    {"for_user_id": "7", "tweet_create_events": [{"id_str": "1", "text": "@cuenta hola", "user": {"id_str": "9"}}]},
    {"for_user_id": "7", "user_has_blocked": False, "tweet_create_events": [{"id_str": "2", "in_reply_to_user_id": 7}]},
    {"for_user_id": "7", "tweet_delete_events": [{"status": {"id": "1", "user_id": "9"}, "timestamp_ms": "1"}]},
    {"for_user_id": "7", "favorite_events": [{"id": "a", "favorited_status": {}}]},
    {"for_user_id": "7", "follow_events": [{"type": "follow"}]},
    {"for_user_id": "7", "direct_message_events": [{"type": "message_create", "id": "4", "message_create": {}}]},
    {"user_event": {"revoke": {"target": {"app_id": "1"}, "source": {"user_id": "7"}}}},
    {"for_user_id": "7", "evento_nuevo": [{"a": {"b": []}}]},
]
NAMES = [
    "entry", "id", "changes", "value", "verb", "item", "messaging", "for_user_id", "tweet_delete_events", "status",
]  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)
DEEP = '{"a":' * 20_000 + "1" + "}" * 20_000


@pytest.mark.parametrize("body", X_BODIES)
def test_every_notice_of_x_says_whom_it_is_for(body: dict[str, Any]) -> None:
    (hint,) = XWebhook().hints(json.dumps(body).encode())

    assert hint.account_id == ("" if "user_event" in body else "7")
    assert hint.removed == (("1",) if "tweet_delete_events" in body else ())


def test_every_notice_of_meta_is_taken_answered_and_read_without_a_problem(
    page: Account, application: Application
) -> None:
    bodies = meta_bodies(page.remote_id)

    assert {send(application, body) for body in bodies} == {200}
    read_notices()

    stored = WebhookNotice.objects.all()
    assert (stored.count(), stored.filter(problem="", processed_at__isnull=False).count()) == (len(bodies),) * 2
    assert Stream.objects.filter(account=page, next_read_at__lte=timezone.now()).exists()


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=4)
def test_in_any_order_ten_times_as_fast_and_repeated_nothing_is_lost_or_double(
    data: st.DataObject, lab: Lab, page: Account, application: Application, write: Write
) -> None:
    before = Message.objects.count()
    post = post_at(lab, page, f"Abierta la convocatoria {before}")
    ids = {write(page, post, f"¿Hasta cuándo? {number}") for number in range(3)}
    bodies = [body.replace(b"1796040000", str(before + 1).encode()) for body in meta_bodies(page.remote_id)]
    sent = data.draw(st.permutations(bodies)) + data.draw(st.lists(st.sampled_from(bodies), max_size=10))
    jobs = ProcrastinateJob.objects.filter(task_name="inbox.read_notice").count()

    for body in sent:
        assert send(application, body) == 200
    assert ProcrastinateJob.objects.filter(task_name="inbox.read_notice").count() == jobs + len(bodies)
    for notice in data.draw(st.permutations(list(WebhookNotice.objects.filter(processed_at__isnull=True)))):
        for _ in range(2):
            read_notice(notice_id=notice.pk)
    for _ in range(2):
        read_all(page)

    assert set(Message.objects.filter(remote_id__in=ids).values_list("remote_id", flat=True)) == ids
    assert Message.objects.count() == before + len(ids)
    assert not WebhookNotice.objects.filter(processed_at__isnull=True).exists()


@pytest.mark.parametrize(
    "id", ["\x00", "1\x002", "\ud800", "9" * 5_000, " ", "' OR 1=1; --", "<script>", {"a": 1}, [1], None, True, 1.5]
)
def test_no_id_of_a_notice_stops_its_reading(id: Any, page: Account, application: Application) -> None:
    removal = {"item": "comment", "verb": "remove", "comment_id": id}
    entries = [{"id": id, "changes": [{"value": removal}], "messaging": [{"message": {"mid": id, "is_deleted": True}}]}]
    body = json.dumps({"object": "page", "entry": [*entries, {"id": page.remote_id}]}).encode()
    Stream.objects.update(next_read_at=timezone.now().replace(year=2030))

    assert send(application, body) == 200
    read_notices()

    assert WebhookNotice.objects.get().processed_at is not None
    assert Stream.objects.filter(account=page, next_read_at__lte=timezone.now()).exists()  # the good entry was read


@pytest.mark.parametrize("receiver", [MetaWebhook(), XWebhook()])
@given(body=ANY_JSON)
def test_any_json_is_read_or_refused_as_no_notice(receiver: Any, body: Any) -> None:
    try:
        hints = receiver.hints(json.dumps(body).encode())
    except ValueError:
        return
    assert all("\x00" not in f"{hint.account_id}{hint.removed}" for hint in hints)


def test_a_body_that_is_too_long_or_has_a_strange_length_is_refused(application: Application) -> None:
    for length in ("1000001", "-1", "mucho", "9" * 40):
        answer = Client().post(
            f"/avisos/red/{application.pk}/", b"{}", content_type="application/json", headers={"Content-Length": length}
        )
        assert answer.status_code in (400, 403, 413)
    assert send(application, DEEP.encode()) == 200
    read_notices()
    assert "forma" in WebhookNotice.objects.get().problem


@pytest.fixture
def stream(page: Account) -> Stream:
    open_streams(accounts=[page], now=timezone.now())
    return Stream.objects.get(account=page, name="comments")


@pytest.mark.parametrize("strange", ["\x00", "a\x00b", "\ud800", "x" * 60_000, "\u202eoculto"])
def test_no_name_id_or_link_stops_a_reading(strange: str, stream: Stream) -> None:
    author = Author(f"p{strange}", strange, strange)
    items = (written(1, author=author, url=f"https://x/{strange}", parent_id=strange, post_id=strange), written(2))

    receive_reading(stream=stream, reading=Reading(items, {}), now=timezone.now())

    assert Message.objects.count() == 2
    assert all("\x00" not in f"{contact.name}{contact.remote_id}" for contact in Contact.objects.all())


def test_what_is_not_understood_does_not_stop_what_is_behind_it_and_is_said(stream: Stream) -> None:
    naive = written(3, written_at=datetime.now(UTC).replace(tzinfo=None))
    items = (NOT_UNDERSTOOD, written(1), NOT_UNDERSTOOD, written(2), naive)

    counts = receive_reading(stream=stream, reading=Reading(items, {"since": "x"}), now=timezone.now())

    stream.refresh_from_db()
    assert (counts.new, counts.not_understood, stream.cursor) == (3, 1, {"since": "x"})
    assert "no entendimos" in stream.problem


CREDENTIALS = ApiCredentials("7", "c", "http://x", token="")


def convert(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = import_module(f"pregonero.networks.{name}.interactions")._interaction
    return found


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "facebook": lambda entry: convert("facebook")(CREDENTIALS, "1", entry),
    "instagram": lambda entry: convert("instagram")(CREDENTIALS, {"id": "1"}, entry, parent=None),
    "youtube": lambda entry: convert("youtube")(CREDENTIALS, entry, video="v", parent=""),
    "mastodon": convert("mastodon"),
    "x": lambda entry: convert("x")(CREDENTIALS, entry, {}),
    "bluesky": lambda entry: convert("bluesky")(CREDENTIALS, entry, "COMMENT"),
}


@pytest.mark.parametrize("name", CONVERSIONS)
@pytest.mark.parametrize("entry", [{}, {"id": "1"}, {"id": "1", "created_time": "ayer"}, [], None, 7, "texto"])
def test_every_reader_counts_an_entry_of_another_shape(name: str, entry: Any) -> None:
    assert network(name).interactions is not None
    assert CONVERSIONS[name](entry) is NOT_UNDERSTOOD


def test_markup_and_templates_are_shown_as_written_and_nothing_runs(
    stream: Stream, carmen: Member, client: Client
) -> None:
    texts = ["<script>alert(1)</script>", "{{ 7 * 7 }}{% load os %}", '"><img src=x onerror=alert(1)>', "🙂" * 50]
    receive_reading(
        stream=stream, reading=Reading(tuple(written(n, text) for n, text in enumerate(texts)), {}), now=timezone.now()
    )
    client.force_login(carmen.user)

    shown = client.get("/conversacion/").content.decode()

    assert "<script>alert(1)" not in shown and "<img src=x" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and "{{ 7 * 7 }}" in shown
    assert Conversation.objects.count() == len(texts)
    read_stream(stream_id=stream.pk)
