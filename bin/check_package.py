#!/usr/bin/env python3
"""Check a package of a synergy, or a receipt, outside of any installation (docs/formats/paquete-de-sinergia.md).

    python3 check_package.py FILE PUBLIC-KEY…

FILE is the .sinergia file or the .json of a receipt, and each PUBLIC-KEY the 64 hexadecimal digits of an Ed25519 key
that you trust. It prints what was signed, and ends with 0 only if every signature is by one of those keys and every
file is the one that was signed. It needs Python and the package `cryptography`; it shares no code with Pregonero.
"""

import base64
import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TYPES = ("application/vnd.pregonero.sinergia+json", "application/vnd.pregonero.recibo+json")
MOST_BYTES = 40 * 1024 * 1024


def split(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the envelope and the files, each under the digest by which it is stored."""
    if len(data) > MOST_BYTES:
        raise ValueError("it has more than 40 MiB")
    if not data.startswith(b"PK"):
        return data, {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if any(entry.compress_type for entry in entries) or sum(entry.file_size for entry in entries) > len(data):
            raise ValueError("the ZIP is compressed, or its sizes are false")
        files = {entry.filename: archive.read(entry) for entry in entries}
    return files.pop("sobre.json"), {name.removeprefix("archivos/"): content for name, content in files.items()}


def signed_payload(envelope: bytes, keys: dict[str, Ed25519PublicKey]) -> bytes:
    """Return the payload of an envelope, every signature of which is valid. Raises `ValueError` with the reason."""
    about = json.loads(envelope)
    payload, kind = base64.b64decode(about["payload"], validate=True), about["payloadType"].encode()
    if about["payloadType"] not in TYPES or not about["signatures"]:
        raise ValueError("it is neither a package nor a receipt, or nobody signed it")
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    for signature in about["signatures"]:
        if signature["keyid"] not in keys:
            raise ValueError(f"it is signed by a key that you did not give: {signature['keyid']}")
        try:
            keys[signature["keyid"]].verify(base64.b64decode(signature["sig"], validate=True), signed)
        except InvalidSignature:
            raise ValueError(f"the signature of {signature['keyid']} is not valid: it was altered") from None
    return payload


def check_files(payload: bytes, files: dict[str, bytes]) -> None:
    """Raise `ValueError` unless the files are those that were signed."""
    listed = {entry["sha256"]: entry["size"] for entry in json.loads(payload).get("files", [])}
    if set(listed) != set(files):
        raise ValueError("the files are not those that were signed")
    for digest, content in files.items():
        if hashlib.sha256(content).hexdigest() != digest or len(content) != listed[digest]:
            raise ValueError(f"the file {digest} is not the one that was signed")


def main(arguments: list[str]) -> int:
    """Check the file, print what it says, and return the exit status."""
    if not arguments[1:]:
        print(__doc__)
        return 2
    try:
        data = Path(arguments[0]).read_bytes()
        raw_keys = [bytes.fromhex(text) for text in arguments[1:]]
        keys = {hashlib.sha256(raw).hexdigest(): Ed25519PublicKey.from_public_bytes(raw) for raw in raw_keys}
        envelope, files = split(data)
        payload = signed_payload(envelope, keys)
        check_files(payload, files)
    except (ValueError, KeyError, TypeError, OSError, AttributeError, zipfile.BadZipFile) as error:
        print(f"NO: {error}")
        return 1
    print(payload.decode())
    print(f"OK: {hashlib.sha256(envelope).hexdigest()}, signed by {', '.join(keys)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
