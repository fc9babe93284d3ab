"""Two installations with fixed keys, and packages from the first to the second."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pregonero.synergies.exchange import dsse
from pregonero.synergies.exchange.container import Contents, pack
from pregonero.synergies.exchange.package import PAYLOAD_TYPE, Package, payload_of
from pregonero.synergies.exchange.reader import ReadPackage, open_package
from pregonero.synergies.exchange.refusals import PackageRefused

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
PRESIDENCY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MINISTRY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
PICTURE = b"not really a picture"


def key_id(key: Ed25519PrivateKey) -> str:
    return dsse.key_id_of(key.public_key())


def about(**changes: Any) -> Package:
    """Return what a package from the Presidency to the ministry says, with changes."""
    fields = {
        "uri": "urn:uuid:0b5a1c1e-8f0e-4c1b-9d55-1f2a3b4c5d6e",
        "version": 1,
        "versioncreated": NOW,
        "expires": NOW + timedelta(days=7),
        "pubstatus": "usable",
        "sender": {"name": "Presidencia de la República", "key": key_id(PRESIDENCY)},
        "recipient": {"name": "Ministerio de Comercio", "key": key_id(MINISTRY)},
        "beneficiary": "Ministerio de Agricultura",
        "topic": "Cosecha de café",
        "texts": ("Ya empezó la cosecha de café.", "Café de nueve regiones, en cosecha."),
        "files": ({"name": "cafe.png", "sha256": hashlib.sha256(PICTURE).hexdigest(), "size": len(PICTURE)},),
    }
    return Package.model_validate(fields | changes)


def packed(
    package: Package | None = None,
    *,
    keys: tuple[Ed25519PrivateKey, ...] = (PRESIDENCY,),
    files: tuple[bytes, ...] = (PICTURE,),
) -> bytes:
    """Return the file of a package."""
    envelope = dsse.sign(payload_of(package or about()), PAYLOAD_TYPE, keys)
    return pack(Contents(envelope, {hashlib.sha256(content).hexdigest(): content for content in files}))


def key_of(wanted: str) -> Ed25519PublicKey:
    """Return the key of the Presidency, the only one that the ministry accepts."""
    if wanted != key_id(PRESIDENCY):
        raise PackageRefused("unknown_key")
    return PRESIDENCY.public_key()


def opened(data: bytes, *, now: datetime = NOW) -> ReadPackage:
    """Open a package at the ministry."""
    return open_package(data, key_of=key_of, is_own=lambda key: key == key_id(MINISTRY), now=now)
