"""What every request of the API passes: token, rights, format, limit, and the key of a write."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from pregonero.api import actions, gate
from pregonero.api.models import IdempotencyKey
from pregonero.api.tasks import forget_old_keys
from pregonero.newsroom.need_models import Need
from pregonero.people.models import ApiToken, CodeApp, Member, RecoveryCode
from pregonero.people.roles import Role
from pregonero.people.security.actions.tokens import revoke_token
from pregonero.records.models import Event
from tests.api.program import Program, program_of
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database

NEED = {
    "kind": "ACHIEVEMENT",
    "title": "Más hoteles con crédito",
    "what": "412 hoteles recibieron crédito.",
    "why": "Se puede pedir también.",
    "audience": "Dueños de hoteles",
    "wanted_on": "2026-12-01",
    "area": "Turismo",
    "contact_name": "Elena Paz",
    "contact": "epaz@mincit.example",
}


def problem_in(response: Any, status: int) -> dict[str, Any]:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    body: dict[str, Any] = response.json()
    assert (body["status"], set(body)) == (status, {"type", "title", "status", "detail", "code", "errors"})
    return body


def test_only_a_token_in_force_enters(ana: Member) -> None:
    program, now = program_of(ana), timezone.now()
    assert program.get("needs").status_code == 200
    for text in ("", "prg_otro", program.text[:-1], program.token.digest):
        problem_in(Program(program.token, text).get("needs"), 401)
    basic = program.client.get("/api/v1/needs", headers={"Authorization": f"Basic {program.text}"})
    assert problem_in(basic, 401)["code"] == "no_token"
    assert basic["WWW-Authenticate"].startswith("Bearer")
    revoke_token(token=program.token, by=ana, now=now)
    assert "se quitó" in problem_in(program.get("needs"), 401)["detail"]


def test_expired_token_is_refused(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(ana)
    later = program.token.expires_at
    monkeypatch.setattr(gate.timezone, "now", lambda: later - timedelta(seconds=1))
    assert program.get("needs").status_code == 200
    monkeypatch.setattr(gate.timezone, "now", lambda: later)
    assert "venció" in problem_in(program.get("needs"), 401)["detail"]


def test_token_never_has_more_rights_than_the_person_today(ana: Member) -> None:
    program = program_of(ana)
    need = program.post("needs", NEED).json()
    decision = {"state": "ACCEPTED", "answer": "Sí"}
    Member.objects.filter(pk=ana.pk).update(roles=[Role.AUDITOR])
    body = problem_in(program.post(f"needs/{need['id']}/decision", decision), 403)
    assert body["detail"].startswith("Tu rol no permite decidir lo que las áreas piden contar.")
    Member.objects.filter(pk=ana.pk).update(employment="CONTRACTOR", ends_on=timezone.localdate() - timedelta(days=1))
    problem_in(program.get("needs"), 401)


@pytest.mark.parametrize("change", ["inactive", "outside", "without_factor"])
def test_person_who_may_not_enter_takes_the_token_along(ana: Member, change: str) -> None:
    program = program_of(ana)
    if change == "inactive":
        type(ana.user).objects.filter(pk=ana.user_id).update(is_active=False)
    elif change == "outside":
        Member.objects.filter(pk=ana.pk).update(roles=[Role.MINISTER_OFFICE])
    else:
        CodeApp.objects.filter(user=ana.user).delete()
        RecoveryCode.objects.filter(user=ana.user).delete()
    problem_in(program.get("needs"), 401)


def test_scope_is_needed_for_each_operation(ana: Member) -> None:
    program = program_of(ana, "needs.read")
    assert program.get("needs").status_code == 200
    body = problem_in(program.post("needs", NEED), 403)
    assert body["detail"] == "Ese token no sirve para esto: haz uno para «Pedir que algo se cuente, y decidirlo»."
    problem_in(program.get("news"), 403)
    assert not Need.objects.exists()


def test_session_alone_reads_and_writes_nothing(ana: Member) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana.user)
    problem_in(client.get("/api/v1/needs"), 401)
    headers = {"Idempotency-Key": "a"}
    problem_in(client.post("/api/v1/needs", NEED, content_type="application/json", headers=headers), 401)
    program = program_of(ana)
    program.client = client  # the session of one, the token of another: only the token counts, without a form's proof
    assert program.post("needs", NEED).status_code == 201


def test_objects_of_another_entity_are_not_found(ana: Member, dario: Member) -> None:
    need = program_of(ana).post("needs", NEED).json()
    foreign = program_of(dario)
    problem_in(foreign.get(f"needs/{need['id']}"), 404)
    problem_in(foreign.post(f"needs/{need['id']}/decision", {"state": "ACCEPTED", "answer": "Sí"}), 404)
    assert foreign.get("needs").json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_other_formats_are_refused(ana: Member, kind: str) -> None:
    program = program_of(ana)
    headers = program.headers | {"Idempotency-Key": "a"}
    response = program.client.post("/api/v1/needs", json.dumps(NEED), content_type=kind, headers=headers)
    problem_in(response, 415)


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'\xff{"a": 1}', b"null", b"[]", b'{"kind": NaN}', b"1" * 5000])
def test_body_that_is_no_object_is_refused(ana: Member, body: bytes) -> None:
    response = program_of(ana).post("needs", body)
    assert response.status_code in (400, 422)
    problem_in(response, response.status_code)


def test_huge_body_is_refused_before_it_is_read(ana: Member) -> None:
    body, program = io.BytesIO(b"{"), program_of(ana)
    headers = {
        "HTTP_AUTHORIZATION": f"Bearer {program.text}",
        "HTTP_IDEMPOTENCY_KEY": "a",
        "CONTENT_LENGTH": str(10**10),
    }
    extra: dict[str, Any] = headers | {"wsgi.input": body, "content_type": "application/json"}
    problem_in(program.client.generic("POST", "/api/v1/needs", **extra), 413)
    assert body.tell() == 0


def test_limit_of_requests_is_of_each_token(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "REQUESTS_PER_MINUTE", 3)
    program, other = program_of(ana), program_of(ana)
    assert [program.get("needs").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.get("needs")
    assert 1 <= int(refused["Retry-After"]) <= 60
    problem_in(refused, 429)
    assert other.get("needs").status_code == 200


def test_other_methods_and_addresses(ana: Member) -> None:
    program = program_of(ana)
    response = program.client.delete("/api/v1/needs", headers=program.headers)
    problem_in(response, 405)
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}
    problem_in(program.get("needs/otra"), 422)
    problem_in(program.get(f"needs/{10**30}"), 404)


def test_record_says_through_which_token(ana: Member) -> None:
    program = program_of(ana)
    program.post("needs", NEED)
    event = Event.objects.get(event_type="need.asked")
    assert event.actor["name"] == "Ana Rojas"
    assert event.actor["through"] == {"ref": program.token.ref.reference, "name": "Sede electrónica"}
    program.token.refresh_from_db()
    assert program.token.last_used_from == "127.0.0.1"
    assert "through" not in Event.objects.get(event_type="api_token.made").actor


def test_same_key_and_body_are_done_once(ana: Member) -> None:
    program = program_of(ana)
    first, again = (program.post("needs", NEED, key="uno") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Need.objects.count() == 1
    other = program.post("needs", NEED | {"title": "Otra"}, key="uno")
    assert problem_in(other, 422)["code"] == "key_of_another_request"
    assert program.post("needs", NEED, key="dos").status_code == 201
    assert program_of(ana).post("needs", NEED, key="uno").status_code == 201  # of another token
    assert Need.objects.count() == 3


@pytest.mark.parametrize("key", [" ", "con espacio", "ñ", "x" * 256])
def test_write_without_a_key_is_refused(ana: Member, key: str) -> None:
    program = program_of(ana)
    problem_in(program.post("needs", NEED, key=key), 400)
    sent = program.client.post("/api/v1/needs", NEED, content_type="application/json", headers=program.headers)
    assert problem_in(sent, 400)["code"] == "no_key"
    assert not Need.objects.exists()


def test_refusal_leaves_its_key_free(ana: Member) -> None:
    program = program_of(ana)
    wrong = problem_in(program.post("needs", NEED | {"title": ""}, key="uno"), 422)
    assert wrong["errors"] == [{"field": "title", "key": "required", "text": "Escribe qué quieres contar."}]
    assert program.post("needs", NEED, key="uno").status_code == 201


def test_request_whose_end_nobody_knows_is_not_done_again(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(ana)

    def die(**_: Any) -> None:
        raise RuntimeError("the process died")

    with monkeypatch.context() as patch:
        patch.setattr(gate.actions, "keep_answer", die)
        assert program.post("needs", NEED, key="uno").status_code == 500
    again = program.post("needs", NEED, key="uno")
    assert problem_in(again, 409)["code"] == "key_in_use"
    assert again["Retry-After"] == "5"
    assert Need.objects.count() == 1


def test_keys_are_kept_a_day(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(ana)
    program.post("needs", NEED, key="uno")
    row = IdempotencyKey.objects.get()
    forget_old_keys.func(int((row.at + actions.KEPT_FOR).timestamp()))  # a moment before, since seconds are whole
    assert IdempotencyKey.objects.filter(pk=row.pk).exists()
    forget_old_keys.func(int((row.at + actions.KEPT_FOR).timestamp()) + 1)
    assert not IdempotencyKey.objects.exists()
    program.post("needs", NEED, key="uno")
    IdempotencyKey.objects.update(at=timezone.now() - actions.KEPT_FOR)
    assert program.post("needs", NEED | {"title": "Otra"}, key="uno").status_code == 201


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Program]:
    with fresh_database() as url, django_db_blocker.unblock(), as_default_database(url):
        entity = register_mincomercio(timezone.now())
        yield program_of(member(entity, "ana", "Ana Rojas", Role.COMMUNITY_MANAGER))


def test_requests_at_once_with_one_key_are_one(committed: Program) -> None:
    def ask(_: int) -> Any:
        try:
            return Program(committed.token, committed.text).post("needs", NEED, key="uno")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(ask, range(8)))
    statuses = {response.status_code for response in responses}
    assert statuses <= {201, 409}
    assert len({response.json()["id"] for response in responses if response.status_code == 201}) == 1
    assert Need.objects.count() == 1
    assert ApiToken.objects.get().minute_requests == 8
