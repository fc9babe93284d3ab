"""The stage of the attacks: an entity with one person for each role and a row of everything that a page acts on."""

import pickle
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero.networks.actions.register import add_administrator, pause_account, register_account
from pregonero.networks.models import Account, Administrator
from pregonero.networks.rate_limits.models import NetworkSuspension
from pregonero.newsroom.actions import register_source
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns.actions import CampaignPlan, gather, open_campaign
from pregonero.newsroom.models import News, NewsState, Source
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.needs.actions import AttachedFile, ask_need
from pregonero.newsroom.piece_models import Piece
from pregonero.newsroom.sources.registry import WEBHOOK
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.actions import Absence, name_stand_in
from pregonero.people.models import ActOnBehalf, Entity, Member, Notice, Office, ProofKind, StandIn
from pregonero.people.on_behalf.actions import OutsideAct, Proof, record_act
from pregonero.people.roles import Role
from pregonero.publishing.actions import move_publication, pause_publication
from pregonero.publishing.models import MediaConversion, Publication, ReversibleAct
from tests.attack.approvals_stage import ApprovalRows, make_approvals
from tests.attack.brand_stage import make_brand
from tests.attack.controls_stage import ControlRows, make_controls
from tests.attack.inbox_stage import InboxRows, make_inbox
from tests.attack.piece_stage import make_piece
from tests.conftest import NOW, member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.newsroom.needs import asked
from tests.publishing.conftest import (
    accounts,
    candidate,
    connect_accounts,
    inform,
    news,
    picture,
    record_candidate,
    store_picture,
    store_video,
    video,
)
from tests.publishing.test_states import put
from tests.stage import deliveries_in, drafted, programmed

__all__ = ["accounts", "candidate", "news", "picture", "video"]

SECRET = "secreto-compartido-con-la-sede-electronica"


@dataclass(frozen=True)
class Stage:
    """The rows that the attacks aim at."""

    entity: Entity
    people: dict[Role, Member]
    accounts: dict[str, Account]
    draft: Publication
    programmed: Publication
    undecided: Delivery
    waiting: Delivery
    held: Publication
    move: ReversibleAct
    informed: News
    candidate: News
    need: Need
    campaign: Campaign
    source: Source
    notice: Notice
    account: Account  # connected
    paused: Account
    lonely: Account  # not connected
    administrator: Administrator
    conversion: MediaConversion
    sending_stop: NetworkSuspension
    inbox: InboxRows
    stand_in: StandIn
    act: ActOnBehalf
    controls: ControlRows
    piece: Piece
    approvals: ApprovalRows


@dataclass(frozen=True)
class StageDatabase:
    """A database where the stage is committed, and its media files."""

    url: str
    media: Path
    stage: bytes  # pickled: each test reads rows of its own from it, three times faster than from a deep copy


@pytest.fixture(scope="session")
def stage_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StageDatabase]:
    """Commit the stage once for all the tests of a worker, because making it takes longer than most of them."""
    media = tmp_path_factory.mktemp("media")
    with fresh_database() as url:
        with django_db_blocker.unblock(), as_default_database(url), override_settings(MEDIA_FOLDER=media):
            stage = make_stage(media)
        yield StageDatabase(url, media, pickle.dumps(stage))


