"""How fast what people write is taken: the answer of the receiver of notices, and the comments stored per second.

Notices come signed, by the receiver's own address, each with one comment; the readings bring the comments in pages,
each twice, as overlapping readings do. The list of conversations is asked in between, as somebody who works would.
"""

import hashlib
import hmac
import json
import random
import statistics
import time
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.test import Client, override_settings
from django.utils import timezone

from bench.page_times import signed_in
from bench.setup import new_member
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.models import Message, Stream, WebhookNotice
from pregonero.inbox.tasks import read_notice
from pregonero.networks.actions.register import register_account, save_application
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account, Application
from pregonero.people.models import Member

COUNT, PAGE, NOTICES_PER_PAGE, PEOPLE = 100_000, 500, 5, 20_000
SECRET, SEED = "secreto-de-la-medición", 20261130
OK = 200


@dataclass(frozen=True)
class Report:
    """One run: how many came and were stored, and the times of the receiver and of the list, in milliseconds."""

    sent: int
    stored: int
    notices: int
    read_notices: int
    seconds: float
    receiver_p95_ms: float
    receiver_max_ms: float
    list_p95_ms: float
    list_max_ms: float

    @property
    def lost(self) -> int:
        return self.sent - self.stored

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "lost": self.lost}

    def lines(self) -> list[str]:
        """Return the table that the command prints."""
        return [
            f"comentarios          {self.stored} de {self.sent}, {self.lost} perdidos",
            f"avisos               {self.read_notices} leídos de {self.notices}",
            f"en total             {self.seconds:.0f} s: {self.stored / self.seconds:.0f} comentarios por segundo",
            f"respuesta al aviso   p95 {self.receiver_p95_ms:.1f} ms, la mayor {self.receiver_max_ms:.1f} ms",
            f"lista                p95 {self.list_p95_ms:.1f} ms, la mayor {self.list_max_ms:.1f} ms",
        ]


def measure(count: int = COUNT) -> Report:
    """Send the notices and bring the comments of a page, in an order of its own, each twice."""
    with override_settings(ALLOWED_HOSTS=["*"]):
        member = new_member(f"llegadas-{count}")
        account, application = _page_of(member)
        stream = Stream.objects.filter(account=account).order_by("pk")[0]
        browser, receiver = signed_in(member.user), Client()
        receiver.get(f"/avisos/red/{application.pk}/")  # the server loads its pages before it takes requests
        items = _comments(count)
        answers, lists, started = list[float](), list[float](), time.perf_counter()
        for start in range(0, count, PAGE):
            page = tuple(items[max(0, start - PAGE) : start + PAGE])  # half of it came with the page before
            answers += [_notify(receiver, application, account, item) for item in page[-NOTICES_PER_PAGE:]]
            receive_reading(stream=stream, reading=Reading(page, {}), now=timezone.now())
            lists.append(_timed_list(browser))
        for pk in WebhookNotice.objects.filter(processed_at__isnull=True).values_list("pk", flat=True):
            read_notice(notice_id=pk)
        seconds = time.perf_counter() - started
    notices = WebhookNotice.objects.filter(application=application)
    return Report(
        sent=count,
        stored=Message.objects.filter(account=account).count(),
        notices=len(answers),
        read_notices=notices.filter(problem="", processed_at__isnull=False).count(),
        seconds=seconds,
        receiver_p95_ms=_p95(answers),
        receiver_max_ms=max(answers),
        list_p95_ms=_p95(lists),
        list_max_ms=max(lists),
    )


def _page_of(member: Member) -> tuple[Account, Application]:
    now = timezone.now()
    account = register_account(
        entity=member.entity,
        network="facebook",
        handle="banco",
        remote_id="100",
        display_name="Banco",
        purpose="Medir",
        root_mailbox="",
        by=member,
        now=now,
    )
    open_streams(accounts=[account], now=now)
    application = save_application(network="facebook", server="", client_id="1", secret=SECRET, by=member, now=now)
    return account, application


def _comments(count: int) -> list[Interaction]:
    """Return comments of the last ten minutes, in an order that is the same in every run and is not that of time."""
    draw, now = random.Random(SEED), timezone.now()  # noqa: S311  a measurement, not a secret
    items = [
        Interaction(
            remote_id=f"1_{number + 1}",
            kind=InteractionKind.COMMENT,
            text=f"¿Hasta qué fecha está abierta la convocatoria número {number}? 🙂",
            author=Author(f"p{number % PEOPLE}", name=f"Persona {number % PEOPLE}"),
            written_at=now - timedelta(seconds=600 * (1 - number / count)),
            thread_id=f"1_{number + 1}",
            parent_id="1_0",
            post_id="1_0",
        )
        for number in range(count)
    ]
    draw.shuffle(items)
    return items


def _notify(browser: Client, application: Application, account: Account, item: Interaction) -> float:
    """Send the notice of a comment, signed, and return how long its answer took, in milliseconds."""
    value = {"item": "comment", "verb": "add", "comment_id": item.remote_id, "message": item.text}
    entry = {"id": account.remote_id, "time": 1, "changes": [{"field": "feed", "value": value}]}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    path, headers = f"/avisos/red/{application.pk}/", {"X-Hub-Signature-256": signature}
    started = time.perf_counter()
    answer = browser.post(path, body, content_type="application/json", headers=headers)
    if answer.status_code != OK:
        raise RuntimeError(f"the receiver answered {answer.status_code}")
    return (time.perf_counter() - started) * 1000


def _timed_list(browser: Client) -> float:
    started = time.perf_counter()
    answer = browser.get("/conversacion/")
    if answer.status_code != OK:
        raise RuntimeError(f"the list answered {answer.status_code}")
    return (time.perf_counter() - started) * 1000


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]
