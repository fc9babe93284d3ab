"""Signed requests: the vector of RFC 9421, and what a recipient refuses (S-4)."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from pregonero.synergies.exchange.http_signatures import COVERED, TAG, Request, _Verifier, sign_request, verify_request
from pregonero.synergies.exchange.refusals import PackageRefused
from tests.synergies.packages import NOW, PRESIDENCY, STRANGER, key_id, key_of

# RFC 9421, B.1.4 (the key) and B.2.6 (the signature).
RFC_SECRET, RFC_PUBLIC = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU", "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"
RFC_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
RFC_COVERED = ("date", "@method", "@path", "@authority", "content-type", "content-length")


def _jwk(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")


def _of_the_rfc() -> Request:
    headers = {
        "Host": "example.com",
        "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "Content-Type": "application/json",
        "Content-Length": "18",
    }
    return Request("POST", "https://example.com/foo?param=Value&Pet=dog", headers, b'{"hello": "world"}')


@pytest.mark.procedure("S-4")
def test_signatures_are_those_of_rfc_9421_b_2_6() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(_jwk(RFC_SECRET))
    public = Ed25519PublicKey.from_public_bytes(_jwk(RFC_PUBLIC))
    keys = MappingKeyResolver(private_keys={"test-key-ed25519": secret}, public_keys={"test-key-ed25519": public})
    request = _of_the_rfc()
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys).sign(
        request,
        key_id="test-key-ed25519",
        created=datetime.fromtimestamp(1618884473, UTC),
        label="sig-b26",
        include_alg=False,
        covered_component_ids=RFC_COVERED,
    )
    assert request.headers["Signature"] == f"sig-b26=:{RFC_SIGNATURE}:"
    verified = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys).verify(request, max_age=None)
    assert [result.label for result in verified] == ["sig-b26"]


def _signed(key: Ed25519PrivateKey = PRESIDENCY) -> Request:
    request = Request("POST", "https://b.example/x/", {"Content-Type": "application/zip"}, b"body")
    sign_request(request, key=key, now=NOW, nonce="uno")
    return request


@pytest.mark.procedure("S-4")
def test_verify_request_returns_the_key_that_signed_it() -> None:
    assert verify_request(_signed(), key_of=key_of, now=NOW + timedelta(minutes=4)) == key_id(PRESIDENCY)


@pytest.mark.procedure("S-4")
def test_verify_request_refuses_a_changed_late_or_unknown_request() -> None:
    changed = {"body": b"other", "url": "https://c.example/x/", "method": "PUT"}
    for name, value in changed.items():
        request = _signed()
        setattr(request, name, value)
        assert _refused(request) == "request_signature"
    for name in ("Signature", "Signature-Input", "Content-Digest", "Content-Type"):
        request = _signed()
        del request.headers[name]
        assert _refused(request) == "request_signature"
    assert _refused(_signed(STRANGER)) == "unknown_key"
    assert _refused(_signed(), now=NOW + timedelta(minutes=6)) == "request_expired"
    assert _refused(_signed(), now=NOW - timedelta(minutes=6)) == "request_expired"


@pytest.mark.procedure("S-4")
@pytest.mark.parametrize("left_out", COVERED)
def test_verify_request_refuses_a_signature_that_does_not_cover_everything(left_out: str) -> None:
    request = Request("POST", "https://b.example/x/", {"Content-Type": "application/zip"}, b"body")
    keys = MappingKeyResolver(private_keys={key_id(PRESIDENCY): PRESIDENCY}, public_keys={})
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys).sign(
        request,
        key_id=key_id(PRESIDENCY),
        created=NOW,
        tag=TAG,
        covered_component_ids=tuple(name for name in COVERED if name != left_out),
        body=None if left_out == "content-digest" else request.body,
    )
    assert _refused(request) == "request_signature"


def _refused(request: Request, *, now: datetime = NOW) -> str:
    with pytest.raises(PackageRefused) as refused:
        verify_request(request, key_of=key_of, now=now)
    return refused.value.reason
