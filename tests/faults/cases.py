"""Cases of death: a boundary, a network, and a delivery of its own that lives through it; and what the judges say."""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
from django.utils import timezone

from pregonero.media.models import Medium
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery
from pregonero.people import actions as people
from pregonero.people.models import Employment, Member
from pregonero.people.roles import Role
from pregonero.publishing import actions
from pregonero.publishing.models import Publication
from tests.bluesky.harness import Bluesky
from tests.faults.boundaries import COURSES, REFUSES_BY, SENT, Boundary, Course
from tests.faults.hindering import Hindered
from tests.lab.process import Lab
from tests.stage import informed_news, programmed, register_accounts

HALF_AN_HOUR = timedelta(minutes=30)
FORBIDDEN = 403
_numbers = itertools.count(1)


@dataclass
class Case:
    """A boundary on a network. `deaths` are where its worker has still to die, the boundary itself the last."""

    boundary: Boundary
    network: str
    deaths: list[str] = field(default_factory=list)
    account: str = ""  # the network's own id
    delivery: int = 0
    tries: int = 0
    earlier: list[int] = field(default_factory=list)  # deliveries of tries that came to nothing: judged all the same

    @property
    def course(self) -> Course:
        return COURSES[self.boundary.course]

    @property
    def title(self) -> str:
        return f"{self.network} · {self.boundary.title}"

    @property
    def arrived(self) -> bool:
        return bool(self.delivery) and not self.deaths

    def begin(self, account: Account, delivery: int) -> None:
        """Start, or start again, with a new delivery."""
        self.account, self.delivery, self.tries = account.remote_id, delivery, self.tries + 1
        before = [f"commit 1 · {SENT}"] if self.course.act == "abandon" else []
        self.deaths = [*before, self.boundary.name]


@dataclass
class Stage:
    """Where the cases are played: the laboratory for five networks, and a real server for Bluesky."""

    lab: Lab
    bluesky: Bluesky | None
    _media: list[Medium] = field(default_factory=list)
    _hindered: Hindered = field(default_factory=Hindered)

    def begin(self, cases: list[Case]) -> None:
        """Give cases of one course, each on another network, an entity with their accounts and a publication."""
        now, course = timezone.now(), cases[0].course
        person = somebody()
        accounts = {each.network: self.account(person, each.network) for each in cases}
        for account in accounts.values():
            self.make_fault(account.network, account.remote_id, course.fault)
        later = HALF_AN_HOUR if course.prepared_first else timedelta()
        due_at = (now + later).replace(second=0, microsecond=0)
        self.give_media(person)
        news = informed_news(self.lab, person, now, with_media=course.media)
        publication = programmed(news, person, now, due_at=due_at)
        rows = Delivery.objects.filter(subject_id=publication.pk).select_related("account")
        deliveries = {row.account.network: row.pk for row in rows}
        for case in cases:
            case.begin(accounts[case.network], deliveries[case.network])
            self._hindered.hinder(course.act, accounts[case.network], case.delivery)

    def intervene(self, cases: list[Case]) -> None:
        """Have people do what the courses of prepared deliveries say."""
        stop_prepared([case.delivery for case in cases if case.course.act == "cancel"])

    def clear_the_way(self) -> None:
        """Take away what kept deliveries from going out."""
        self._hindered.clear()

    def give_media(self, person: Member) -> None:
        """Let an entity have the media of the sample website, fetched once for all of them."""
        if not self._media:
            informed_news(self.lab, person, timezone.now())
            self._media = list(Medium.objects.filter(entity=person.entity))
            return
        for medium in self._media:
            medium.pk, medium.entity = None, person.entity
            medium.save(force_insert=True)

    def make_fault(self, network: str, account: str, fault: dict[str, object] | None) -> None:
        """Have something go wrong at the network, on that account alone."""
        if fault is None:
            return
        code = REFUSES_BY.get(network) if fault.get("code") == FORBIDDEN else None
        self.judge(network).fault(**fault | ({"code": code} if code else {}), network=network, account=account)

    def account(self, person: Member, network: str) -> Account:
        """Open an account at its network, and connect it."""
        if network != "bluesky":
            (account,) = register_accounts(self.lab, person, timezone.now(), (network,))
            return account
        assert self.bluesky is not None
        return bluesky_account(self.bluesky, person)

    def judge(self, network: str) -> Any:
        """Return who knows what is public on a network, and makes its faults."""
        return self.bluesky if network == "bluesky" else self.lab

    def out(self, network: str, account: str) -> list[str]:
        """Return the ids of what is public on an account."""
        return [
            str(post["id"]).rpartition("_")[2] for post in self.judge(network).posts(network=network, account=account)
        ]


def somebody() -> Member:
    """Return a person of a new entity, with every role that a publication needs."""
    now, number = timezone.now(), next(_numbers)
    entity = people.register_entity(
        slug=f"caso-{number}",
        name=f"Entidad {number}",
        short_name=f"E{number}",
        initials="E",
        official_domains=["mincit.gov.co"],
        now=now,
    )
    return people.register_member(
        entity=entity,
        email=f"ana@caso-{number}.test",
        password="una-clave-larga-de-prueba",
        name="Ana Rojas",
        roles=[Role.CONTENT_MANAGER, Role.COMMUNITY_MANAGER, Role.COORDINATOR],
        employment=Employment.STAFF,
        by=None,
        now=now,
    )


def bluesky_account(server: Bluesky, person: Member) -> Account:
    """Open an account at the real server, and connect it."""
    now, theirs = timezone.now(), server.new_account(f"caso{next(_numbers)}")
    account = register_account(
        entity=person.entity,
        network="bluesky",
        handle=theirs["handle"],
        remote_id=theirs["id"],
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server=server.url,
        by=person,
        now=now,
    )
    connect_account(account=account, token=theirs["password"], expires_at=None, by=person, now=now)
    return account


def stop_prepared(deliveries: list[int]) -> None:
    """Have a person stop the publications of deliveries."""
    publications = Delivery.objects.filter(pk__in=deliveries).values("subject_id")
    for publication in Publication.objects.filter(pk__in=publications):
        person = Member.objects.get(entity=publication.entity_id)
        actions.cancel_publication(publication=publication, reason="Cambió la noticia.", by=person, now=timezone.now())


def let_pass_its_hour(url: str, deliveries: list[int]) -> None:
    """Have the hour of deliveries be long over, as when nobody worked for two hours."""
    bring_forward(url, deliveries, timedelta(hours=2))


def bring_forward(url: str, deliveries: list[int], by: timedelta) -> None:
    """Have the minute of deliveries come earlier, without waiting for it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE outbox_delivery SET due_at = due_at - %(by)s, ready_at = ready_at - %(by)s,"
            " expires_at = expires_at - %(by)s WHERE id = ANY(%(deliveries)s)",
            {"by": by, "deliveries": deliveries},
        )
