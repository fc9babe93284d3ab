"""HTTP message signatures (RFC 9421) on the requests between installations, with the digest of the body (RFC 9530)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    MappingKeyResolver,
    algorithms,
)

from pregonero.synergies.exchange.dsse import KeyLookup, key_id_of
from pregonero.synergies.exchange.refusals import PackageRefused

TAG = "pregonero-sinergia"
COVERED = ("@method", "@target-uri", "content-type", "content-digest")
LONGEST_AGE = timedelta(minutes=5)


@dataclass
class Request:
    """A request, as the library reads it."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)


class _Keys(HTTPSignatureKeyResolver):
    """Where the keys of others are looked up."""

    def __init__(self, key_of: KeyLookup) -> None:
        self.key_of = key_of
        self.refused: PackageRefused | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        """Return an accepted key, or None after storing why it is not accepted."""
        try:
            return self.key_of(key_id)
        except PackageRefused as refused:
            self.refused = refused  # the library hides the reason in its own exception
            return None


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, without its clock: `verify_request` checks the times against its own argument."""

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        """Do nothing."""


def sign_request(request: Request, *, key: Ed25519PrivateKey, now: datetime, nonce: str) -> None:
    """Add the digest of the body and the signature to the headers of a request."""
    key_id = key_id_of(key.public_key())
    keys = MappingKeyResolver(public_keys={}, private_keys={key_id: key})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    signer.sign(
        request,
        key_id=key_id,
        created=now,
        nonce=nonce,
        label="pregonero",
        tag=TAG,
        covered_component_ids=COVERED,
        body=request.body,
    )


def verify_request(request: Request, *, key_of: KeyLookup, now: datetime) -> str:
    """Return the id of the key that signed a request and its body minutes ago at most, or raise `PackageRefused`."""
    keys = _Keys(key_of)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        results = verifier.verify(request, max_age=None, expect_tag=TAG, require_components=COVERED, body=request.body)
    except HTTPMessageSignaturesException as error:
        raise (keys.refused or PackageRefused("request_signature")) from error
    if len(results) != 1:
        raise PackageRefused("request_signature")
    return _checked_time(results[0].parameters, now)


def _checked_time(parameters: Mapping[str, int | str], now: datetime) -> str:
    created = parameters.get("created", 0)
    if not isinstance(created, int) or abs(now.timestamp() - created) > LONGEST_AGE.total_seconds():
        raise PackageRefused("request_expired")
    return str(parameters["keyid"])
