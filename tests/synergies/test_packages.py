"""Signed packages without any database: the format, its limits, and what alters them (S-4)."""

import base64
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from pregonero.synergies.exchange import dsse
from pregonero.synergies.exchange.container import MOST_BYTES, Contents, pack
from pregonero.synergies.exchange.package import PAYLOAD_TYPE, payload_of
from pregonero.synergies.exchange.refusals import REASONS, PackageRefused
from tests.synergies.packages import NOW, PICTURE, PRESIDENCY, STRANGER, about, key_of, opened, packed

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)

# secure-systems-lab/dsse, protocol.md, "Test vectors": ECDSA P-256 over SHA-256, r and s one after the other.
X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
SIGNATURE = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="

BAD = {
    "expired": {"expires": NOW},
    "lives_too_long": {"expires": NOW + 32 * DAY},
    "from_the_future": {"versioncreated": NOW + DAY},
    "long_embargo": {"embargoed": NOW + 365 * DAY},
    "schedule_inside_embargo": {"embargoed": NOW + 2 * DAY, "scheduled": NOW + DAY},
    "embargo_with_schedule": {"embargoed": NOW + DAY, "scheduled": NOW + 2 * DAY},
    "window_out_of_order": {"scheduled": NOW + 2 * DAY, "until": NOW + DAY},
    "too_many_texts": {"texts": tuple(f"Texto {number}" for number in range(1_000))},
    "same_texts": {"texts": ("Café de  Colombia", "CAFÉ de Colombia")},
    "text_too_long": {"texts": ("a" * 4_001,)},
    "wrong_sender": {"sender": {"name": "Otra", "key": "0" * 64}},
    "not_for_us": {"recipient": {"name": "Otra", "key": "0" * 64}},
    "file_missing": {"files": (*about().model_dump()["files"], {"name": "b.png", "sha256": "0" * 64, "size": 1})},
    "file_not_listed": {"files": ()},
    "file_digest": {"files": ({**about().model_dump()["files"][0], "size": 1},)},
}


@pytest.mark.procedure("S-4")
def test_pae_is_that_of_the_vector_of_dsse() -> None:
    signed = dsse.pae("http://example.com/HelloWorld", b"hello world")
    assert signed == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    raw = base64.b64decode(SIGNATURE)
    signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    ec.EllipticCurvePublicNumbers(X, Y, ec.SECP256R1()).public_key().verify(signature, signed, ec.ECDSA(SHA256()))


@pytest.mark.procedure("S-4")
def test_open_package_gives_what_was_signed_by_one_key_and_by_two() -> None:
    read = opened(packed())
    assert (read.about, list(read.files.values())) == (about(), [PICTURE])
    with pytest.raises(PackageRefused, match="lista"):
        opened(packed(keys=(PRESIDENCY, STRANGER)))
    both = dsse.sign(b"{}", PAYLOAD_TYPE, (PRESIDENCY, STRANGER))
    keys = {dsse.key_id_of(key.public_key()): key.public_key() for key in (PRESIDENCY, STRANGER)}
    assert dsse.verify(both, payload_type=PAYLOAD_TYPE, key_of=keys.__getitem__).key_ids == tuple(keys)


@pytest.mark.procedure("S-4")
@pytest.mark.parametrize("reason", BAD)
def test_open_package_refuses_what_is_out_of_the_limits(reason: str) -> None:
    changes: dict[str, Any] = BAD[reason]
    with pytest.raises(PackageRefused) as refused:
        opened(packed(about(**changes)))
    assert refused.value.reason == reason


def _zip(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return output.getvalue()


ENVELOPE = dsse.sign(payload_of(about()), PAYLOAD_TYPE, (PRESIDENCY,))


@pytest.mark.procedure("S-4")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "malformed"),
        (b"0" * (MOST_BYTES + 1), "too_big"),
        (_zip({"sobre.json": b"0" * 1_000_000}, zipfile.ZIP_DEFLATED), "malformed"),
        (_zip({"otro.json": ENVELOPE}), "malformed"),
        (_zip({"sobre.json": ENVELOPE}), "malformed"),  # another date of the file
        (_zip({"sobre.json": ENVELOPE} | {f"archivos/{number}": b"" for number in range(21)}), "too_many_files"),
        (pack(Contents(ENVELOPE, {"0" * 64: PICTURE})), "file_digest"),
        (pack(Contents(b"0" * 600_000, {})), "too_big"),
        (pack(Contents(b"[" * 100_000, {})), "malformed"),
        (packed(keys=(STRANGER,)), "unknown_key"),
        (pack(Contents(dsse.sign(b"{}", "text/plain", (PRESIDENCY,)), {})), "not_a_package"),
        (pack(Contents(dsse.sign(b'{"a":1,"a":2}', PAYLOAD_TYPE, (PRESIDENCY,)), {})), "malformed"),
        (pack(Contents(dsse.sign(payload_of(about(topic="a\0b")), PAYLOAD_TYPE, (PRESIDENCY,)), {})), "malformed"),
    ],
)
def test_open_package_refuses_what_is_not_a_package(data: bytes, reason: str) -> None:
    with pytest.raises(PackageRefused) as refused:
        opened(data)
    assert refused.value.reason == reason


