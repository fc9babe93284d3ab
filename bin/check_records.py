#!/usr/bin/env python3
"""Check the records that an entity exported with Pregonero, without Pregonero and without its database.

    python3 check_records.py registros.jsonl [--key LLAVE] [--checkpoint punto.txt] [--authority autoridad.pem]

It needs Python 3.11 and the package `cryptography`. It reads one line at a time, whatever the size of the file, and
ends with 0, or with 1 and a sentence that names the first line that is wrong (docs/formats/registros-afuera.md).

The file brings its own key: compare the one that is printed with the one that the entity publishes, or give it with
`--key`. `--checkpoint` is a checkpoint that was kept apart (a mail, a file): the records must be its continuation.
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WHOLE, SELECTION = "pregonero-export/1", "pregonero-selection/1"
LONGEST_LINE = 8 * 1024 * 1024  # bytes
ZEROS = "0" * 64
LEAF_TAIL = len(b',"leaf":""}\n') + 64
sha256 = hashlib.sha256


class Wrong(Exception):
    """What is wrong, as a Spanish sentence."""


# Signed notes and checkpoints (C2SP)


@dataclass(frozen=True)
class VerifierKey:
    """A key that signs notes: `text` is how people compare it."""

    name: str
    id: bytes
    public: bytes
    text: str

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Return the key written as name+id+base64. Raises `Wrong`."""
        name, _, rest = text.strip().partition("+")
        short, _, encoded = rest.partition("+")
        content = decoded(encoded, "la llave")
        if len(content) != 33 or content[0] != 1 or not name:  # noqa: PLR2004  a type byte and an Ed25519 key
            raise Wrong("la llave no es una llave Ed25519 de notas firmadas")
        key = cls(name, sha256(name.encode() + b"\n" + content).digest()[:4], content[1:], text.strip())
        if key.id.hex() != short:
            raise Wrong("la llave no tiene el número que dice")
        return key

    def open(self, note: str) -> str:
        """Return the text of a note that this key signed. Raises `Wrong`."""
        text, separator, signatures = note.rpartition("\n\n")
        if not separator or not signatures.endswith("\n"):
            raise Wrong("la nota no tiene firma")
        text += "\n"
        for line in signatures[:-1].split("\n"):
            dash, name, encoded = [*line.split(" "), "", "", ""][:3]
            if dash != "—" or name != self.name:
                continue
            signature = decoded(encoded, "la firma")
            if signature[:4] == self.id:
                self._check(signature[4:], text)
                return text
        raise Wrong(f"la nota no lleva la firma de {self.name}")

    def _check(self, signature: bytes, text: str) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature as error:
            raise Wrong("la firma no corresponde al texto de la nota") from error


def decoded(text: str, what: str) -> bytes:
    """Return the bytes of a base64 text in its only canonical form. Raises `Wrong`."""
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Wrong(f"{what} no está bien escrita") from error
    if base64.b64encode(content).decode() != text:
        raise Wrong(f"{what} no está bien escrita")
    return content


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: the log, how many records it has, their root, and its other lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Return what the text of a note says as a checkpoint. Raises `Wrong`."""
        origin, size, root, *extensions = [*text.split("\n")[:-1], "", "", ""][: max(3, text.count("\n"))]
        if not origin or not size.isascii() or not size.isdecimal() or str(int(size[:18])) != size:
            raise Wrong("el punto de control no dice de qué registro es o cuántos tiene")
        digest = decoded(root, "la raíz del punto de control")
        if len(digest) != 32 or not all(extensions):  # noqa: PLR2004  bytes of SHA-256
            raise Wrong("el punto de control está mal escrito")
        return cls(origin, int(size), digest, tuple(extensions))


# Merkle trees (RFC 6962)


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def fold(digests: list[bytes]) -> bytes:
    """Return the root over perfect subtrees that stand side by side, the largest first."""
    root = digests[-1] if digests else sha256(b"").digest()
    for left in reversed(digests[:-1]):
        root = node(left, root)
    return root


def root_of(level: list[bytes]) -> bytes:
    """Return the root of a list of leaf hashes."""
    while len(level) > 1:
        last = level[-1:] if len(level) % 2 else []
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)] + last
    return level[0]


def leads_to_root(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Return whether the inclusion proof of a leaf leads to the root."""
    if not 0 <= index < size or any(len(step) != 32 for step in (leaf, *proof)):  # noqa: PLR2004
        return False
    digest, last, steps = leaf, size - 1, list(reversed(proof))
    while last:
        if index % 2 or index < last:
            if not steps:
                return False
            step = steps.pop()
            digest = node(step, digest) if index % 2 else node(digest, step)
        index, last = index // 2, last // 2
    return not steps and digest == root


