"""The four accounts, and an informed news item with its picture and video, without any network."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pregonero.media.models import Medium
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.people.models import Member

ADDRESS = "https://www.mincit.gov.co/prensa/noticias/comercio/exportaciones"


def connect_accounts(carmen: Member, now: datetime) -> dict[str, Account]:
    """Register and connect an account on each of four networks."""
    made = {}
    for network in ("x", "facebook", "instagram", "youtube"):
        account = register_account(
            entity=carmen.entity,
            network=network,
            handle="mincomercioco",
            remote_id=f"id-{network}",
            display_name="MinComercio",
            purpose="Cuenta institucional",
            root_mailbox="",
            by=carmen,
            now=now,
        )
        made[str(network)] = connect_account(
            account=account, token=f"token-{network}", expires_at=None, by=carmen, now=now
        )
    return made


def store_picture(luis: Member, folder: Path, now: datetime) -> Medium:
    """Store a picture in the media folder."""
    data = io.BytesIO()
    Image.new("RGB", (1080, 1080), "#0943b5").save(data, "JPEG")
    (folder / "a.jpg").write_bytes(data.getvalue())
    return Medium.objects.create(
        entity=luis.entity,
        kind="picture",
        sha256="a" * 64,
        file="a.jpg",
        mime="image/jpeg",
        size=len(data.getvalue()),
        width=1080,
        height=1080,
        alt="Gráfica de barras",
        stored_at=now,
    )


def store_video(luis: Member, now: datetime) -> Medium:
    """Store the row of a video; no file stands behind it."""
    return Medium.objects.create(
        entity=luis.entity,
        kind="video",
        sha256="b" * 64,
        file="b.mp4",
        mime="video/mp4",
        size=90_000,
        width=1280,
        height=720,
        seconds=6.0,
        stored_at=now,
    )


def record_candidate(luis: Member, picture: Medium, video: Medium, now: datetime) -> News:
    """Record a news item that nobody has informed yet."""
    return News.objects.create(
        entity=luis.entity,
        address=ADDRESS,
        key=ADDRESS,
        title="Exportaciones no mineras crecieron 8,4 %",
        summary="Café, flores y software suman más de la mitad del total.",
        section="Comercio",
        found_at=now,
        picture=picture,
        video=video,
    )


def inform(candidate: News, luis: Member, now: datetime) -> News:
    """Inform a candidate."""
    candidate.state = NewsState.INFORMED
    candidate.save()
    Informing.objects.create(news=candidate, by=luis, at=now)
    return candidate


@pytest.fixture
def accounts(carmen: Member, now: datetime) -> dict[str, Account]:
    return connect_accounts(carmen, now)


@pytest.fixture
def picture(luis: Member, now: datetime, settings: Any, tmp_path: Path) -> Medium:
    settings.MEDIA_FOLDER = tmp_path
    return store_picture(luis, tmp_path, now)


@pytest.fixture
def video(luis: Member, now: datetime) -> Medium:
    return store_video(luis, now)


@pytest.fixture
def candidate(luis: Member, picture: Medium, video: Medium, now: datetime) -> News:
    return record_candidate(luis, picture, video, now)


@pytest.fixture
def news(candidate: News, luis: Member, now: datetime) -> News:
    return inform(candidate, luis, now)