@pytest.fixture
def on_stage(stage_database: StageDatabase, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_FOLDER = shutil.copytree(stage_database.media, tmp_path / "media")
    with as_default_database(stage_database.url):
        yield


@pytest.fixture
def db(request: pytest.FixtureRequest) -> None:
    """Run a test that uses `stage` on the database of the stage, and roll it back afterwards."""
    if "stage" in request.fixturenames:
        request.getfixturevalue("on_stage")
    request.getfixturevalue("_django_db_helper")


@pytest.fixture
def stage(db: None, stage_database: StageDatabase) -> Stage:
    copied: Stage = pickle.loads(stage_database.stage)  # noqa: S301  # it was made here
    return copied


def make_stage(media: Path) -> Stage:
    """Make an entity with a person of each role, and something of every kind that a page acts on."""
    entity, moment = register_mincomercio(NOW), timezone.now()
    people = {role: member(entity, role.lower(), role.label, role) for role in Role}
    beto, coordinator = people[Role.DIGITAL_STRATEGIST], people[Role.COORDINATOR]
    luis = people[Role.CONTENT_MANAGER]
    accounts = connect_accounts(coordinator, NOW)
    news = inform(record_candidate(luis, store_picture(luis, media, NOW), store_video(luis, NOW), NOW), luis, NOW)
    going = programmed(news, beto, moment, due_at=moment + timedelta(hours=2))
    move_publication(publication=going, due_at=moment + timedelta(hours=2), by=beto, now=moment)
    undecided = deliveries_in(going).get(account=accounts["x"])
    put(undecided, DeliveryState.NEEDS_PERSON)
    held = programmed(news, beto, moment, due_at=moment + timedelta(hours=3))
    pause_publication(publication=held, reason="Se revisa la cifra.", by=beto, now=moment)
    # Its link is never opened: addresses of this machine are refused.
    draft = drafted(news, beto, moment)
    candidate = News.objects.create(
        entity=entity,
        address=f"{news.address}/otra",
        key=f"{news.address}/otra",
        title="Otra noticia",
        state=NewsState.CANDIDATE,
        found_at=moment,
    )
    notice = Notice.objects.create(
        entity=entity,
        member=beto,
        kind="news.informed",
        ref=news.ref.reference,
        title="Otra",
        path="/",
        created_at=moment,
    )
    campaign = open_campaign(
        plan=CampaignPlan("Turismo", "Que viajen.", date(2026, 12, 1), date(2026, 12, 24)), by=coordinator, now=moment
    )
    gather(campaign=campaign, things=[news], by=coordinator, now=moment)
    make_brand(coordinator, moment)
    lonely = register_account(
        entity=entity,
        network="mastodon",
        handle="mincomercio",
        display_name="MinComercio",
        purpose="Red abierta",
        root_mailbox="",
        by=coordinator,
        now=moment,
    )
    attachment = draft.adaptations.get(account__network="x").attachments.get()
    return Stage(
        entity=entity,
        people=people,
        accounts=accounts,
        draft=draft,
        programmed=going,
        undecided=undecided,
        waiting=deliveries_in(going).get(account=accounts["facebook"]),
        held=held,
        move=going.reversible_acts.get(),
        informed=news,
        candidate=candidate,
        need=ask_need(entity=entity, request=asked(), files=[AttachedFile("nota.txt", b"Hola")], by=None, now=moment),
        source=register_source(entity=entity, kind=WEBHOOK, name="Sede", secret=SECRET, by=coordinator, now=NOW),
        campaign=campaign,
        notice=notice,
        account=accounts["facebook"],
        paused=pause_account(account=accounts["youtube"], reason="Revisión", by=coordinator, now=moment),
        lonely=lonely,
        administrator=add_administrator(
            account=lonely, name="Ana", member=None, since=date(2026, 1, 1), by=coordinator, now=moment
        ),
        conversion=MediaConversion.objects.create(
            adaptation=attachment.adaptation, medium=attachment.medium, plan={}, asked_by=beto, asked_at=moment
        ),
        sending_stop=NetworkSuspension.objects.create(
            entity=entity, network="x", code="402", reason="Se agotó el saldo.", since=moment
        ),
        inbox=make_inbox(accounts["facebook"], people, moment),
        stand_in=name_stand_in(
            absent=people[Role.ADVISER],
            member=luis,
            absence=Absence(Role.ADVISER, date(2028, 12, 1), date(2028, 12, 9)),
            by=coordinator,
            now=moment,
        ),
        act=record_act(act=make_act(going, people[Role.MINISTER_OFFICE], moment), by=coordinator, now=moment),
        controls=make_controls(accounts, beto, coordinator, people[Role.COMMUNITY_MANAGER]),
        piece=make_piece(news, news.picture, people[Role.PRODUCER], moment),
        approvals=make_approvals(news, people, moment),
    )


def make_act(publication: Publication, person: Member, moment: datetime) -> OutsideAct:
    """Return what the minister's office asked of a publication, proved by a file."""
    proof = Proof(ProofKind.MAIL, "Correo", "correo.eml", b"Subject: Esperar")
    return OutsideAct(publication.ref, "Pidió esperar", Office.MINISTER_OFFICE, "", moment, proof, person)


def signed_in(person: Member, **options: Any) -> Client:
    """Return a signed-in test client; an exception becomes the error page that the person would see."""
    client = Client(raise_request_exception=False, **options)
    client.force_login(person.user)
    return client