def is_continuation(size1: int, root1: bytes, size2: int, root2: bytes, proof: list[bytes]) -> bool:
    """Return whether the proof shows that the first tree is the beginning of the second (RFC 9162, 2.1.4.2)."""
    if 0 < size1 == size2:
        return root1 == root2 and not proof
    if not 0 < size1 < size2 or any(len(step) != 32 for step in (root1, root2, *proof)):  # noqa: PLR2004
        return False
    steps = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    if not steps:
        return False
    first, second = size1 - 1, size2 - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if not second:
            return False
        if first & 1 or first == second:
            old, new = node(step, old), node(step, new)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            new = node(new, step)
        first, second = first >> 1, second >> 1
    return not second and old == root1 and new == root2


# Time stamps (RFC 3161)


def read_der(content: bytes, position: int = 0) -> tuple[int, bytes, int]:
    """Return the tag and the contents of the DER value at a position, and where it ends. Raises `Wrong`."""
    try:
        tag, length, start = content[position], content[position + 1], position + 2
        if length & 0x80:
            count = length & 0x7F
            length, start = int.from_bytes(content[start : start + count]), start + count
    except IndexError as error:
        raise Wrong("la estampa de tiempo está cortada") from error
    if start + length > len(content):
        raise Wrong("la estampa de tiempo está cortada")
    return tag, content[start : start + length], start + length


