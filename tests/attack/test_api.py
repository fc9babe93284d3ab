"""The API against the stage: what each operation does, another entity's objects, and any request at all."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pregonero.api import gate
from pregonero.newsroom.models import News, NewsState
from pregonero.newsroom.need_models import Need, NeedState
from pregonero.newsroom.reading.urls import link_key
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.publishing.models import Publication
from pregonero.records.models import Event
from pregonero.wsgi import application
from tests.api.program import Program, program_of
from tests.attack.conftest import Stage
from tests.newsroom.pieces import second_version

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MINUTE = {"day": f"{timezone.localdate() + timedelta(days=2):%Y-%m-%d}", "hour": "10:00"}


@pytest.fixture
def everybody(stage: Stage) -> Program:
    """Return the program of somebody with every role of the entity."""
    return with_every_role(stage.people[Role.COORDINATOR])


def with_every_role(person: Member) -> Program:
    roles = [role.value for role in Role if role not in (Role.MINISTER_OFFICE, Role.PRESS_OFFICE)]
    Member.objects.filter(pk=person.pk).update(roles=roles)
    return program_of(person)


def address_of(news: News) -> str:
    """Return the link of a news item, known by its key as those that the website gives."""
    News.objects.filter(pk=news.pk).update(key=link_key(news.address))
    return news.address


def got(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return response.json()


def test_need_is_asked_decided_and_told(stage: Stage, everybody: Program) -> None:
    path = f"needs/{stage.need.pk}"
    decided = got(everybody.post(f"{path}/decision", {"state": "ACCEPTED", "answer": "Sale el lunes."}))
    assert (decided["state"], decided["answer"]) == ("ACCEPTED", "Sale el lunes.")
    got(everybody.post(f"{path}/news", {"address": address_of(stage.informed)}))
    assert News.objects.get(pk=stage.informed.pk).need_id == stage.need.pk
    assert got(everybody.get(path))["state"] == "ACCEPTED"
    again = everybody.post(f"{path}/decision", {"state": "ACCEPTED", "answer": "Sí"})
    assert got(again, 409)["detail"] == "La necesidad ya está aceptada."
    later = everybody.post(f"{path}/decision", {"state": "LATER", "answer": "Después"})
    assert got(later, 422)["detail"] == "Elige el día en que el Grupo la vuelve a mirar: uno que no haya pasado."


def test_news_are_informed_and_dismissed(stage: Stage, everybody: Program) -> None:
    path = f"news/{stage.candidate.pk}"
    assert got(everybody.post(f"{path}/dismissal", {"reason": "No es para redes"}))["state"] == NewsState.DISMISSED
    assert got(everybody.post(f"{path}/informing", {"reference": "7", "note": ""}))["reference"] == "7"
    assert got(everybody.get("news", state="INFORMED"))["items"][0]["id"] == stage.candidate.pk
    other = everybody.post("news", {"address": "https://otra.example/noticia"})
    assert "otra.example" in got(other, 422)["detail"] or "sede" in got(other, 422)["detail"]


def test_campaign_is_opened_changed_and_gathers(stage: Stage, everybody: Program) -> None:
    plan = {"name": "Café", "purpose": "Que lo prueben.", "starts_on": "2026-12-01", "ends_on": "2026-12-24"}
    opened = got(everybody.post("campaigns", plan | {"hashtags": "#Café Colombia"}), 201)
    assert opened["hashtags"] == ["#Café", "#Colombia"]
    assert got(everybody.post("campaigns", plan), 409)["detail"] == "Ya hay una campaña que se llama «Café»."
    path = f"campaigns/{opened['id']}"
    backwards = everybody.post(f"{path}/changes", plan | {"ends_on": "2026-11-01"})
    assert got(backwards, 422)["detail"] == "La campaña termina antes de empezar: corrige las fechas."
    assert got(everybody.post(f"{path}/changes", plan | {"purpose": "Otra"}))["purpose"] == "Otra"
    in_another = everybody.post(f"{path}/news", {"address": address_of(stage.informed)})
    assert "ya está en otra campaña" in got(in_another, 409)["detail"]
    assert got(everybody.get(f"campaigns/{stage.campaign.pk}"))["news"] == [stage.informed.pk]


def test_publication_is_drafted_written_and_cancelled(stage: Stage, everybody: Program) -> None:
    draft = got(everybody.post("publications", {"source": stage.informed.ref.reference}), 201)
    x = next(account for account in draft["accounts"] if account["network"] == "x")
    path = f"publications/{draft['id']}"
    texts = {"why": "Hay empleo.", "accounts": [{"account_id": x["account_id"], "text": "Otro texto."}]}
    edited = got(everybody.post(f"{path}/edits", texts | {"revision": draft["revision"]}))
    assert edited["why"] == "Hay empleo."
    said = {account["network"]: account["text"] for account in edited["accounts"]}
    before = {account["network"]: account["text"] for account in draft["accounts"]}
    assert said == before | {"x": "Otro texto."}
    stale = everybody.post(f"{path}/edits", texts | {"revision": draft["revision"]})
    assert "guardó cambios" in got(stale, 409)["detail"]
    skipped = {"revision": edited["revision"], "accounts": [{"account_id": x["account_id"], "publish": False}]}
    refused = got(everybody.post(f"{path}/edits", skipped), 422)
    assert refused["errors"][0]["field"] == f"account:{x['account_id']}:skip_reason"
    foreign = {"revision": edited["revision"], "accounts": [{"account_id": 10**6, "text": "x"}]}
    assert got(everybody.post(f"{path}/edits", foreign), 422)["errors"][0]["field"] == "accounts"
    not_ready = got(everybody.post(f"{path}/schedule", MINUTE), 422)
    assert (not_ready["code"] == "not_ready" and not_ready["errors"] == edited["issues"]) or not_ready["errors"]
    assert Publication.objects.get(pk=draft["id"]).state == "DRAFT"


def test_publication_is_moved_and_cancelled(stage: Stage, everybody: Program) -> None:
    path = f"publications/{stage.programmed.pk}"
    moved = everybody.post(f"{path}/schedule", MINUTE)
    if moved.status_code == 200:
        assert moved.json()["due_at"].startswith(MINUTE["day"])
    assert got(everybody.post(f"{path}/schedule", MINUTE | {"day": "2020-01-01"}), 422)["errors"][0]["field"] == "hour"
    got(everybody.post(f"{path}/cancellation", {"reason": "Cambió la cifra."}))
    assert {delivery.state for delivery in deliveries_of(stage.programmed.ref)} <= {"CANCELLED", "NEEDS_PERSON"}
    assert Event.objects.filter(event_type="publication.cancelled").latest("pk").actor["through"]["name"]


def test_calendar_and_lists(stage: Stage, everybody: Program) -> None:
    today = timezone.localdate()
    entries = got(everybody.get("calendar", first=today, last=today + timedelta(days=1)))
    assert stage.programmed.pk in {entry["publication_id"] for entry in entries}
    assert got(everybody.get("calendar", first=today, last=today + timedelta(days=31)), 422)["errors"]
    assert got(everybody.get("calendar", first="ayer", last=today), 422)["errors"][0]["text"].startswith(
        "Escribe una fecha"
    )
    pages, cursor = [], ""
    for _ in range(4):
        page = got(everybody.get("publications", limit=1, cursor=cursor))
        pages += [item["id"] for item in page["items"]]
        if (cursor := page["next"] or "") == "":
            break
    assert pages == list(Publication.objects.order_by("-pk").values_list("pk", flat=True)[:4])
    for cursor in ("x", "%", "LTE", "MTE9" * 10):
        assert got(everybody.get("publications", cursor=cursor), 422)["errors"][0]["field"] == "cursor"


def test_petition_gets_its_number(stage: Stage, everybody: Program) -> None:
    petition = stage.inbox.petition
    assert stage.inbox.petitioned.contact.name not in json.dumps(got(everybody.get("petitions")))
    numbered = got(everybody.post(f"petitions/{petition.pk}/number", {"number": "1-2026-777"}))
    assert numbered["number"] == "1-2026-777"
    assert got(everybody.post(f"petitions/{petition.pk}/number", {"number": "2"}), 409)["code"] == "wrong_state"
    today = timezone.localdate()
    figures = got(everybody.get("petitions/figures", first=today - timedelta(days=9), last=today))
    assert (figures["total"], figures["without_number"]) == (1, 0)


@pytest.mark.procedure("P-4", "P-5")
def test_piece_is_sent_back_approved_and_sent_but_by_no_author(stage: Stage) -> None:
    coordinator, adviser = (program_of(stage.people[role]) for role in (Role.COORDINATOR, Role.ADVISER))
    piece = stage.approvals.to_approve
    path = f"pieces/{piece.pk}"
    seen = seen_of(got(coordinator.get(path)))
    assert got(coordinator.post(f"{path}/sending", {}), 409)["detail"] == "La pieza todavía no está aprobada."
    changed = got(coordinator.post(f"{path}/approval", seen | {"digest": "0" * 64}), 403)
    assert changed["detail"] == "Lo que viste no es lo que hay ahora: abre la pieza otra vez."
    returned = got(coordinator.post(f"{path}/return", {"version": seen["version"], "note": "Más luz"}))
    assert (returned["state"], returned["approval"]) == ("CHANGES", None)
    second_version(piece, stage.people[Role.ADVISER], alt="Una cosecha de café")
    seen = seen_of(got(adviser.get(path)))
    own = got(adviser.post(f"{path}/approval", seen), 403)
    assert own["detail"] == "Nadie aprueba su propia pieza: la aprueba otra persona."
    approved = got(coordinator.post(f"{path}/approval", seen))
    assert (approved["state"], approved["approval"]["way"]) == ("APPROVED", "HERE")
    sent = got(coordinator.post(f"{path}/sending", {"note": "Va hoy"}))
    assert sent["approval"]["sent_at"]
    assert piece.pk in {one["id"] for one in got(adviser.get("pieces", state="SENT"))["items"]}


def seen_of(piece: Any) -> dict[str, Any]:
    """Return what an approval says of the version that was seen."""
    return {"version": piece["version"]["id"], "digest": piece["version"]["digest"]}


def test_everything_of_another_entity_is_not_found(stage: Stage, dario: Member) -> None:
    program = with_every_role(dario)
    reason, piece = {"reason": "x"}, stage.approvals.to_approve
    version = piece.versions.latest("number")
    seen = {"version": version.pk, "digest": version.digest}
    for path, body in {
        f"needs/{stage.need.pk}": None,
        f"needs/{stage.need.pk}/decision": {"state": "ACCEPTED", "answer": "x"},
        f"needs/{stage.need.pk}/news": {"address": stage.informed.address},
        f"news/{stage.candidate.pk}": None,
        f"news/{stage.candidate.pk}/informing": {},
        f"news/{stage.candidate.pk}/dismissal": reason,
        f"campaigns/{stage.campaign.pk}": None,
        f"campaigns/{stage.campaign.pk}/news": {"address": stage.informed.address},
        f"pieces/{piece.pk}": None,
        f"pieces/{piece.pk}/approval": seen,
        f"pieces/{piece.pk}/return": {"version": seen["version"], "note": "x"},
        f"pieces/{piece.pk}/sending": {},
        f"publications/{stage.draft.pk}": None,
        f"publications/{stage.draft.pk}/edits": {"revision": stage.draft.revision},
        f"publications/{stage.draft.pk}/schedule": MINUTE,
        f"publications/{stage.draft.pk}/cancellation": reason,
        f"petitions/{stage.inbox.petition.pk}": None,
        f"petitions/{stage.inbox.petition.pk}/number": {"number": "7"},
    }.items():
        response = program.get(path) if body is None else program.post(path, body)
        assert got(response, 404)["detail"] == "No encontramos lo que buscas.", path
    assert got(program.post("publications", {"source": stage.informed.ref.reference}), 404)
    for path in ("needs", "news", "campaigns", "pieces", "publications", "petitions"):
        assert got(program.get(path))["items"] == [], path
    assert Need.objects.get(pk=stage.need.pk).state == NeedState.ASKED


def test_documentation_describes_every_operation(stage: Stage, client: Any) -> None:
    document = client.get("/api/openapi.json").json()
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) == 31
    assert all({"401", "403", "404", "422", "429"} <= one["responses"].keys() for one in operations)
    need = document["components"]["schemas"]["NeedBody"]
    assert need["properties"]["wanted_on"]["title"] == "Para qué día"
    assert (need["required"][0], need["additionalProperties"]) == ("title", False)


def run_any_request(program: Program, stage: Stage, examples: int) -> None:
    """Send what schemathesis makes of the description, to the objects of the stage, and check every answer."""
    pks = {
        "needs": stage.need.pk,
        "news": stage.candidate.pk,
        "campaigns": stage.campaign.pk,
        "pieces": stage.approvals.to_approve.pk,
        "publications": stage.draft.pk,
        "petitions": stage.inbox.petition.pk,
    }
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    limits = settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    for result in schema.get_all_operations():
        operation = result.ok()

        @limits
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            if "pk" in case.path_parameters and case.path_parameters["pk"] not in ("", None):
                case.path_parameters["pk"] = pks[case.operation.path.split("/")[3]]
            case.call_and_validate(headers=program.headers, checks=CHECKS)

        ask()


@pytest.fixture
def no_limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let one token make many requests, each on the connection of the test: a server closes it after a request."""
    monkeypatch.setattr(gate, "REQUESTS_PER_MINUTE", 10**6)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_any_request_is_answered_as_described(stage: Stage, everybody: Program, no_limit: None) -> None:
    run_any_request(everybody, stage, examples=4)


@pytest.mark.slow
def test_very_many_requests_are_answered_as_described(stage: Stage, everybody: Program, no_limit: None) -> None:
    run_any_request(everybody, stage, examples=150)
