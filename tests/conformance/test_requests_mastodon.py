"""The requests of the Mastodon connector, compared with the parameters of Mastodon's own documentation."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from lab.mastodon.api import FACTS, ROUTES
from lab.mastodon.params import with_nested_fields
from lab.messages import Call
from lab.request_schema import Problem
from pregonero.networks.base import NetworkError
from pregonero.networks.mastodon.network import AUTH, ENDPOINTS
from pregonero.networks.oauth import ClientCredentials, consent_url, exchange_code, revoke_token
from pregonero.networks.registry import manual_posting
from tests.conformance.lives import live
from tests.conformance.recorder import Recorder, Request
from tests.networks.subjects import MakeSubject

CLIENT = ClientCredentials("aplicacion", "secreto")
REDIRECT = "https://pregonero.test/cuentas/autorizacion/"


@pytest.fixture(scope="module")
def sent(recorded: Recorder, recorded_subject: MakeSubject, tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    subject = recorded_subject("mastodon")
    begin = len(recorded.requests)
    live(subject, tmp_path_factory.mktemp("mastodon"))
    published = subject.publish(subject.post(media=()))
    subject.connector.probe(subject.credentials)
    manual_posting("mastodon").read(subject.credentials, published.remote_id, "")
    subject.connector.withdraw(subject.credentials, published.remote_id)
    with pytest.raises(NetworkError):  # the lab does not know the application: only the request matters here
        exchange_code(AUTH, subject.credentials, CLIENT, code="codigo", redirect=REDIRECT, verifier="v" * 64)
    with pytest.raises(NetworkError):
        revoke_token(AUTH, subject.credentials, CLIENT, "token")
    return recorded.requests[begin:]


def problems_of(request: Request) -> list[Problem]:
    """Return what the documentation does not have in a request."""
    call = Call(
        "mastodon",
        request.method,
        request.path,
        "",
        request.query,
        {"Content-Type": request.headers.get("content-type", "")},
        fields=request.fields,
        files=dict.fromkeys(request.files, b""),
    )
    assert FACTS.has_endpoint(call), request
    return FACTS.problems(with_nested_fields(call))


def test_every_request_is_one_that_mastodons_documentation_has(sent: list[Request]) -> None:
    assert [problem for request in sent for problem in problems_of(request)] == []
    seen = {
        (endpoint.method, endpoint.path)
        for endpoint in ENDPOINTS
        if any(request.matches(endpoint.method, endpoint.path) is not None for request in sent)
    }
    assert seen == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


def test_the_consent_page_is_asked_for_with_what_the_documentation_has() -> None:
    address = consent_url(AUTH, "https://servidor.test", CLIENT, redirect=REDIRECT, state="s", verifier="v" * 64)
    parts = urlsplit(address)
    assert problems_of(Request("GET", parts.path, dict(parse_qsl(parts.query)), {}, b"")) == []


def test_every_endpoint_of_the_lab_is_in_the_documentation() -> None:
    calls = [
        Call("mastodon", route.method, route.path.pattern.replace("(?P<id>[^/]+)", "1"), "", {}, {}) for route in ROUTES
    ]
    assert [call.endpoint for call in calls if not FACTS.has_endpoint(call)] == []