def _refused(envelope: bytes) -> str:
    with pytest.raises(PackageRefused) as refused:
        opened(pack(Contents(envelope, opened(packed()).files)))
    return refused.value.reason


@pytest.mark.procedure("S-4")
def test_open_package_refuses_another_text_under_the_same_signature() -> None:
    signatures = dsse.decode(ENVELOPE).signatures
    forged = dsse.Envelope(PAYLOAD_TYPE, payload_of(about(topic="Otro tema")), signatures)
    assert _refused(dsse.encode(forged)) == "bad_signature"


@pytest.mark.procedure("S-4")
def test_open_package_refuses_the_same_envelope_written_in_another_way() -> None:
    assert _refused(ENVELOPE.replace(b",", b", ", 1)) == "malformed"
    assert _refused(json.dumps(json.loads(ENVELOPE) | {"extra": 1}, separators=(",", ":")).encode()) == "malformed"


WHOLE = packed()
ALTERATIONS = st.one_of(
    st.tuples(st.just("flip"), st.integers(0, len(WHOLE) * 8 - 1)),
    st.tuples(st.just("cut"), st.integers(0, len(WHOLE) - 1)),
    st.tuples(st.just("repeat"), st.integers(0, len(WHOLE) - 1)),
    st.tuples(st.just("payload"), st.integers(0, len(payload_of(about())) * 8 - 1)),
)


def _altered(kind: str, where: int) -> bytes:
    if kind == "payload":  # changed and packed again, as somebody would who knows the format but has no key
        envelope = dsse.decode(ENVELOPE)
        payload = bytearray(envelope.payload)
        payload[where // 8] ^= 1 << where % 8
        forged = dsse.encode(dsse.Envelope(PAYLOAD_TYPE, bytes(payload), envelope.signatures))
        return pack(Contents(forged, opened(WHOLE).files))
    if kind == "flip":
        data = bytearray(WHOLE)
        data[where // 8] ^= 1 << where % 8
        return bytes(data)
    return WHOLE[:where] if kind == "cut" else WHOLE[:where] + WHOLE[where : where + 1] + WHOLE[where:]


def _refuse_altered(alteration: tuple[str, int]) -> None:
    with pytest.raises(PackageRefused) as refused:
        opened(_altered(*alteration))
    assert refused.value.reason in REASONS


@pytest.mark.procedure("S-4")
@settings(max_examples=30, deadline=None)
@given(alteration=ALTERATIONS)
def test_every_altered_package_is_refused_with_a_reason(alteration: tuple[str, int]) -> None:
    _refuse_altered(alteration)


@pytest.mark.slow
@pytest.mark.procedure("S-4")
@settings(max_examples=1_000, deadline=None)
@given(alteration=ALTERATIONS)
def test_a_thousand_altered_packages_are_refused_with_a_reason(alteration: tuple[str, int]) -> None:
    _refuse_altered(alteration)


def _check_outside(path: Path, *keys: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "bin/check_package.py"), str(path), *keys]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.procedure("S-4")
def test_the_program_of_one_file_accepts_a_package_and_refuses_an_altered_one(tmp_path: Path) -> None:
    path, public = tmp_path / "a.sinergia", PRESIDENCY.public_key().public_bytes_raw().hex()
    path.write_bytes(packed())
    accepted = _check_outside(path, public)
    assert (accepted.returncode, "Cosecha de café" in accepted.stdout) == (0, True)
    path.write_bytes(_altered("payload", 100))
    altered = _check_outside(path, public)
    assert (altered.returncode, "altered" in altered.stdout) == (1, True)


@pytest.mark.procedure("S-4")
def test_the_vector_of_the_format_is_what_the_code_writes() -> None:
    vector = json.loads((ROOT / "docs/formats/paquete-de-sinergia.json").read_text())
    envelope = base64.b64decode(vector["envelope"])
    assert (vector["public_key"], envelope) == (PRESIDENCY.public_key().public_bytes_raw().hex(), ENVELOPE)
    assert vector["envelope_sha256"] == opened(packed()).digest
    assert dsse.verify(envelope, payload_type=PAYLOAD_TYPE, key_of=key_of).payload.decode() == vector["payload"]
