"""Signed notes and checkpoints as C2SP writes them (signed-note and tlog-checkpoint), with Ed25519 keys."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = b"\x01"  # the signature type


@dataclass(frozen=True)
class Signer:
    """A key with its name; `private` are the 32 bytes of an Ed25519 private key."""

    name: str
    private: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(character.isspace() for character in self.name):
            raise ValueError(f"The name of a key has neither spaces nor +: {self.name!r}")

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private)

    @property
    def public(self) -> bytes:
        """Return the 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    @property
    def verifier_key(self) -> str:
        """Return the key that others check with: name, id and public key."""
        encoded = base64.b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{key_id(self.name, self.public).hex()}+{encoded}"

    def sign(self, text: str) -> str:
        """Return the note: the text, an empty line and the signature."""
        if not text.endswith("\n") or any(character < " " and character != "\n" for character in text):
            raise ValueError("A note ends in a line break and has no other control character.")
        signature = key_id(self.name, self.public) + self._key.sign(text.encode())
        return f"{text}\n— {self.name} {base64.b64encode(signature).decode()}\n"


def new_signer(name: str) -> Signer:
    """Return a new key with that name."""
    return Signer(name, Ed25519PrivateKey.generate().private_bytes_raw())


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes that identify a key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def checkpoint_text(*, origin: str, size: int, root: bytes, extensions: tuple[str, ...] = ()) -> str:
    """Return the text of a checkpoint: the log's origin, its number of records, its root and any other line."""
    return "\n".join([origin, str(size), base64.b64encode(root).decode(), *extensions, ""])
