"""Ask an authority for the time of a checkpoint (RFC 3161), and check what it answers before it is stored."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from pregonero import ssrf
from pregonero.deadlines import boottime
from pregonero.errors import Refused
from pregonero.http_client import HttpClientError, open_response
from pregonero.records.models import Checkpoint, TimeAuthority

SECONDS, MOST_BYTES = 20.0, 100_000
OK = 200


class NoTimestamp(Refused):
    """The authority gave no time token that can be trusted; the sentence says why."""


@dataclass(frozen=True)
class Stamp:
    """A time token and the moment in it."""

    token: bytes
    at: datetime


def request_stamp(authority: TimeAuthority, checkpoint: Checkpoint) -> Stamp:
    """Return the authority's token over the note of a checkpoint. Raises `NoTimestamp`."""
    content = checkpoint.note.encode()
    query = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    root = x509.load_pem_x509_certificate(authority.certificate.encode())
    verifier = VerifierBuilder().add_root_certificate(root).nonce(query.nonce or 0).build()
    try:
        response = decode_timestamp_response(_ask(authority.address, query.as_bytes()))
        verifier.verify_message(response, content)
    except (ValueError, VerificationError) as error:
        raise NoTimestamp(f"{authority.name} no dio una estampa que se pueda comprobar.") from error
    at = response.tst_info.gen_time
    return Stamp(response.time_stamp_token(), at if at.tzinfo else at.replace(tzinfo=UTC))


def _ask(address: str, query: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        with open_response(
            "POST", address, deadline=boottime() + SECONDS, body=query, headers=headers, public_only=True
        ) as response:
            if response.status != OK:
                raise NoTimestamp(f"La autoridad de tiempo respondió {response.status}.")
            return response.read(MOST_BYTES)
    except (HttpClientError, ssrf.Unreadable) as error:
        raise NoTimestamp("La autoridad de tiempo no respondió.") from error