def parts(content: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return (tag, contents, whole value) of each DER value in a row."""
    values, position = [], 0
    while position < len(content):
        tag, inside, end = read_der(content, position)
        values.append((tag, inside, content[position:end]))
        position = end
    return values


HASHES: dict[bytes, type[hashes.HashAlgorithm]] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256,
    bytes.fromhex("608648016503040202"): hashes.SHA384,
    bytes.fromhex("608648016503040203"): hashes.SHA512,
}
MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")


def hash_named(algorithm: bytes) -> hashes.HashAlgorithm:
    """Return the hash that an AlgorithmIdentifier names. Raises `Wrong`."""
    named = HASHES.get(parts(algorithm)[0][1])
    if named is None:
        raise Wrong("la estampa de tiempo usa una huella que este programa no conoce")
    return named()


def digest_with(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    """Return the digest of a content."""
    return hashlib.new(algorithm.name, content).digest()


def stamped_at(token: bytes, content: bytes, authority: x509.Certificate | None) -> datetime:
    """Return the moment that a time token gives to a content, once its signature is checked. Raises `Wrong`."""
    try:
        signed = parts(parts(parts(read_der(token)[1])[1][1])[0][1])
        statement = parts(parts(signed[2][1])[1][1])[0][1]
        info = parts(read_der(statement)[1])
        imprint = parts(info[2][1])
        if digest_with(hash_named(imprint[0][1]), content) != imprint[1][1]:
            raise Wrong("la estampa de tiempo es de otro punto de control")
        certificates = [x509.load_der_x509_certificate(value) for _, _, value in parts(signed[3][1])]
        check_stamp(parts(parts(signed[-1][1])[0][1]), statement, certificates, authority)
        return datetime.strptime(info[4][1].decode()[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except (IndexError, ValueError, TypeError) as error:
        raise Wrong("la estampa de tiempo no se puede leer") from error


def check_stamp(
    signer: list[tuple[int, bytes, bytes]],
    statement: bytes,
    certificates: list[x509.Certificate],
    authority: x509.Certificate | None,
) -> None:
    """Check the signature over a time statement, and that the authority issued its certificate. Raises `Wrong`."""
    algorithm, attributes = hash_named(signer[2][1]), signer[3]
    values = {parts(value)[0][1]: parts(parts(value)[1][1])[0][1] for _, value, _ in parts(attributes[1])}
    if values.get(MESSAGE_DIGEST) != digest_with(algorithm, statement):
        raise Wrong("la estampa de tiempo fue alterada")
    serial = int.from_bytes(parts(signer[1][1])[-1][1], signed=True)
    certificate = next((one for one in certificates if one.serial_number == serial), None)
    if certificate is None:
        raise Wrong("la estampa de tiempo no trae el certificado de quien la firmó")
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    key, content = certificate.public_key(), b"\x31" + attributes[2][1:]  # signed as a SET (RFC 5652, 5.4)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signer[5][1], content, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer[5][1], content, ec.ECDSA(algorithm))
        else:
            raise Wrong("la estampa de tiempo usa una firma que este programa no conoce")
        if authority is not None and certificate != authority:
            certificate.verify_directly_issued_by(authority)
    except InvalidSignature as error:
        raise Wrong("la firma de la estampa de tiempo no es de la autoridad") from error
    if x509.ExtendedKeyUsageOID.TIME_STAMPING not in usage:
        raise Wrong("el certificado de la estampa de tiempo no es para estampar tiempo")


# The file


@dataclass
class Result:
    """What was read so far, and what was said of the checkpoints."""

    key: str = ""
    events: int = 0
    batches: int = 0
    checkpoints: int = 0
    stamps: list[datetime] = field(default_factory=list)
    noted: int = 0


class Lines:
    """The lines of a file with their number, each of a bounded length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0

    def next(self) -> bytes:
        """Return the next line. Raises `Wrong` at the end of the file, or when the line has no end."""
        self.number += 1
        line = self._file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise Wrong("el archivo termina antes de tiempo" if len(line) < LONGEST_LINE else "la línea no termina")
        return line

    def are_over(self) -> bool:
        """Return whether nothing is left."""
        return not self._file.read(1)


def sealed(line: bytes) -> dict[str, Any]:
    """Return the object of a line that carries its own digest. Raises `Wrong`."""
    try:
        value = json.loads(line)
        digest = value.pop("digest")
        exact = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise Wrong("la línea no se puede leer: fue alterada, o sobra") from error
    whole = exact[:-1] + b',"digest":"' + str(digest).encode() + b'"}\n'
    if sha256(exact).hexdigest() != digest or whole != line:
        raise Wrong("la línea fue alterada")
    return dict(value)


class ExportCheck:
    """The check of a whole export, line by line: every record, every batch, every checkpoint, in order."""

    def __init__(self, lines: Lines, key: VerifierKey, options: argparse.Namespace) -> None:
        self._lines, self._key, self._options = lines, key, options
        self.result = Result(key.text)
        self._subtrees: list[bytes] = []
        self._head, self._last = ZEROS, Checkpoint(key.name, 0, fold([]), ())
        self._batch: list[tuple[int, bytes]] = []  # the line and the leaf of each record since the last batch
        self._note = ""  # the last checkpoint's
        self._noted = {noted.size: noted for noted in options.noted}

    def run(self, header: dict[str, Any]) -> Result:
        """Check every line up to the last one. Raises `Wrong`."""
        while True:
            line = self._lines.next()
            if line.startswith(b'{"index":'):
                self._take_event(line)
            elif line.startswith(b'{"batch":'):
                self._take_batch(line)
            else:
                value = sealed(line)
                if "end" in value:
                    self._finish(value["end"], str(header["checkpoint"]))
                    return self.result
                self._take_checkpoint(value)

    def _take_event(self, line: bytes) -> None:
        index = self.result.events
        start = b'{"index":%d,"event":' % index
        leaf = sha256(b"\x00" + line[len(start) : -LEAF_TAIL])
        if line[-LEAF_TAIL:] != b',"leaf":"%s"}\n' % leaf.hexdigest().encode() or not line.startswith(start):
            raise Wrong(event_problem(line, index, leaf.hexdigest()))
        digest = leaf.digest()
        self._batch.append((self._lines.number, digest))
        self._grow(index, digest)

    def _grow(self, index: int, digest: bytes) -> None:
        self.result.events = index + 1
        while index & 1:
            digest, index = sha256(b"\x01" + self._subtrees.pop() + digest).digest(), index >> 1
        self._subtrees.append(digest)
        noted = self._noted.get(self.result.events)
        if noted is not None:
            if fold(self._subtrees) != noted.root:
                raise Wrong(f"hasta aquí no son los {noted.size} registros del punto de control anotado")
            self.result.noted += 1

    def _take_batch(self, line: bytes) -> None:
        """Check a batch: its head, its link to the one before, and the root of the records over it."""
        body, mark, head = line[9:-76], line[-76:-67], line[-67:-3].decode("latin-1")
        if mark != b',"head":"' or line[-3:] != b'"}\n' or sha256(body).hexdigest() != head:
            raise Wrong("el lote fue alterado")
        batch = json.loads(body)
        if batch["number"] != self.result.batches + 1 or batch["previous"] != self._head:
            raise Wrong(f"aquí va el lote {self.result.batches + 1}: falta, sobra o está fuera de orden")
        if not self._batch or root_of([leaf for _, leaf in self._batch]).hex() != batch["root"]:
            raise Wrong(self._batch_problem(batch))
        self.result.batches, self._head, self._batch = batch["number"], head, []

    def _batch_problem(self, batch: dict[str, Any]) -> str:
        if len(self._batch) != batch["size"]:
            return f"el lote {batch['number']} sella {batch['size']} registros y aquí hay {len(self._batch)}"
        first, last = self._batch[0][0], self._batch[-1][0]
        return f"una de las líneas {first} a {last} no es la que selló el lote {batch['number']}"

    def _take_checkpoint(self, value: dict[str, Any]) -> None:
        """Check a checkpoint: its signature, the root of all the records so far, its proof and its time."""
        note = str(value["checkpoint"])
        text = self._key.open(note)
        seen = Checkpoint.parse(text)
        if seen.origin != self._key.name or seen.size != self.result.events or self._batch:
            raise Wrong(f"el punto de control es de {seen.size} registros y aquí hay {self.result.events}")
        if seen.root != fold(self._subtrees):
            raise Wrong("la raíz del punto de control no es la de los registros anteriores")
        if f"lote {self.result.batches} {self._head}" not in seen.extensions:
            raise Wrong("el punto de control nombra otra cabeza")
        proof = [decoded(step, "la prueba de continuidad") for step in value["consistency"]]
        last = self._last
        is_good = is_continuation(last.size, last.root, seen.size, seen.root, proof) if last.size else not proof
        if not is_good:
            raise Wrong("la prueba de continuidad con el punto de control anterior no vale")
        for token in value["time"]:
            content = decoded(token, "la estampa de tiempo")
            self.result.stamps.append(stamped_at(content, note.encode(), self._options.authority))
        self.result.checkpoints, self._last, self._note = self.result.checkpoints + 1, seen, note

    def _finish(self, end: dict[str, Any], latest: str) -> None:
        counts = {"events": self.result.events, "batches": self.result.batches, "checkpoints": self.result.checkpoints}
        if end != counts or self._batch or self._note != latest:
            raise Wrong("faltan líneas antes del final: el archivo dice tener más de lo que trae")
        if not self._lines.are_over():
            self._lines.number += 1
            raise Wrong("sobra lo que hay después del final")
        missing = sorted(size for size in self._noted if size > self.result.events)
        if missing:
            raise Wrong(f"el punto de control anotado es de {missing[0]} registros y el archivo trae menos")


def event_problem(line: bytes, index: int, leaf: str) -> str:
    """Return what is wrong with the line of a record that should be the one at `index`."""
    number, separator, _ = line[len(b'{"index":') :].partition(b",")
    if separator and number.isdigit() and len(number) < 19 and int(number) != index:  # noqa: PLR2004  digits
        expected, found = index + 1, int(number) + 1
        return f"aquí va el registro {expected} y está el {found}: falta, sobra o está fuera de orden"
    return f"el registro {index + 1} no dice lo mismo que cuando se selló: su huella es {leaf[:16]}…"


def check_selection(lines: Lines, key: VerifierKey, header: dict[str, Any], options: argparse.Namespace) -> Result:
    """Check some records of the log, each by its proof of inclusion in a signed checkpoint. Raises `Wrong`."""
    result, seen = Result(key.text, checkpoints=1), Checkpoint.parse(key.open(str(header["checkpoint"])))
    title, _, listed = key.open(str(header["selection"])).removesuffix("\n").partition("\n")
    if seen.origin != key.name or title != f"{key.name}/seleccion":
        raise Wrong("la lista de registros no es de este origen")
    for noted in options.noted:
        if (noted.size, noted.root) == (seen.size, seen.root):
            result.noted += 1
        else:
            raise Wrong("la selección no es del punto de control anotado: hace falta el archivo completo")
    indexes = [int(number) for number in listed.partition("\n")[2].split(",") if number]
    for index in indexes:
        line = lines.next()
        start, (head, mark, rest) = b'{"index":%d,"event":' % index, line.rpartition(b',"proof":')
        if not line.startswith(start) or not mark:
            raise Wrong(f"aquí va el registro {index + 1}: falta, sobra o está fuera de orden")
        proof = (
            [decoded(step, "la prueba") for step in rest.decode("latin-1")[2:-4].split('","')]
            if rest != b"[]}\n"
            else []
        )
        leaf = sha256(b"\x00" + head[len(start) :]).digest()
        exact = json.dumps([base64.b64encode(step).decode() for step in proof], separators=(",", ":"))
        if not leads_to_root(leaf, index, seen.size, proof, seen.root) or rest != exact.encode() + b"}\n":
            raise Wrong(f"el registro {index + 1} no dice lo mismo que cuando se selló")
        result.events += 1
    end = sealed(lines.next())
    if end != {"end": {"events": len(indexes)}} or not lines.are_over():
        raise Wrong("el final no es el de esta lista")
    for token in header["time"]:
        content = decoded(token, "la estampa de tiempo")
        result.stamps.append(stamped_at(content, str(header["checkpoint"]).encode(), options.authority))
    return result


def key_of(header: dict[str, Any], options: argparse.Namespace) -> VerifierKey:
    """Return the key of a file whose header is of a format that this program knows. Raises `Wrong`."""
    if header.get("format") not in {WHOLE, SELECTION}:
        raise Wrong("no es un archivo de registros de Pregonero, o es de una versión que este programa no conoce")
    key = VerifierKey.parse(str(header["key"]))
    if options.key and options.key.strip() != key.text:
        raise Wrong("el archivo está firmado con otra llave")
    return key


def check(file: BinaryIO, options: argparse.Namespace) -> Result:
    """Check a file. Raises `Wrong`, whose sentence begins with the number of the line."""
    lines = Lines(file)
    try:
        header = sealed(lines.next())
        key = key_of(header, options)
        if header["format"] == SELECTION:
            return check_selection(lines, key, header, options)
        return ExportCheck(lines, key, options).run(header)
    except Wrong as wrong:
        raise Wrong(f"línea {lines.number}: {wrong}") from wrong
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise Wrong(f"línea {lines.number}: no se puede leer ({type(error).__name__})") from error


def read_options(arguments: list[str]) -> argparse.Namespace:
    """Return the options of the command line, with what their files hold. Raises `Wrong`."""
    parser = argparse.ArgumentParser(description="Comprueba los registros que una entidad exportó de Pregonero.")
    parser.add_argument("file", metavar="ARCHIVO", type=Path)
    parser.add_argument("--key", default="", metavar="LLAVE", help="la llave que la entidad publica")
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="ARCHIVO",
        type=Path,
        help="un punto de control guardado aparte; se puede repetir",
    )
    parser.add_argument("--authority", metavar="PEM", type=Path, help="el certificado de la autoridad de tiempo")
    options = parser.parse_args(arguments)
    try:
        notes = [path.read_text(encoding="utf-8") for path in options.checkpoint]
        options.noted = [Checkpoint.parse(note.rpartition("\n\n")[0] + "\n") for note in notes]
        options.authority = options.authority and x509.load_pem_x509_certificate(options.authority.read_bytes())
    except (OSError, ValueError, Wrong) as error:
        raise Wrong(f"no se puede leer lo que se dio con --checkpoint o --authority: {error}") from error
    return options


def main(arguments: list[str]) -> int:
    """Check the file that the command line names; print the result and return the exit code."""
    try:
        options = read_options(arguments)
        with options.file.open("rb") as file:
            result = check(file, options)
    except Wrong as wrong:
        print(f"NO: {wrong}.")
        return 1
    except OSError as error:
        print(f"NO: no se puede abrir el archivo: {error.strerror}.")
        return 1
    print(
        f"SÍ: {result.events} registros como se sellaron; lotes: {result.batches}; "
        f"puntos de control: {result.checkpoints}; con estampa de tiempo: {len(result.stamps)}."
    )
    if result.stamps:
        print(
            f"Última estampa: {result.stamps[-1]:%Y-%m-%d %H:%M:%S} UTC"
            + (
                "."
                if options.authority
                else ", de una autoridad que no se comprobó: dé su certificado con --authority."
            )
        )
    print(f"Llave: {result.key}" + ("" if options.key else "\nCompárela con la que publica la entidad."))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
