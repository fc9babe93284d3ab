"""The list of a person's notices: what each asks for, which were seen, and which ask for nothing any more (P-1)."""

from datetime import datetime

import pytest
from django.test import Client

from pregonero.newsroom.models import News
from pregonero.people.actions import notify
from pregonero.people.models import Member, Notice
from pregonero.records.models import Event
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-1")]


def as_(person: Member) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def told(person: Member, news: News, kind: str, path: str, now: datetime) -> Notice:
    (notice,) = notify(members=[person], kind=kind, ref=news.ref, title=f"Aviso {kind}", path=path, now=now)
    return notice


@pytest.mark.parametrize(
    ("kind", "path", "act", "opens"),
    [
        ("delivery.rejected:1", "/publicaciones/7/", "Corregir", "/publicaciones/7/editor/"),
        ("delivery.expired:1", "/publicaciones/7/", "Reprogramar", "/publicaciones/7/editor/"),
        ("delivery.expired:20261124", "/parrilla/2026-11-24/", "Reprogramar", "/parrilla/2026-11-24/"),
        ("delivery.twice:1", "/publicaciones/7/", "Retirar una", "/publicaciones/7/"),
        ("news.edited", "/noticias/3/", "Comparar las versiones", "/noticias/3/#versiones"),
        ("account.lost:2", "/cuentas/1/", "Conectar otra vez", "/cuentas/1/"),
    ],
)
def test_the_act_of_a_notice_names_its_result_and_opens_it(
    kind: str, path: str, act: str, opens: str, news: News, ana: Member, now: datetime
) -> None:
    notice = told(ana, news, kind, path, now)
    client = as_(ana)
    assert f'aria-label="{act}: {notice.title}"' in client.get("/avisos/").content.decode()
    assert client.post(f"/avisos/{notice.pk}/recibo/")["Location"] == opens


def test_all_are_marked_as_seen_at_once_and_only_ones_own(news: News, ana: Member, beto: Member, now: datetime) -> None:
    for number in range(3):
        told(ana, news, f"delivery.twice:{number}", "/", now)
    others = told(beto, news, "news.edited", "/", now)
    client = as_(ana)
    assert "Tienes 3 sin ver." in client.get("/avisos/").content.decode()
    client.post("/avisos/recibos/")
    page = client.get("/avisos/").content.decode()
    assert "Los has visto todos." in page
    assert "Marcar todos" not in page
    assert Event.objects.filter(event_type="notice.seen", actor__id=ana.pk).count() == 3
    others.refresh_from_db()
    assert others.seen_at is None


def test_a_notice_of_what_somebody_did_already_says_so(news: News, ana: Member, beto: Member, now: datetime) -> None:
    told(ana, news, "news.informed", "/noticias/1/", now)
    assert "sin ver" in as_(ana).get("/avisos/").content.decode()
    drafted(news, beto, now)
    assert "ya se resolvió" in as_(ana).get("/avisos/").content.decode()
