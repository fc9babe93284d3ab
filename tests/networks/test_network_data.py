"""The data that each network declares (limits, errors), and that reading them imports no SDK."""

import json
import subprocess
import sys
import time
from datetime import date

import pytest

from pregonero.networks.base import (
    NetworkError,
    Permanent,
    PreparedExpired,
    QuotaExhausted,
    Transient,
    Unauthorized,
    Unknown,
)
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import network_error_for
from pregonero.networks.registry import connector, network
from tests.networks.subjects import NETWORKS, ROOT, SHARED

SDKS = ("xdk", "facebook_business", "googleapiclient", "httplib2", "twitter_text", "requests")
EXAMPLES = SHARED / "api_examples" / "errores"
MEANINGS = {
    "x-401": ("x", Unauthorized),
    "x-403-duplicado": ("x", Permanent),
    "x-429-limite": ("x", Transient),
    "graph-190-463-sesion-vencida": ("facebook", Unauthorized),
    "instagram-36004-2207010-texto-largo": ("instagram", Permanent),
    "instagram-4-2207051-limite-de-aplicacion": ("instagram", Permanent),
    "instagram-9007-2207027-medio-no-listo": ("instagram", Transient),
    "youtube-400-invalid_grant": ("youtube", Unauthorized),
    "youtube-403-quotaExceeded": ("youtube", QuotaExhausted),
    "youtube-403-commentsDisabled": ("youtube", Permanent),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_limit_has_its_value_its_day_and_its_source(name: str) -> None:
    capabilities = connector(name).capabilities

    assert capabilities.name == name
    assert "text" in capabilities.limits
    for field, limit in capabilities.limits.items():
        assert limit.value >= 0, field
        assert date(2026, 1, 1) <= limit.read_on <= date(2027, 12, 31), field
        assert (
            limit.source.startswith("https://") or "decisión propia" in limit.source or "segunda mano" in limit.source
        )


@pytest.mark.parametrize("name", NETWORKS)
def test_every_code_tells_a_person_something(name: str) -> None:
    for code, meaning in network(name).errors.table.items():
        assert meaning.reason.endswith("."), code
        assert issubclass(meaning.error, NetworkError)
        assert meaning.wait is None or issubclass(meaning.error, Transient | Unknown), code


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(
    ("status", "public", "meaning"),
    [
        (404, True, Permanent),
        (409, True, Permanent),
        (401, True, Unauthorized),
        (429, True, Transient),
        (408, True, Unknown),
        (500, True, Unknown),
        (502, True, Unknown),
        (503, True, Unknown),
        (302, True, Unknown),
        (503, False, Transient),
        (302, False, Transient),
    ],
)
def test_what_no_table_names_is_judged_by_its_status(
    name: str, status: int, public: bool, meaning: type[NetworkError]
) -> None:
    assert type(network_error_for(network(name).errors, HttpError(status, {}, {}), public=public)) is meaning


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="PREGONERO_SHARED_DATA no apunta a los ejemplos de respuestas reales")
@pytest.mark.parametrize("example", MEANINGS)
def test_a_real_refusal_means_what_it_should(example: str) -> None:
    said = json.loads((EXAMPLES / f"{example}.json").read_text(encoding="utf-8"))
    name, meaning = MEANINGS[example]

    assert (
        type(
            network_error_for(
                network(name).errors, HttpError(said["status"], said["headers"], said["body"]), public=True
            )
        )
        is meaning
    )


def old_x(code: int) -> dict[str, object]:
    return {"errors": [{"code": code, "message": "algo"}]}


def google(status: str, **more: object) -> dict[str, object]:
    return {"error": {"code": 403, "message": "algo", "status": status, **more}}


PER_DAY = [{"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit": "DefaultRequestsPerDayPerProject"}}]
BAD_KEY = [{"reason": "API_KEY_INVALID"}]
GONE_PARENT = {"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."}
PROJECT = {"detail": "You must use keys and tokens from a developer App that is attached to a Project."}


@pytest.mark.parametrize(
    ("name", "status", "body", "code", "meaning"),
    [
        ("x", 403, old_x(187), "duplicate", Permanent),
        ("x", 403, {"errors": [{"message": "Status is a duplicate."}]}, "duplicate", Permanent),
        ("x", 401, old_x(89), "401", Unauthorized),
        ("x", 403, old_x(89), "401", Unauthorized),
        ("x", 400, old_x(32), "401", Unauthorized),
        ("x", 400, old_x(88), "429", Transient),
        ("x", 403, old_x(185), "429", Transient),
        ("x", 400, old_x(324), "media_gone", PreparedExpired),
        ("x", 403, old_x(385), "parent_gone", Permanent),
        ("x", 403, GONE_PARENT, "parent_gone", Permanent),
        ("x", 403, PROJECT, "bad_keys", Permanent),
        ("x", 400, old_x(215), "bad_keys", Permanent),
        ("x", 403, old_x(326), "account_held", Permanent),
        ("x", 403, old_x(7777), "403", Permanent),
        ("x", 403, {"errors": "texto"}, "403", Permanent),
        ("x", 403, {"errors": [None, 7]}, "403", Permanent),
        ("youtube", 403, google("RESOURCE_EXHAUSTED"), "quotaExceeded", QuotaExhausted),
        ("youtube", 429, google("RESOURCE_EXHAUSTED"), "rateLimitExceeded", Transient),
        ("youtube", 429, google("RESOURCE_EXHAUSTED", details=PER_DAY), "quotaExceeded", QuotaExhausted),
        ("youtube", 400, google("INVALID_ARGUMENT", details=BAD_KEY), "API_KEY_INVALID", Permanent),
        ("youtube", 403, google("PERMISSION_DENIED"), "403", Permanent),
        ("youtube", 403, {"error": {"errors": 7, "details": "x"}}, "403", Permanent),
        ("facebook", 400, {"error": {"code": 101}}, "101", Permanent),
        ("instagram", 400, {"error": {"code": 101}}, "101", Permanent),
    ],
)  # fmt: skip
def test_each_form_of_an_error_means_the_same(
    name: str, status: int, body: dict[str, object], code: str, meaning: type[NetworkError]
) -> None:
    error = network_error_for(network(name).errors, HttpError(status, {}, body), public=True)

    assert (error.code, type(error)) == (code, meaning)


