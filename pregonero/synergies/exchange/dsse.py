"""DSSE envelopes: signatures over the exact bytes of a payload and its type (secure-systems-lab/dsse, protocol 1.0).

An envelope has only one form here: the JSON that `encode` writes. Any other bytes are refused, so that an envelope has
one digest.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pregonero.synergies.exchange.refusals import PackageRefused

MOST_SIGNATURES = 4
KeyLookup = Callable[[str], Ed25519PublicKey]  # raises `PackageRefused` for a key that is not accepted


@dataclass(frozen=True)
class Envelope:
    """A payload, its type, and its signatures: pairs of a key's id and 64 bytes. Nothing in it is verified."""

    payload_type: str
    payload: bytes = field(repr=False)
    signatures: tuple[tuple[str, bytes], ...]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Return the ids of the keys that it says signed it."""
        return tuple(key_id for key_id, _ in self.signatures)


def key_id_of(key: Ed25519PublicKey) -> str:
    """Return the id of a key: the SHA-256 of its 32 bytes, in hexadecimal."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding, which is what the signatures sign."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: str, keys: Sequence[Ed25519PrivateKey]) -> bytes:
    """Return the envelope of a payload, signed by each key."""
    signed = pae(payload_type, payload)
    signatures = tuple((key_id_of(key.public_key()), key.sign(signed)) for key in keys)
    return encode(Envelope(payload_type, payload, signatures))


def encode(envelope: Envelope) -> bytes:
    """Return the JSON of an envelope: three members in this order, without spaces."""
    signatures = [{"keyid": key_id, "sig": _base64(signature)} for key_id, signature in envelope.signatures]
    about = {"payload": _base64(envelope.payload), "payloadType": envelope.payload_type, "signatures": signatures}
    return json.dumps(about, separators=(",", ":")).encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decode(data: bytes) -> Envelope:
    """Return what an envelope holds, unverified. Raises `PackageRefused` for anything that `encode` would not write."""
    try:
        about = json.loads(data)
        signatures = tuple((str(each["keyid"]), _bytes(each["sig"])) for each in about["signatures"])
        envelope = Envelope(str(about["payloadType"]), _bytes(about["payload"]), signatures)
        is_exact = encode(envelope) == data
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PackageRefused("malformed") from error
    if not is_exact or not 1 <= len(set(envelope.key_ids)) == len(signatures) <= MOST_SIGNATURES:
        raise PackageRefused("malformed")
    return envelope


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError("the envelope has text that is not base64") from error


def verify(data: bytes, *, payload_type: str, key_of: KeyLookup) -> Envelope:
    """Return the envelope, of which every signature is valid and every key accepted, or raise `PackageRefused`."""
    envelope = decode(data)
    if envelope.payload_type != payload_type:
        raise PackageRefused("not_a_package")
    signed = pae(envelope.payload_type, envelope.payload)
    for key_id, signature in envelope.signatures:
        try:
            key_of(key_id).verify(signature, signed)
        except InvalidSignature as error:
            raise PackageRefused("bad_signature") from error
    return envelope
