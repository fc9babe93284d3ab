"""The points that a real Bluesky server charges for a post are those in our rate-limit data."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks.actions.register import register_account
from pregonero.networks.bluesky.network import RATE_LIMITS, WRITE_POINTS
from pregonero.networks.connection import connect_with_password
from pregonero.networks.rate_limits.models import Quota, UsageBucket
from pregonero.outbox import sender
from pregonero.people.models import Member
from tests.bluesky import harness
from tests.lab.process import Lab
from tests.networks.subjects import bluesky_credentials
from tests.networks.test_bluesky_delivery import send
from tests.stage import deliveries_in, informed_news, programmed


@pytest.mark.procedure("P-6")
def test_the_server_counts_a_post_as_we_do(
    lab: Lab, carmen: Member, luis: Member, ana: Member, now: datetime, tmp_path: Path, settings: Any
) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    try:
        with harness.running_server(tmp_path, "limits") as server:
            theirs = bluesky_credentials(server, password=True)
            account = register_account(
                entity=carmen.entity,
                network="bluesky",
                handle=theirs.handle,
                display_name="MinComercio",
                purpose="Cuenta institucional",
                root_mailbox="",
                server=server.url,
                by=carmen,
                now=now,
            )
            connect_with_password(account=account, password=theirs.token, by=carmen, now=timezone.now())
            news = informed_news(lab, luis, timezone.now(), with_media=False)
            assert send(deliveries_in(programmed(news, ana, timezone.now())).get()).state == "PUBLISHED"
            sender.flush_limit_readings(at_once=True)
    except harness.ServerUnavailable as reason:
        pytest.skip(f"sin servidor de Bluesky: {reason}")
    hour = RATE_LIMITS.quota("points")
    assert hour.limit is not None
    # A response reports one limit, the one with least left: at times the address's, which is none of these quotas.
    for told in Quota.objects.filter(account=account, quota_key="points"):
        assert (told.reported_limit, told.reported_remaining) == (hour.limit.value, hour.limit.value - WRITE_POINTS)
        assert told.resets_at is not None
    assert UsageBucket.objects.get(account=account, quota_key="points").amount == WRITE_POINTS
    assert UsageBucket.objects.get(account=account, quota_key="sessions").amount >= 1
