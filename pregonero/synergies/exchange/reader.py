"""Read a package that came: nothing of it is parsed before its signatures are verified (S-4)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pregonero.synergies.exchange import dsse
from pregonero.synergies.exchange.container import unpack
from pregonero.synergies.exchange.package import (
    PAYLOAD_TYPE,
    RECEIPT_TYPE,
    Package,
    Receipt,
    check_files,
    check_package,
    read_package,
    read_receipt,
)
from pregonero.synergies.exchange.refusals import PackageRefused


@dataclass(frozen=True)
class ReadPackage:
    """A package that is in order: what it says, the digest of its envelope, its envelope, and its files by digest."""

    about: Package
    digest: str
    envelope: bytes = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)


def digest_of(envelope: bytes) -> str:
    """Return the SHA-256 of an envelope, by which receipts name a package."""
    return hashlib.sha256(envelope).hexdigest()


def open_package(data: bytes, *, key_of: dsse.KeyLookup, is_own: Callable[[str], bool], now: datetime) -> ReadPackage:
    """Return what a package says and its files, or raise `PackageRefused`. `is_own` tells the keys of the recipient."""
    contents = unpack(data)
    envelope = dsse.verify(contents.envelope, payload_type=PAYLOAD_TYPE, key_of=key_of)
    about = read_package(envelope.payload)
    if about.sender.key not in envelope.key_ids:
        raise PackageRefused("wrong_sender")
    if not is_own(about.recipient.key):
        raise PackageRefused("not_for_us")
    check_package(about, now=now)
    check_files(about, {digest: len(content) for digest, content in contents.files.items()})
    return ReadPackage(about, digest_of(contents.envelope), contents.envelope, contents.files)


def open_receipt(data: bytes, *, key_of: dsse.KeyLookup) -> Receipt:
    """Return what a receipt says, or raise `PackageRefused`."""
    envelope = dsse.verify(data, payload_type=RECEIPT_TYPE, key_of=key_of)
    receipt = read_receipt(envelope.payload)
    if receipt.signer not in envelope.key_ids:
        raise PackageRefused("wrong_sender")
    return receipt