def test_spent_quota_without_errors_waits_for_midnight_in_the_pacific() -> None:
    spent, named = google("RESOURCE_EXHAUSTED"), google("", errors=[{"reason": "quotaExceeded"}])
    waits = [network("youtube").errors.wait(HttpError(403, {}, body)) for body in (spent, named)]

    assert waits[0] == pytest.approx(waits[1], abs=1)


@pytest.mark.parametrize("name", NETWORKS)
def test_refused_keys_and_permissions_say_who_does_what(name: str) -> None:
    """A sentence that ends an attempt for a reason of the application or the account names the next step."""
    for code in ("101", "bad_keys", "account_held", "client-forbidden", "API_KEY_INVALID", "200", "parent_gone"):
        meaning = network(name).errors.table.get(code)
        assert meaning is None or any(word in meaning.reason for word in ("debe ", "hay que ", "publica ")), code


@pytest.mark.parametrize("subcode", [2207020, 2207006, 2207008])
def test_what_died_at_instagram_is_prepared_again(subcode: int) -> None:
    body = {"error": {"code": -2, "error_subcode": subcode}}

    assert (
        type(network_error_for(network("instagram").errors, HttpError(400, {}, body), public=True)) is PreparedExpired
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7", "x-rate-limit-reset": "{900}"}, 7),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "{900}"}, 901),
        ({"x-rate-limit-reset": "{900}"}, 901),
        ({"x-rate-limit-reset": "{-50}"}, 1),
        (
            {
                "x-rate-limit-remaining": "40", "x-rate-limit-reset": "{900}",
                "x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": "{7200}",
            },
            7201,
        ),
        ({"x-rate-limit-reset": "pronto"}, 900),
        ({}, 900),
    ],
)  # fmt: skip
def test_x_tells_when_its_spent_window_opens(headers: dict[str, str], seconds: int) -> None:
    def told(value: str) -> str:
        return str(int(time.time()) + int(value[1:-1])) if value.startswith("{") else value

    refusal = HttpError(429, {name: told(value) for name, value in headers.items()}, {})

    error = network_error_for(network("x").errors, refusal, public=True)

    assert isinstance(error, Transient)
    assert error.retry_after == pytest.approx(seconds, abs=1.5)


def test_meta_tells_in_a_header_when_it_opens_again() -> None:
    usage = json.dumps({"100": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 12}]})
    refusal = HttpError(400, {"x-business-use-case-usage": usage}, {"error": {"code": 32}})

    error = network_error_for(network("facebook").errors, refusal, public=True)

    assert isinstance(error, Transient)
    assert error.retry_after == 12 * 60


@pytest.mark.parametrize("header", ["no es JSON", "[]", '{"1": 2}', '{"1": [3]}', '{"1": [{}]}'])
def test_a_usage_header_that_is_not_understood_is_passed_over(header: str) -> None:
    refusal = HttpError(400, {"x-business-use-case-usage": header}, {"error": {"code": 32}})

    assert type(network_error_for(network("facebook").errors, refusal, public=True)) is Transient


@pytest.mark.parametrize("body", [None, [], "no", {"error": []}, {"error": {"errors": [3]}}, {"errors": 1, "type": 5}])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_refusal_of_any_shape_is_understood_by_its_status(name: str, body: object) -> None:
    assert type(network_error_for(network(name).errors, HttpError(400, {}, body), public=True)) is Permanent


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_tells_its_own_life(name: str) -> None:
    told = (ROOT / "docs" / "networks" / f"{name}.md").read_text(encoding="utf-8")

    for heading in ("Vida de una publicación", "Límites", "Lo que no puede", "Lo que le falta al SDK", "Por comprobar"):
        assert heading in told


def test_asking_for_the_limits_loads_no_sdk() -> None:
    """Screens read limits and run checks; only workers should import the SDKs, which are slow."""
    code = (
        "import sys, django; django.setup(); from pregonero.networks.registry import connector;"
        f"[connector(name).capabilities for name in {NETWORKS!r}];"
        f"print(sorted(set({SDKS!r}) & set(sys.modules)))"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)

    assert said.stdout.strip() == "[]"
