"""Many deliveries due at once, and what became of them: by the database, and by the laboratory's ledger."""

from collections import Counter
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
from django.db.models import Model
from django.utils import timezone

from pregonero.outbox.models import Delivery
from pregonero.outbox.payload import fingerprint_of
from pregonero.people.models import Member
from pregonero.publishing import queries
from pregonero.publishing.models import Adaptation, Attachment, Publication
from pregonero.publishing.payload import payloads_of
from tests.lab.process import Lab
from tests.stage import deliveries_in, informed_news, programmed, register_accounts

Row = TypeVar("Row", bound=Model)
FINAL = {"PUBLISHED", "REJECTED", "EXPIRED", "CANCELLED", "NEEDS_PERSON"}


@dataclass(frozen=True)
class Ended:
    """How a crowd ended: deliveries by state, and the judge's count of each post."""

    states: Counter[str]
    lost: int
    twice: int
    attempts: Counter[str]
    waiting_on: Counter[str]


def due_at_once(
    lab: Lab, people: dict[str, Member], publications: int, networks: tuple[str, ...], *, with_media: bool = False
) -> int:
    """Program so many publications for this very minute on an account of each network; returns the deliveries."""
    now = timezone.now()
    register_accounts(lab, people["carmen"], now, networks)
    for _ in range(publications):
        programmed(informed_news(lab, people["luis"], now, with_media=with_media), people["beto"], now)
    return publications * len(networks)


def multiply(model: Publication, times: int) -> None:
    """Have so many more like a programmed publication of one part, each of its own words.

    Straight rows, since people take a minute to program one and thousands are wanted here.
    """
    own = model.link.rpartition("/")[2]  # of the news, which its words name
    others = [uuid4().hex[:8] for _ in range(times)]
    copies = [
        _like(
            model,
            title=model.title.replace(own, other),
            link=model.link.replace(own, other),
            key=uuid4(),
            number=f"copia {other}",
        )
        for other in others
    ]
    Publication.objects.bulk_create(copies)
    for adaptation in model.adaptations.all():
        texts = [adaptation.text.replace(own, other) for other in others]
        titles = [adaptation.title.replace(own, other) for other in others]
        changed = zip(copies, texts, titles, strict=True)
        theirs = [_like(adaptation, publication=made, text=text, title=title) for made, text, title in changed]
        Adaptation.objects.bulk_create(theirs)
        Attachment.objects.bulk_create(
            _like(attachment, adaptation=each) for attachment in adaptation.attachments.all() for each in theirs
        )
    Delivery.objects.bulk_create(_like_delivery(delivery, made) for delivery in deliveries_in(model) for made in copies)


def _like_delivery(delivery: Delivery, publication: Publication) -> Delivery:
    """Return the same delivery for another publication: what it sends is read from that publication."""
    adaptation = queries.adaptations_of(publication)
    payloads = {each.account_id: payloads_of(each)[delivery.position][1] for each in adaptation}
    payload = payloads[delivery.account_id]
    return _like(
        delivery,
        subject_id=publication.pk,
        subject_name=publication.title,
        payload=payload,
        fingerprint=fingerprint_of(payload),
    )


def _like(row: Row, **other: Any) -> Row:
    made = copy(row)
    made._state = copy(row._state)
    made.pk, made._state.adding = None, True
    for name, value in other.items():
        setattr(made, name, value)
    return made


def counted(url: str) -> Counter[str]:
    """Return how many deliveries are in each state; none while the database is away."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            rows = connection.execute("SELECT state, count(*) FROM outbox_delivery GROUP BY state").fetchall()
    except psycopg.OperationalError:
        return Counter()
    return Counter(dict(rows))


def all_final(url: str, deliveries: int) -> bool:
    """Return whether every delivery has reached a state that only a person changes."""
    states = counted(url)
    return sum(number for state, number in states.items() if state in FINAL) == deliveries


def ended(lab: Lab, url: str) -> Ended:
    """Judge a crowd: lost is said to be out and is not; twice is out more than once, or without a delivery of its own.

    What waits for a person may be out: nobody could find out, and the judge knows it by its words.
    """
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT a.network, a.remote_id, d.state, d.remote_id, t.content->>'text' FROM outbox_delivery d"
            " JOIN networks_account a ON a.id = d.account_id LEFT JOIN outbox_attempt t"
            " ON t.delivery_id = d.id AND t.number = d.attempts_made"
        ).fetchall()
        attempts = connection.execute("SELECT code, count(*) FROM outbox_attempt GROUP BY code").fetchall()
    out = [post for network, account in {(row[0], row[1]) for row in rows} for post in _posts(lab, network, account)]
    said = {(network, ours.rpartition("_")[2]) for network, _, state, ours, _ in rows if state == "PUBLISHED"}
    open_to_people = {(network, text) for network, _, state, _, text in rows if state == "NEEDS_PERSON"}
    strangers = [
        text for network, id, text in out if (network, id) not in said and (network, text) not in open_to_people
    ]
    return Ended(
        states=Counter(row[2] for row in rows),
        lost=len(said - {(network, id) for network, id, _ in out}),
        twice=len(strangers) + len(out) - len({(network, id) for network, id, _ in out}),
        attempts=Counter(dict(attempts)),
        waiting_on=Counter(network for network, _ in open_to_people),
    )


def _posts(lab: Lab, network: str, account: str) -> list[tuple[str, str, str]]:
    """Return each post of an account: its network, its id and its words."""
    posts: list[dict[str, Any]] = lab.posts(network=network, account=account)
    return [(network, str(post["id"]).rpartition("_")[2], post["text"]) for post in posts]
