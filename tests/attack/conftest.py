"""An entity with one person for each role, its things, and the person of another entity who must reach none of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.networks.actions.register import add_administrator, pause_account, register_account
from pregonero.networks.models import Account, Administrator, Network
from pregonero.networks.rate_limits.models import NetworkSuspension
from pregonero.newsroom.actions import register_source
from pregonero.newsroom.models import News, NewsState, Source, SourceKind
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.roles import Role
from pregonero.publishing.actions import stop_publication
from pregonero.publishing.models import Delivery, MediaConversion, Publication
from pregonero.publishing.states import DeliveryState
from tests.conftest import member
from tests.publishing.conftest import accounts, candidate, news, picture, video
from tests.publishing.test_states import put
from tests.stage import drafted, programmed

__all__ = ["accounts", "candidate", "news", "picture", "video"]

SECRET = "secreto-compartido-con-la-sede-electronica"


@dataclass(frozen=True)
class Stage:
    """What there is to attack."""

    people: dict[Role, Member]
    draft: Publication
    programmed: Publication
    undecided: Delivery
    waiting: Delivery
    held: Publication
    informed: News
    candidate: News
    source: Source
    notice: Notice
    account: Account  # connected
    paused: Account
    lonely: Account  # not connected
    administrator: Administrator
    making: MediaConversion
    sending_stop: NetworkSuspension


@pytest.fixture
def people(entity: Entity) -> dict[Role, Member]:
    return {role: member(entity, role.lower(), role.label, role) for role in Role}


@pytest.fixture
def stage(people: dict[Role, Member], news: News, accounts: dict[str, Account], now: datetime) -> Stage:
    beto, moment = people[Role.DIGITAL_STRATEGIST], timezone.now()
    going = programmed(news, beto, moment, due_at=moment + timedelta(hours=2))
    undecided = going.deliveries.get(account=accounts["x"])
    waiting = going.deliveries.get(account=accounts["facebook"])
    put(undecided, DeliveryState.NEEDS_PERSON)
    held = programmed(news, beto, moment, due_at=moment + timedelta(hours=3))
    stop_publication(publication=held, reason="Se revisa la cifra.", by=beto, now=moment)
    # A link that is never really opened: this machine's own addresses are closed.
    draft = drafted(news, beto, moment)
    candidate = News.objects.create(
        entity=news.entity, address=f"{news.address}/otra", key=f"{news.address}/otra", title="Otra noticia",
        state=NewsState.CANDIDATE, found_at=moment,
    )  # fmt: skip
    source = register_source(
        entity=news.entity, kind=SourceKind.WEBHOOK, name="Sede", secret=SECRET, by=people[Role.COORDINATOR], now=now
    )
    notice = Notice.objects.create(
        entity=news.entity, member=beto, kind="news.informed", ref=news.ref.reference, title="Otra", path="/",
        created_at=moment,
    )  # fmt: skip
    coordinator = people[Role.COORDINATOR]
    paused = pause_account(account=accounts["youtube"], reason="Revisión", by=coordinator, now=moment)
    lonely = register_account(
        entity=news.entity, network=Network.MASTODON, handle="mincomercio", display_name="MinComercio",
        purpose="Red abierta", root_mailbox="", by=coordinator, now=moment,
    )  # fmt: skip
    administrator = add_administrator(
        account=lonely, name="Ana", member=None, since=date(2026, 1, 1), by=coordinator, now=moment
    )
    account = accounts["facebook"]
    attachment = draft.adaptations.get(account__network="x").attachments.get()
    making = MediaConversion.objects.create(
        adaptation=attachment.adaptation, medium=attachment.medium, recipe={}, asked_by=beto, asked_at=moment
    )
    sending_stop = NetworkSuspension.objects.create(
        entity=news.entity, network="x", code="402", reason="Se agotó el saldo.", since=moment
    )
    return Stage(
        people,
        draft,
        going,
        undecided,
        waiting,
        held,
        news,
        candidate,
        source,
        notice,
        account,
        paused,
        lonely,
        administrator,
        making,
        sending_stop,
    )


def signed_in(person: Member, **options: Any) -> Client:
    """Return a browser where the person signed in; what goes wrong comes as the page that the person would see."""
    client = Client(raise_request_exception=False, **options)
    client.force_login(person.user)
    return client
