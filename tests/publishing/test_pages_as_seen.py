"""What a person decides, makes by hand, pauses and watches, as it is seen: with axe, at a desk and on a phone (N-6)."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from pregonero.health.actions import record_incident
from pregonero.health.models import IncidentKind
from pregonero.media.models import Medium
from pregonero.networks.base import QuotaExhausted
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.actions.throttling import suspend_for
from pregonero.outbox.models import Attempt, Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from tests.publishing.test_states import put
from tests.publishing.test_views import sent, signed_in
from tests.stage import deliveries_in, drafted, programmed
from tests.ui.browser import Answer, answers_of, faults_by_page

pytestmark = pytest.mark.procedure("N-6")


def undecided(delivery: Delivery, *, found: int) -> Delivery:
    """Leave a delivery waiting for a person, with an attempt and what was found."""
    text = "Las exportaciones no mineras crecieron 8,4 % https://www.mincit.gov.co/prensa/noticias/1"
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        started_at=timezone.now(),
        worker="w",
        fingerprint="f" * 64,
        prepared={},
        content={"account": delivery.account_id, "text": text, "title": "", "link": "", "media": []},
    )
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts_made=1,
        candidates=[
            {
                "remote_id": str(at),
                "url": f"https://x.com/mincomercioco/status/{at}",
                "text": text,
                "at": "2026-11-24T14:00:01+00:00",
            }
            for at in range(found)
        ],
    )
    put(delivery, DeliveryState.NEEDS_PERSON)
    return delivery


@pytest.fixture
def pages(accounts: dict[str, Account], news: News, picture: Medium, beto: Member, ana: Member) -> dict[str, Answer]:
    now = timezone.now()
    going = programmed(news, beto, now, due_at=now + timedelta(hours=2))
    by_network = {each.account.network: each for each in deliveries_in(going)}
    undecided(by_network["x"], found=2)
    undecided(by_network["facebook"], found=0)
    Delivery.objects.filter(pk=by_network["instagram"].pk).update(reason="Instagram no aceptó la imagen.")
    put(by_network["instagram"], DeliveryState.REJECTED)
    stopped = programmed(news, beto, now, due_at=now + timedelta(hours=3))
    actions.cancel_publication(publication=stopped, reason="Cambió la cifra.", by=beto, now=now)
    published = deliveries_in(programmed(news, beto, now, due_at=now + timedelta(hours=4))).get(account=accounts["x"])
    put(published, DeliveryState.PUBLISHED)
    draft = drafted(news, beto, now)
    record_incident(kind=IncidentKind.WORKER_LOST, detail="Sus trabajos volvieron a la cola.", now=now)
    client = signed_in(beto)
    stale = sent(draft)
    client.post(f"/publicaciones/{draft.pk}/textos/", stale | {f"red{accounts['x'].pk}-text": "Otro texto, sin enlace"})
    both = client.post(f"/publicaciones/{draft.pk}/textos/", stale)
    answers = {"/ambas/": Answer(200, dict(both.headers), both.content)}
    paths = [
        f"/envios/{by_network['x'].pk}/decision/",
        f"/envios/{by_network['facebook'].pk}/decision/",
        f"/envios/{by_network['instagram'].pk}/a-mano/",
        f"/envios/{by_network['youtube'].pk}/a-mano/",
        f"/publicaciones/{going.pk}/",
        f"/publicaciones/{stopped.pk}/",
        f"/publicaciones/{draft.pk}/editor/",
        f"/envios/{published.pk}/retiro/",
        "/pausa/",
        "/estado/",
        "/parrilla/",
        f"/parrilla/{timezone.localtime(now):%Y-%m-%d}/10/",
    ]
    answers |= answers_of(client, paths)
    actions.pause_everything(reason="Llegó una alerta de suplantación.", by=ana, now=now)
    full = QuotaExhausted(
        "El canal llegó al número de videos de un día.", code="uploadLimitExceeded", retry_after=6 * 3600
    )
    with transaction.atomic():
        assert suspend_for(accounts["youtube"], full, now=now)
    paused = answers_of(client, ["/pausa/", "/parrilla/", reverse("publishing:limits")])
    answers |= {f"/en{path}": answer for path, answer in paused.items()}
    assert {answer.status for answer in answers.values()} == {200}
    media = {path.decode() for answer in answers.values() for path in re.findall(rb'"(/medios/[^"]+)"', answer.body)}
    file = (Path(settings.MEDIA_FOLDER) / picture.file).read_bytes()
    return answers | {path: Answer(200, {"Content-Type": "image/jpeg"}, file) for path in media}


def test_axe_finds_nothing(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, (path for path in pages if not path.startswith("/medios/"))) == {}
