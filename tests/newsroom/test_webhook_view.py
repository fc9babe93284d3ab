"""The address of the webhook: signatures, repetitions, and links of other websites."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from pregonero.newsroom import actions
from pregonero.newsroom.models import Arrival, News, NewsState, Source
from pregonero.newsroom.sources.registry import WEBHOOK
from pregonero.newsroom.sources.webhook import sign
from pregonero.people.models import Member, Notice
from tests.newsroom.factories import COFFEE, SECRET, register

BODY: dict[str, Any] = {
    "address": COFFEE, "title": "Café <b>y</b> flores", "summary": "Crecieron.", "section": "Comercio",
    "published_at": "2026-11-24T08:15:00-05:00", "reference": "PC-2026-118",
}  # fmt: skip


@pytest.fixture
def source(luis: Member) -> Source:
    return register(luis, WEBHOOK)


def send(source: Source | int, body: dict[str, Any] | bytes, *, secret: str = SECRET, ago: int = 0) -> HttpResponse:
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    moment = int(timezone.now().timestamp()) - ago
    return post(source, content, sign(secret, moment, content))


def post(source: Source | int, content: bytes, signature: str) -> HttpResponse:
    pk = source if isinstance(source, int) else source.pk
    client = Client(enforce_csrf_checks=True)
    return client.post(  # type: ignore[return-value]
        f"/avisos/{pk}/", content, content_type="application/json", headers={"X-Pregonero-Signature": signature}
    )


@pytest.mark.procedure("P-1")
def test_a_signed_notice_creates_a_candidate(source: Source) -> None:
    answer = send(source, BODY)
    news = News.objects.get()
    assert answer.status_code == 201
    assert json.loads(answer.content) == {
        "noticia": news.pk,
        "estado": "candidata",
        "resultado": "nueva",
        "mensaje": "La noticia está candidata.",
    }
    assert (news.title, news.reference, news.section) == ("Café y flores", "PC-2026-118", "Comercio")
    assert news.published_at == datetime.fromisoformat("2026-11-24T08:15:00-05:00")


@pytest.mark.procedure("P-1")
def test_a_replayed_notice_does_not_create_a_second_news_item(source: Source) -> None:
    content = json.dumps(BODY).encode()
    signature = sign(SECRET, int(timezone.now().timestamp()), content)
    answers = [post(source, content, signature) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert [json.loads(answer.content)["resultado"] for answer in answers] == ["nueva", "repetida", "repetida"]
    assert News.objects.count() == Arrival.objects.count() == 1


def test_a_retry_signed_again_changes_nothing(source: Source) -> None:
    send(source, BODY, ago=10)
    answer = send(source, BODY)
    assert json.loads(answer.content)["resultado"] == "sin cambios"
    assert (News.objects.count(), Arrival.objects.count()) == (1, 2)


@pytest.mark.procedure("P-1")
def test_a_replayed_or_late_notice_does_not_restore_an_old_text(source: Source) -> None:
    old = json.dumps(BODY).encode()
    signature = sign(SECRET, int(timezone.now().timestamp()) - 60, old)
    post(source, old, signature)
    assert json.loads(send(source, BODY | {"title": "Corregido"}).content)["resultado"] == "editada"
    assert json.loads(post(source, old, signature).content)["resultado"] == "repetida"
    late = send(source, BODY | {"title": "Enviado antes"}, ago=30)
    assert json.loads(late.content)["resultado"] == "sin cambios"
    assert News.objects.get().title == "Corregido"


@pytest.mark.procedure("P-1")
def test_a_notice_is_informed_by_a_standing_rule(source: Source, ana: Member, carmen: Member) -> None:
    rule = actions.sign_rule(source=source, reason="La sede firma cada aviso.", by=carmen, now=timezone.now())
    answer = send(source, BODY | {"published_at": timezone.now().isoformat()})
    news = News.objects.get()
    assert json.loads(answer.content)["estado"] == "informada"
    assert (news.state, news.informing.rule, news.informing.reference) == (NewsState.INFORMED, rule, "PC-2026-118")
    assert Notice.objects.get().member == ana


@pytest.mark.parametrize("signature", ["", "t=1,v1=0", f"t=x,v1={'0' * 64}", f"v1={'0' * 64}", f"t=NOW,v1={'0' * 64}"])
def test_a_notice_without_a_valid_signature_is_refused(source: Source, signature: str) -> None:
    signature = signature.replace("NOW", str(int(timezone.now().timestamp())))
    assert post(source, json.dumps(BODY).encode(), signature).status_code == 401
    assert not News.objects.exists()


@pytest.mark.parametrize(("secret", "ago"), [("otro-secreto-de-prueba-largo", 0), (SECRET, 400), (SECRET, -400)])
def test_a_signature_with_another_secret_or_time_is_refused(source: Source, secret: str, ago: int) -> None:
    assert send(source, BODY, secret=secret, ago=ago).status_code == 401
    assert not News.objects.exists()


def test_a_polled_source_answers_a_notice_like_a_missing_source(luis: Member) -> None:
    feed = register(luis)
    assert send(feed, BODY).content == send(99_999, BODY).content
    assert send(feed, BODY).status_code == 401


@pytest.mark.procedure("N-1")
def test_a_link_of_another_website_is_refused(source: Source) -> None:
    answer = send(source, BODY | {"address": "https://otra.gov.co/noticia"})
    assert answer.status_code == 403
    assert "Solo sirven enlaces de" in json.loads(answer.content)["mensaje"]
    assert not News.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"no es JSON", "JSON"), (b"[" * 5000, "JSON"), (b"[]", "objeto"), (b"\xff", "JSON"),
        ({"title": "x"}, "address"), ({"address": COFFEE}, "title"), (BODY | {"title": 7}, "title"),
        (BODY | {"address": "javascript:alert(1)"}, "enlace"),
        (BODY | {"published_at": "ayer"}, "published_at"), (BODY | {"address": 7}, "address"),
    ],
)  # fmt: skip
def test_an_invalid_body_is_refused_with_its_reason(source: Source, body: dict[str, Any] | bytes, words: str) -> None:
    answer = send(source, body)
    assert answer.status_code == 400
    assert words in json.loads(answer.content)["mensaje"]
    assert not News.objects.exists()


def test_control_characters_are_removed(source: Source) -> None:
    assert send(source, b'{"address": "%s", "title": "A\\u0000\\ud800\\u202eB"}' % COFFEE.encode()).status_code == 201
    assert News.objects.get().title == "AB"


def test_a_body_too_large_is_refused(source: Source) -> None:
    assert send(source, BODY | {"summary": "x" * 70_000}).status_code == 413


def test_a_retired_source_refuses_notices(source: Source, luis: Member, now: datetime) -> None:
    actions.retire_source(source=source, by=luis, now=now + timedelta(days=1))
    answer = send(source, BODY)
    assert (answer.status_code, "retirada" in json.loads(answer.content)["mensaje"]) == (409, True)


def test_only_post_is_allowed(source: Source) -> None:
    assert Client().get(f"/avisos/{source.pk}/").status_code == 405
