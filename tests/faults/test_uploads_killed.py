"""kill -9 of the worker in the middle of a video's upload: who comes after goes on from what has arrived, and each post
is out once.
"""

import hashlib
import signal
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from pregonero.media.models import Medium
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.models import Adaptation, Attachment, Publication
from tests.lab.process import SAMPLE_MEDIA, Lab, until
from tests.networks.subjects import lengthened, medium_of
from tests.stage import NO_VOICE, Workers, drafted, informed_news, register_accounts, states

pytestmark = pytest.mark.procedure("P-6")
NETWORKS = ("x", "facebook", "youtube")
SIZE = 9_000_000  # bytes: five of X's segments, nine of the laboratory's Facebook pieces, two of YouTube's
# In the middle of each upload: what goes by before, and the call in which the worker dies.
MIDDLE = {
    "x": (2, "POST /2/media/upload/.*/append"),
    "facebook": (4, "POST .*/videos"),
    "youtube": (1, "PUT .*/videos"),
}
ENOUGH = 300.0
# The worker that dies waits as long as the slowest machine needs to bring all three uploads to their middle.
PATIENT = {"PREGONERO_LEASE_SECONDS": "600", "PREGONERO_CALL_SECONDS": "500"}


@pytest.fixture
def publication(lab: Lab, workers: Workers, people: dict[str, Member], tmp_path: Path, settings: Any) -> Publication:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    now = timezone.now()
    register_accounts(lab, people["carmen"], now, NETWORKS)
    film = _kept_film(lab, people["luis"], tmp_path, now)
    publication = drafted(informed_news(lab, people["luis"], now), people["beto"], now)
    for adaptation in Adaptation.objects.filter(publication=publication):
        Attachment.objects.filter(adaptation=adaptation).delete()
        Attachment.objects.create(
            adaptation=adaptation,
            position=0,
            medium=film,
            captions_missing_because=NO_VOICE,
            captions_missing_by=people["beto"],
        )
    due_at = now.replace(second=0, microsecond=0)
    return actions.program_publication(publication=publication, due_at=due_at, by=people["beto"], now=now)


def _kept_film(lab: Lab, luis: Member, folder: Path, now: datetime) -> Medium:
    """Keep a long film, as the entity's own."""
    short = folder / "corto.mp4"
    short.write_bytes(lab.client.get(f"{SAMPLE_MEDIA}.mp4").content)
    long = lengthened(medium_of("video", short, "video/mp4"), folder, SIZE)
    data = long.path.read_bytes()
    name = f"{hashlib.sha256(data).hexdigest()}.mp4"
    target = Path(settings.MEDIA_FOLDER) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return Medium.objects.create(
        entity=luis.entity,
        kind="video",
        sha256=long.sha256,
        file=name,
        mime=long.mime,
        size=long.size,
        width=640,
        height=360,
        seconds=6,
        stored_at=now,
    )


def test_an_upload_goes_on_after_its_worker_was_killed(lab: Lab, workers: Workers, publication: Publication) -> None:
    accounts = {each.account.network: each.account.remote_id for each in _deliveries(publication)}
    for network, (before, call) in MIDDLE.items():
        lab.fault(kind="hold_before", account=accounts[network], endpoint=call, skip=before, times=1)
    with workers.web():
        first = replace(workers, environment=workers.environment | PATIENT).start()
        _wait_held(lab)
        _kill(first)
        # Nobody waits here for the leases of a worker so patient: they are over.
        Delivery.objects.filter(subject_id=publication.pk).exclude(leased_by="").update(leased_until=timezone.now())
        half_way = {each.account.network: each.prepared for each in _deliveries(publication)}
        opened = _opened(lab, accounts["youtube"])
        lab.client.post("/faults/release", json={"verdict": "cut"}).raise_for_status()
        second = workers.start()
        try:
            until(lambda: set(states(publication).values()) == {"PUBLISHED"}, timeout=ENOUGH)
        finally:
            _kill(second)

    for delivery in _deliveries(publication):
        network, account = delivery.account.network, delivery.account.remote_id
        (out,) = lab.posts(network=network, account=account)
        assert delivery.remote_id.rpartition("_")[2] in str(out["id"])
        assert out["media"] == [Medium.objects.get(kind="video").sha256]
        _went_on(network, half_way[network], delivery.prepared)
    assert _opened(lab, accounts["youtube"]) == opened


def _went_on(network: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Hold what was known when the worker died against what was published: it is the same upload, from its middle."""
    if network == "x":
        (known,), (whole,) = before["media"], after["media"]
        assert (known["segments"], whole["segments"]) == (2, 5)
        assert known["id"] == whole["id"]
    elif network == "facebook":
        assert before["upload"]["start"] > 0
        assert before["upload"]["video"] == after["video_id"]
    else:
        assert before["session"]
        assert "session" not in after


def _opened(lab: Lab, account: str) -> int:
    """Count the uploads that an account has opened at YouTube: each begins with a POST."""
    found = lab.client.get("/calls.json", params={"account": account, "kind": "prepare"}).json()["calls"]
    return len([call for call in found if call["method"] == "POST"])


def _deliveries(publication: Publication) -> list[Delivery]:
    return list(Delivery.objects.filter(subject_id=publication.pk).select_related("account").order_by("pk"))


def _wait_held(lab: Lab) -> None:
    def held() -> bool:
        query = {"wait_held": len(NETWORKS), "timeout": 50}
        return bool(lab.client.get("/faults", params=query, timeout=60).json()["reached"])

    until(held, timeout=ENOUGH)


def _kill(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()
