"""X tells within seconds that the account blocked somebody: the finding opens at once, and closes with both notices.

The shapes are those of `block_events` and `mute_events` in "Account Activity data objects" of X's documentation.
"""

import base64
import hashlib
import hmac
import http.server
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from pregonero.inbox.models import Contact, WebhookNotice
from pregonero.inbox.tasks import read_notice
from pregonero.moderation import restriction_queries
from pregonero.moderation.models import RestrictionFinding, RestrictionNotice, RestrictionReading
from pregonero.moderation.tasks import read_restrictions, take_restriction
from pregonero.networks.actions.register import save_application
from pregonero.networks.models import Account, Application
from pregonero.networks.webhooks import XWebhook
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import account_of
from tests.lab.process import Lab
from tests.moderation.test_restrictions import ROSA, read_now, set_list
from tests.moderation.test_views import signed_in

pytestmark = pytest.mark.procedure("ALL-1")
SECRET = "secreto-de-ejemplo"
BLOCKED_AT = 1_518_127_020_304  # the example's, in milliseconds
TASK = "moderation.take_restriction"


@pytest.fixture
def account(lab: Lab, carmen: Member, settings: Settings) -> Account:
    return account_of(lab, "x", carmen, settings)


@pytest.fixture
def application(account: Account, carmen: Member) -> Application:
    return save_application(network="x", server="", client_id="app", secret=SECRET, by=carmen, now=timezone.now())


def body_of(account: Account, event: str = "block", at: int = BLOCKED_AT, **changes: Any) -> bytes:
    source = {"id": account.remote_id, "id_str": account.remote_id, "name": "MinComercio", "screen_name": "m"}
    target = {"id": int(ROSA["id"]), "id_str": ROSA["id"], "name": ROSA["name"], "screen_name": ROSA["username"]}
    described = {"type": event, "created_timestamp": str(at), "source": source, "target": target} | changes
    name = f"{event.removeprefix('un')}_events"
    return json.dumps({"for_user_id": account.remote_id, name: [described]}).encode()


def tell(application: Application, body: bytes) -> None:
    """Receive a signed notice, read it, and do the jobs that it asks for, as the worker does."""
    digest = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"X-Twitter-Webhooks-Signature": f"sha256={digest}"}
    path = f"/avisos/red/{application.pk}/"
    assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200
    for stored in WebhookNotice.objects.filter(processed_at__isnull=True):
        read_notice(notice_id=stored.pk)
    jobs = ProcrastinateJob.objects.filter(task_name=TASK).order_by("pk")
    for args in jobs.values_list("args", flat=True):
        assert ROSA["name"] not in json.dumps(args) and ROSA["id"] not in json.dumps(args), "a job has no names"
        take_restriction(**args)


def test_a_block_opens_the_finding_at_once_and_its_end_closes_it_with_both_notices(
    lab: Lab, account: Account, application: Application, ana: Member
) -> None:
    set_list(lab, account, ROSA)
    tell(application, body_of(account))

    (finding,) = restriction_queries.open_findings(ana.entity)
    assert [str(person.contact) for person in finding.people.all()] == [ROSA["name"]]
    assert ana.notices.filter(kind="restriction.found").count() == 1
    reading = RestrictionReading.objects.get(account=account, kind="BLOCK")
    assert reading.read_at is None, "the finding came of the notice, before any reading"

    set_list(lab, account)
    tell(application, body_of(account, "unblock", BLOCKED_AT + 60_000))
    assert restriction_queries.open_findings(ana.entity), "the list closes it, not the notice"
    read_restrictions(timestamp=int(timezone.now().timestamp()))

    (closed,) = restriction_queries.findings_of(ana.entity)
    (person,) = closed.people.all()
    assert closed.closed_at is not None and person.told_by is not None and person.ended_by is not None
    assert (person.ended_by.happened_at - person.told_by.happened_at) == timedelta(minutes=1)
    digests = {person.told_by.digest, person.ended_by.digest}
    assert digests == set(WebhookNotice.objects.values_list("digest", flat=True))
    found, ended = Event.objects.filter(ref=closed.ref.reference).order_by("pk")
    assert (found.facts["notice"], set(ended.facts["notices"])) == (person.told_by.digest, digests)
    shown = signed_in(ana).get("/moderacion/bloqueos/").content.decode()
    assert "La red avisó que empezó" in shown and "y que terminó" in " ".join(shown.split())


def test_an_end_that_comes_before_its_block_leaves_the_finding_all_the_same(
    account: Account, application: Application
) -> None:
    tell(application, body_of(account, "unblock", BLOCKED_AT + 60_000))
    assert not RestrictionFinding.objects.exists()
    tell(application, body_of(account))
    read_now()

    finding = RestrictionFinding.objects.get()
    assert finding.closed_at is not None and finding.people.get().ended_by is not None


def test_repeated_notices_are_one_and_a_list_that_is_late_does_not_close_the_finding(
    account: Account, application: Application
) -> None:
    tell(application, body_of(account))
    tell(application, body_of(account) + b" ")
    read_restrictions(timestamp=int(timezone.now().timestamp()))  # the list, which is late, has nobody

    assert RestrictionNotice.objects.count() == 1
    assert RestrictionFinding.objects.get().closed_at is None
    with pytest.raises(ProgrammingError, match="append_only"):
        RestrictionNotice.objects.update(digest="otro")


def test_a_mute_is_a_finding_apart(account: Account, application: Application) -> None:
    tell(application, body_of(account, "mute"))
    assert RestrictionFinding.objects.get().kind == "MUTE"


def test_what_somebody_else_does_to_the_account_and_unknown_shapes_open_nothing(
    account: Account, application: Application
) -> None:
    theirs = {"source": {"id": 5, "id_str": "5"}, "target": {"id": 6, "id_str": "6"}}
    strange = [{"target": {}}, {"type": "otro"}, {"target": {"id": "\x00"}}]
    strange += [{"created_timestamp": moment} for moment in ("ayer", "9" * 40, "")]
    for changes in (theirs, *strange):
        (hint,) = XWebhook().hints(body_of(account, **changes))
        assert hint.restrictions == (), changes
    tell(application, body_of(account, **theirs))
    assert not RestrictionFinding.objects.exists() and not Contact.objects.exists()


def test_the_lab_sends_the_notice_that_x_sends(lab: Lab, account: Account) -> None:
    received, told = list[tuple[str, bytes]](), threading.Semaphore(0)

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.headers["X-Twitter-Webhooks-Signature"], body))
            self.send_response(200)
            self.end_headers()
            told.release()

        def log_message(self, format: str, *args: Any) -> None:
            """Write no log."""

    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        lab.client.post("/notices", json={"account": account.remote_id, "url": address, "secret": SECRET})
        for people in ((ROSA,), ()):
            set_list(lab, account, *people)
            assert told.acquire(timeout=60)
        server.shutdown()

    for (signature, body), is_end in zip(received, (False, True), strict=True):
        assert XWebhook().is_signed({"X-Twitter-Webhooks-Signature": signature}, body, SECRET)
        (hint,) = XWebhook().hints(body)
        (change,) = hint.restrictions
        assert (hint.account_id, change.person.remote_id, change.is_end) == (account.remote_id, ROSA["id"], is_end)
