"""The networks' notices: signed over the raw body, answered at once, read in a job, harmless when repeated (Q-1)."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.inbox.actions.arrivals import open_streams
from pregonero.inbox.models import Conversation, Message, Stream, WebhookNotice
from pregonero.inbox.tasks import read_notice, read_stream
from pregonero.networks.actions.register import save_application
from pregonero.networks.models import Account, Application
from pregonero.networks.webhooks import MetaWebhook, XWebhook, verify_token
from pregonero.people.models import Member
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab
from tests.networks.subjects import SHARED

pytestmark = pytest.mark.procedure("Q-1")
SECRET = "secreto-de-ejemplo"
FOLDER = SHARED / "webhooks"
needs_shared = pytest.mark.skipif(not FOLDER.exists(), reason="PREGONERO_SHARED_DATA no tiene los avisos")


def meta_signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def application(page: Account, carmen: Member) -> Application:
    open_streams(accounts=[page], now=timezone.now())
    return save_application(
        network="facebook", server="", client_id="aplicacion", secret=SECRET, by=carmen, now=timezone.now()
    )


def notice(page: Account, **value: Any) -> bytes:
    change = {"field": "feed", "value": {"item": "comment", "verb": "add"} | value}
    return json.dumps({"object": "page", "entry": [{"id": page.remote_id, "time": 1, "changes": [change]}]}).encode()


def send(application: Application, body: bytes, signature: str = "") -> int:
    headers = {"X-Hub-Signature-256": signature or meta_signature(body)}
    path = f"/avisos/red/{application.pk}/"
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


def read_notices() -> None:
    for stored in WebhookNotice.objects.filter(processed_at__isnull=True):
        read_notice(notice_id=stored.pk)


def test_a_notice_makes_the_comment_arrive_at_once(
    lab: Lab, page: Account, application: Application, write: Write
) -> None:
    post = post_at(lab, page, "Abierta la convocatoria")
    read_all(page)
    assert Stream.objects.get(account=page, name="comments").next_read_at > timezone.now()
    write(page, post, "¿Hasta cuándo?")

    assert send(application, notice(page)) == 200
    read_notices()
    read_stream(stream_id=Stream.objects.get(account=page, name="comments").pk)

    assert Conversation.objects.get().messages.get().text == "¿Hasta cuándo?"


@pytest.mark.parametrize("came_before", [0, 20])
def test_an_answer_takes_one_insert_and_a_job_whatever_came_before(
    came_before: int, page: Account, application: Application
) -> None:
    for number in range(came_before):
        send(application, notice(page, comment_id=f"c{number}"))
    many = {"object": "page", "entry": [json.loads(notice(page, comment_id=f"d{n}"))["entry"][0] for n in range(50)]}

    with CaptureQueriesContext(connection) as asked:
        assert send(application, json.dumps(many).encode()) == 200

    statements = [query["sql"].split()[0] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert statements == ["SELECT", "SELECT", "INSERT", "SELECT"]  # its application, whether it came, its row, its job


def test_repeated_and_out_of_order_it_is_stored_once_and_read_once(page: Account, application: Application) -> None:
    bodies = [notice(page, comment_id=f"c{number}") for number in range(3)]
    for body in [*bodies, *reversed(bodies)]:
        assert send(application, body) == 200

    assert WebhookNotice.objects.count() == 3
    assert ProcrastinateJob.objects.filter(task_name="inbox.read_notice").count() == 3


@pytest.mark.parametrize("signature", ["sha256=mala", "x", "ñandú", "sha1=" + "0" * 40])
def test_what_is_not_signed_is_refused_and_stores_nothing(
    signature: str, page: Account, application: Application
) -> None:
    try:
        status = send(application, notice(page), signature)
    except UnicodeEncodeError:
        status = 403  # the client itself cannot send it
    assert status == 403
    assert send(application, notice(page), meta_signature(notice(page), "otro")) == 403
    assert Client().post("/avisos/red/999999/", b"{}", content_type="application/json").status_code == 403
    assert not WebhookNotice.objects.exists()


@pytest.mark.procedure("N-7")
def test_its_words_are_erased_when_it_has_been_read(page: Account, application: Application) -> None:
    send(application, notice(page, message="Mi cédula es 123"))
    read_notices()

    stored = WebhookNotice.objects.get()
    assert bytes(stored.body) == b"" and stored.processed_at is not None and len(stored.digest) == 64


def test_what_its_author_removed_is_marked_and_changes_the_revision(
    lab: Lab, page: Account, application: Application, write: Write
) -> None:
    comment = write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta cuándo?")
    (conversation,) = read_all(page)

    send(application, notice(page, verb="remove", comment_id=comment))
    read_notices()

    seen = conversation.revision
    conversation.refresh_from_db()
    assert Message.objects.get().deleted_at is not None and conversation.revision > seen


def test_a_notice_for_another_page_reads_nothing_of_ours(page: Account, application: Application) -> None:
    before = Stream.objects.get(account=page, name="comments").next_read_at
    body = json.dumps({"object": "page", "entry": [{"id": "999"}, {"id": "1000", "nuevo": {"campo": 1}}]}).encode()

    assert send(application, body) == 200
    read_notices()

    assert Stream.objects.get(account=page, name="comments").next_read_at == before


@pytest.mark.parametrize(
    "body", [b"", b"no es json", b"[]", b"null", b'{"entry": [1]}', b'{"entry": {"id": 1}}', b"\xff\xfe", b"[" * 50_000]
)
def test_a_signed_body_that_is_no_notice_says_so_and_nothing_breaks(body: bytes, application: Application) -> None:
    assert send(application, body) == 200
    read_notices()

    assert WebhookNotice.objects.get().processed_at is not None


def test_the_address_is_checked_with_a_token_that_is_not_the_secret(application: Application) -> None:
    path = f"/avisos/red/{application.pk}/"
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": verify_token(SECRET)}

    assert Client().get(path, query).content == b"1158201444"
    assert Client().get(path, query | {"hub.verify_token": SECRET}).status_code == 403
    assert SECRET not in verify_token(SECRET)


def test_x_answers_its_challenge_and_reads_who_it_is_for() -> None:
    answer = XWebhook().challenge({"crc_token": "token-de-ejemplo-0001"}, SECRET)

    assert answer is not None
    assert json.loads(answer.body) == {"response_token": "sha256=olnW9gOc83hprKtUVD/7iA3b1k3y48yBMnqwvdYzkQ0="}
    body = json.dumps({"for_user_id": "9", "tweet_delete_events": [{"status": {"id": "7"}}]}).encode()
    (hint,) = XWebhook().hints(body)
    assert (hint.account_id, hint.removed) == ("9", ("7",))


@given(st.binary(max_size=300), st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_only_the_signature_of_that_body_with_that_secret_is_taken(body: bytes, secret: str, other: str) -> None:
    try:
        secret.encode(), other.encode()
    except UnicodeEncodeError:
        return
    headers = {"X-Hub-Signature-256": meta_signature(body, secret)}

    assert MetaWebhook().is_signed(headers, body, secret)
    assert not MetaWebhook().is_signed(headers, body + b" ", secret)
    assert MetaWebhook().is_signed(headers, body, other) == (secret == other)


@needs_shared
def test_the_signatures_computed_by_others_are_taken() -> None:
    for case in json.loads((FOLDER / "firmas.json").read_text())["casos"]:
        body = base64.b64decode(case["cuerpo_base64"])
        meta = {"X-Hub-Signature-256": case["x_hub_signature_256"]}
        assert MetaWebhook().is_signed(meta, body, case["secreto"])
        x = {"X-Twitter-Webhooks-Signature": case["x_twitter_webhooks_signature"]}
        assert XWebhook().is_signed(x, body, case["secreto"])


@needs_shared
@pytest.mark.parametrize("folder", ["meta", "meta_instagram", "x_formas"])
def test_every_real_payload_is_read(folder: str) -> None:
    receiver = XWebhook() if folder == "x_formas" else MetaWebhook()
    for path in sorted((FOLDER / folder).glob("*.json")):
        hints = receiver.hints(path.read_bytes())
        is_revocation = path.name == "user_event_revoke.json"  # it is for the application, not for an account
        assert hints and (is_revocation or all(hint.account_id for hint in hints)), path.name


def test_the_server_has_loaded_the_receiver_before_its_first_request() -> None:
    program = "import sys, pregonero.wsgi; sys.exit('pregonero.inbox.views.webhooks' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
