"""A whole entity ready to publish in the laboratory: its accounts, an informed news item with its picture and video,
and real processes that work on it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.media.models import Medium
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.networks.rate_limits.models import Quota
from pregonero.networks.rate_limits.policy import LimitScope, Unit
from pregonero.networks.registry import rate_limit_policy
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.newsroom.reading.page import fetch_picture, fetch_video
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing import actions, queries
from pregonero.publishing.actions import AdaptationChange, AttachmentWords, PublicationChange
from pregonero.publishing.edits import current_change
from pregonero.publishing.link_finding import LinkFinding
from pregonero.publishing.models import Adaptation, Publication
from tests.lab.process import SAMPLE_MEDIA, Lab, until

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ("x", "facebook", "instagram", "youtube")
NO_VOICE = "El video no tiene voz, solo un tono."


def register_accounts(lab: Lab, carmen: Member, now: datetime, names: tuple[str, ...] = NETWORKS) -> list[Account]:
    """Register an account of its own on each network, connected to the laboratory."""
    registered = []
    for name in names:
        theirs = lab.new_account(name)
        account = register_account(
            entity=carmen.entity,
            network=name,
            handle=theirs["handle"],
            remote_id=theirs["id"],
            display_name="MinComercio",
            purpose="Cuenta institucional",
            root_mailbox="",
            by=carmen,
            now=now,
        )
        connect_account(account=account, token=theirs["token"], expires_at=None, by=carmen, now=now)
        lift_limits(account, carmen, now)
        registered.append(account)
    return registered


def lift_limits(account: Account, by: Member, now: datetime) -> None:
    """Have the entity's own limits so large that nothing waits for what is only written down: tests publish many."""
    for rule in rate_limit_policy(account.network).quotas:
        if rule.unit not in (Unit.MONEY, Unit.PERCENT):
            Quota.objects.get_or_create(
                entity=account.entity,
                network=account.network,
                quota_key=rule.key,
                account=account if rule.scope == LimitScope.ACCOUNT else None,
                defaults={"own_limit": 10**9, "set_by": by, "set_at": now},
            )


def stored_medium(member: Member, link: str, kind: str, now: datetime) -> Medium:
    """Store a file of the sample website as the reading of a page does."""
    stored = fetch_picture(link) if kind == "picture" else fetch_video(link)
    return Medium.objects.create(
        entity=member.entity,
        kind=stored.kind,
        sha256=stored.sha256,
        file=stored.file,
        mime=stored.mime,
        size=stored.size,
        width=stored.width,
        height=stored.height,
        seconds=stored.seconds,
        alt="Gráfica de barras" * (kind == "picture"),
        origin=link,
        stored_at=now,
    )


def informed_news(lab: Lab, luis: Member, now: datetime, *, title: str = "", with_media: bool = True) -> News:
    """Return a news item that the content manager informed, with its own address."""
    number = uuid4().hex[:8]
    address = f"https://www.mincit.gov.co/prensa/noticias/{number}"
    media: dict[str, Any] = {}
    if with_media:
        place = lab.url + SAMPLE_MEDIA
        media = {
            kind: Medium.objects.filter(entity=luis.entity, kind=kind).first()
            or stored_medium(luis, f"{place}.{ending}", kind, now)
            for kind, ending in (("picture", "jpg"), ("video", "mp4"))
        }
    news = News.objects.create(
        entity=luis.entity,
        address=address,
        key=address,
        title=title or f"Las exportaciones crecieron, nota {number}",
        summary="Café, flores y software suman más de la mitad.",
        section="Comercio",
        state=NewsState.INFORMED,
        found_at=now,
        **media,
    )
    Informing.objects.create(news=news, by=luis, at=now)
    return news


def drafted(news: News, by: Member, now: datetime, *, why: str = "Muestra dónde hay empleo.") -> Publication:
    """Return a draft with everything that programming asks for."""
    publication = actions.draft_publication(source=news.ref, key=uuid4(), by=by, now=now)
    said = {each.account_id: told_why(each) for each in queries.adaptations_of(publication)}
    change = PublicationChange(why=why, theme="Comercio", relevance=2, link=publication.link, adaptations=said)
    publication = actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=by, now=now
    )
    finding = LinkFinding(publication.link, 200, publication.link, official=True, problem="")
    actions.keep_link_check(publication=publication, finding=finding, now=now)
    # A worker that began to open the link before may find it unreachable after; one that begins later opens nothing.
    opening = ProcrastinateJob.objects.filter(
        task_name="publishing.check_link", status="doing", args__publication_id=publication.pk
    )
    until(lambda: not opening.exists())
    latest = queries.latest_link_check(publication)
    if latest is None or latest.problem:
        actions.keep_link_check(publication=publication, finding=finding, now=now)
    return publication


