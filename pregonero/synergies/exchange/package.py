"""What a package says: the synergy, who sends it to whom, until when it is good, and its files by digest (S-4).

The names of the fields are those of IPTC's ninjs where it has one: uri, version, versioncreated, embargoed, pubstatus.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pregonero.synergies.exchange.container import MOST_FILES
from pregonero.synergies.exchange.refusals import PackageRefused

PAYLOAD_TYPE = "application/vnd.pregonero.sinergia+json"
RECEIPT_TYPE = "application/vnd.pregonero.recibo+json"
MOST_TEXTS = 20
LONGEST_TEXT = 4_000
LONGEST_ADDRESS = 500
LONGEST_LIFE = timedelta(days=31)
LONGEST_EMBARGO = timedelta(days=92)
CLOCK_ERROR = timedelta(minutes=5)
SHA256 = r"^[0-9a-f]{64}$"


class PubStatus(StrEnum):
    """What may be done with the content: ninjs' `pubstatus`."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Party(_Strict):
    """An entity, by the name that it gives itself and the id of the key with which it signs."""

    name: str = Field(min_length=1, max_length=200)
    key: str = Field(pattern=SHA256)


class FileEntry(_Strict):
    """A file of the package."""

    name: str = Field(min_length=1, max_length=200)
    sha256: str = Field(pattern=SHA256)
    size: int = Field(ge=0, strict=True)


class Package(_Strict):
    """A version of a synergy, as it is signed."""

    format: Literal["pregonero.sinergia/1"] = "pregonero.sinergia/1"
    uri: str = Field(pattern=r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    version: int = Field(ge=1, le=1_000, strict=True)
    versioncreated: AwareDatetime
    expires: AwareDatetime
    pubstatus: PubStatus
    sender: Party
    recipient: Party
    beneficiary: str = Field(min_length=1, max_length=200)
    topic: str = Field(min_length=1, max_length=200)
    message: str = Field(default="", max_length=20_000)
    link: str = Field(default="", max_length=LONGEST_ADDRESS, pattern=r"^(https?://[^\s<>\"]+)?$")
    embargoed: AwareDatetime | None = None  # not before
    scheduled: AwareDatetime | None = None  # when it is asked to go out
    until: AwareDatetime | None = None  # the end of the window in which it is asked to go out
    texts: tuple[str, ...] = ()
    files: tuple[FileEntry, ...] = ()


class Outcome(StrEnum):
    """What a receipt says became of a package."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUPPORTED = "supported"
    CANCELED = "canceled"


class Receipt(_Strict):
    """What became of a package at its recipient, as the recipient signs it."""

    format: Literal["pregonero.recibo/1"] = "pregonero.recibo/1"
    package: str = Field(pattern=SHA256)  # of its envelope
    outcome: Outcome
    reason: str = Field(default="", max_length=40)
    at: AwareDatetime
    signer: str = Field(pattern=SHA256)
    stopped: int = Field(default=0, ge=0, strict=True)  # publications that a withdrawal stopped
    addresses: tuple[str, ...] = Field(default=(), max_length=100)


_Content = TypeVar("_Content", Package, Receipt)


def payload_of(about: Package | Receipt) -> bytes:
    """Return the bytes to sign."""
    return json.dumps(about.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, indent=1).encode()


def read_package(payload: bytes) -> Package:
    """Return what a payload says. Its signatures must have been verified."""
    return _read(Package, payload)


def read_receipt(payload: bytes) -> Receipt:
    """Return what the payload of a receipt says. Its signatures must have been verified."""
    receipt = _read(Receipt, payload)
    if any(
        len(address) > LONGEST_ADDRESS or not address.startswith(("https://", "http://"))
        for address in receipt.addresses
    ):
        raise PackageRefused("malformed")
    return receipt


def _read(model: type[_Content], payload: bytes) -> _Content:
    try:
        about = json.loads(payload, object_pairs_hook=_without_repeats)
        if "\0" in json.dumps(about, ensure_ascii=False) or "\\u0000" in json.dumps(about):
            raise PackageRefused("malformed")
        return model.model_validate(about)
    except (ValidationError, ValueError, RecursionError) as error:
        raise PackageRefused("malformed") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("an object of the payload has a member twice")
    return dict(pairs)


def check_package(package: Package, *, now: datetime) -> None:
    """Raise `PackageRefused` unless the package is in force and keeps the limits."""
    _check_times(package, now)
    _check_texts(package.texts)
    if len(package.files) > MOST_FILES:
        raise PackageRefused("too_many_files")
    if len({entry.sha256 for entry in package.files}) < len(package.files):
        raise PackageRefused("malformed")


def _check_times(package: Package, now: datetime) -> None:
    embargoed, scheduled = package.embargoed, package.scheduled
    starts = embargoed or scheduled or package.versioncreated
    refused = {
        "from_the_future": package.versioncreated > now + CLOCK_ERROR,
        "expired": package.expires <= now,
        "lives_too_long": package.expires > package.versioncreated + LONGEST_LIFE,
        "schedule_inside_embargo": bool(embargoed and scheduled and scheduled < embargoed),
        "embargo_with_schedule": bool(embargoed and scheduled),
        "long_embargo": starts > package.versioncreated + LONGEST_EMBARGO,
        "window_out_of_order": bool(package.until and package.until <= starts),
    }
    for reason, is_refused in refused.items():
        if is_refused:
            raise PackageRefused(reason)


def _check_texts(texts: tuple[str, ...]) -> None:
    if len(texts) > MOST_TEXTS:
        raise PackageRefused("too_many_texts")
    if any(not text.strip() or len(text) > LONGEST_TEXT for text in texts):
        raise PackageRefused("text_too_long")
    if len(set(map(same_words, texts))) < len(texts):
        raise PackageRefused("same_texts")


def same_words(text: str) -> str:
    """Return a text without what does not make it another: capitals, spaces and line breaks."""
    return " ".join(text.casefold().split())


def check_files(package: Package, sizes: dict[str, int]) -> None:
    """Raise `PackageRefused` unless the files that came, by digest with their sizes, are those that it lists."""
    listed: Iterable[tuple[str, int]] = [(entry.sha256, entry.size) for entry in package.files]
    if any(digest not in sizes for digest, _ in listed):
        raise PackageRefused("file_missing")
    if len(sizes) > len(package.files):
        raise PackageRefused("file_not_listed")
    if any(sizes[digest] != size for digest, size in listed):
        raise PackageRefused("file_digest")