def told_why(adaptation: Adaptation, **words: Any) -> AdaptationChange:
    """Return an adaptation as it is, with a reason for each video that goes without captions, and other words."""
    present = current_change(adaptation)
    videos = [each.pk for each in adaptation.media if each.medium.kind == "video"]
    media = present.media | {pk: AttachmentWords(captions_missing_because=NO_VOICE) for pk in videos}
    return replace(present, media=media, own_text=present.own_text or "text" in words, **words)


def programmed(news: News, by: Member, now: datetime, *, due_at: datetime | None = None) -> Publication:
    """Return a publication programmed for its minute, this one unless told otherwise."""
    publication = drafted(news, by, now)
    due_at = due_at or now.replace(second=0, microsecond=0)
    return actions.program_publication(publication=publication, due_at=due_at, by=by, now=now)


@dataclass
class Workers:
    """Real worker processes on a database, and the web that serves media to the networks that fetch them."""

    url: str
    lab: Lab
    environment: dict[str, str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """Start one worker."""
        worker = subprocess.Popen([sys.executable, "-m", "pregonero", "worker"], cwd=ROOT, env=self.environment)
        self.started.append(worker)
        return worker

    def end(self) -> None:
        """Kill the workers that a failed test left behind."""
        for worker in self.started:
            if worker.poll() is None:
                worker.kill()
                worker.wait()

    @contextmanager
    def web(self) -> Iterator[None]:
        """Have the web up for the time of the block."""
        port = self.environment["PREGONERO_PUBLIC_ADDRESS"].rpartition(":")[2]
        command = [sys.executable, "-m", "pregonero", "web", "--port", port]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        try:
            until(lambda: _answers(f"http://127.0.0.1:{port}/salud/"), timeout=240)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(180)


def workers_on(url: str, lab: Lab, *, lease: float = 15, call: float = 4) -> Workers:
    """Return how to start processes on a database: leases short, so that a dead worker is found soon.

    Not so short that a busy machine lets one pass between taking a delivery and beginning its call, which must find
    time for itself and for its address.
    """
    with httpx.Client() as probe:
        probe.get(f"{lab.url}/healthz").raise_for_status()
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PREGONERO_PUBLIC_ADDRESS": f"http://127.0.0.1:{_free_port()}",
        "PREGONERO_X_ADDRESS": f"{lab.url}/x",
        "PREGONERO_FACEBOOK_ADDRESS": f"{lab.url}/graph",
        "PREGONERO_INSTAGRAM_ADDRESS": f"{lab.url}/graph",
        "PREGONERO_YOUTUBE_ADDRESS": f"{lab.url}/youtube",
        "PREGONERO_X_CONSENT_ADDRESS": f"{lab.url}/x",
        "PREGONERO_FACEBOOK_CONSENT_ADDRESS": f"{lab.url}/graph",
        "PREGONERO_YOUTUBE_CONSENT_ADDRESS": f"{lab.url}/youtube",
        "PREGONERO_YOUTUBE_TOKEN_ADDRESS": f"{lab.url}/youtube",
        "PREGONERO_BLUESKY_ADDRESS": f"{lab.url}/nadie",
        "PREGONERO_MASTODON_ADDRESS": f"{lab.url}/mastodon",
        "PREGONERO_PRIVATE_ADDRESSES": "127.0.0.1",
        "PREGONERO_LEASE_SECONDS": str(lease),
        "PREGONERO_CALL_SECONDS": str(call),
    }
    return Workers(url, lab, environment)


def states(publication: Publication) -> dict[str, str]:
    """Return each network's state now."""
    deliveries = Delivery.objects.filter(subject_id=publication.pk).select_related("account")
    return {delivery.account.network: delivery.state for delivery in deliveries}


def soon(minutes: int = 1) -> datetime:
    """Return a whole minute that is coming."""
    return timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def _free_port() -> int:
    from pregonero.processes import free_port

    return free_port(0)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def publication_of(delivery: Delivery) -> Publication:
    """Return the publication that a delivery belongs to."""
    return Publication.objects.get(pk=delivery.subject_id)


def deliveries_in(publication: Publication) -> QuerySet[Delivery]:
    """Return the deliveries of a publication."""
    return Delivery.objects.filter(subject_kind="publication", subject_id=publication.pk)


def adaptation_of(delivery: Delivery) -> Adaptation:
    """Return what a publication says on the account of one of its deliveries."""
    return Adaptation.objects.select_related("account", "publication").get(
        publication_id=delivery.subject_id, account_id=delivery.account_id
    )
