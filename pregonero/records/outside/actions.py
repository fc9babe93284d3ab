"""Make the checkpoints of an entity's records, name who receives and who stamps them, and note where each one is."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.db import connection, transaction

from pregonero import vault
from pregonero.errors import NotFound, Refused
from pregonero.records.actions import Actor, ObjectRef, record
from pregonero.records.merkle import Frontier
from pregonero.records.models import (
    Batch,
    Checkpoint,
    CheckpointSending,
    Leaf,
    Recipient,
    SigningKey,
    TimeAuthority,
    TimeToken,
)
from pregonero.records.outside.signed_notes import Signer, checkpoint_text, new_signer


@transaction.atomic(durable=True)
def make_checkpoint(*, entity_id: int, now: datetime) -> Checkpoint | None:
    """Sign what is sealed of an entity; return the last checkpoint, new or not, or None when nothing is sealed.

    It goes on from the previous checkpoint, so it reads only the leaves that were sealed since. It records no event,
    which would need another checkpoint in turn.
    """
    _lock(entity_id)
    last = Checkpoint.objects.filter(entity_id=entity_id).order_by("-size").first()
    batch = Batch.objects.filter(entity_id=entity_id).order_by("-number").first()
    if batch is None or (last and last.size == batch.total):
        return last
    frontier = Frontier(last.size, [bytes.fromhex(node) for node in last.subtrees]) if last else Frontier()
    for leaf in leaves_between(entity_id, last.batch if last else 0, batch.number):
        frontier.add(leaf)
    if frontier.size != batch.total:
        raise Refused("Los registros sellados no están completos: ejecuta «pregonero verify».")
    signer = _signer(entity_id, now)
    text = checkpoint_text(
        origin=signer.name,
        size=frontier.size,
        root=frontier.root(),
        extensions=(f"lote {batch.number} {batch.head}",),
    )
    return Checkpoint.objects.create(
        entity_id=entity_id,
        batch=batch.number,
        size=frontier.size,
        root=frontier.root().hex(),
        subtrees=[node.hex() for node in frontier.digests],
        note=signer.sign(text),
        made_at=now,
    )


def leaves_between(entity_id: int, after: int, until: int) -> Iterator[bytes]:
    """Yield the leaf hashes of the batches after one and up to another, in the order of the chain."""
    page = 500  # batches
    for first in range(after + 1, until + 1, page):
        last = min(first + page - 1, until)
        leaves = Leaf.objects.filter(entity_id=entity_id, batch__range=(first, last)).order_by("batch", "index")
        yield from (bytes.fromhex(digest) for digest in leaves.values_list("digest", flat=True))


def _lock(entity_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"records.checkpoint:{entity_id}"])


def _signer(entity_id: int, now: datetime) -> Signer:
    """Return the key of an entity; make it the first time. Its name never changes, because it names the log."""
    key = SigningKey.objects.filter(entity_id=entity_id).first()
    if key is not None:
        return signer_of(key)
    host = urlsplit(settings.PUBLIC_ADDRESS).netloc
    signer = new_signer(f"{host}/registros/{entity_id}")
    key = SigningKey(entity_id=entity_id, name=signer.name, verifier_key=signer.verifier_key, made_at=now)
    key.encrypted_private = vault.encrypt(signer.private.hex(), context=key.encryption_context)
    key.save(force_insert=True)
    return signer


def signer_of(key: SigningKey) -> Signer:
    """Return the private half of a stored key. Raises `vault.SecretUnreadable`."""
    return Signer(key.name, bytes.fromhex(vault.decrypt(key.encrypted_private, context=key.encryption_context)))


@transaction.atomic(durable=True)
def note_sending(*, checkpoint: Checkpoint, place: str, now: datetime) -> None:
    """Note that a place outside has a checkpoint; a second time changes nothing."""
    CheckpointSending.objects.bulk_create(
        [CheckpointSending(checkpoint=checkpoint, place=place, sent_at=now)], ignore_conflicts=True
    )


@transaction.atomic(durable=True)
def store_token(
    *, checkpoint: Checkpoint, authority: TimeAuthority, token: bytes, stamped_at: datetime, now: datetime
) -> None:
    """Store the time token that an authority gave to a checkpoint; a second one changes nothing."""
    row = TimeToken(checkpoint=checkpoint, authority=authority, token=token, stamped_at=stamped_at, received_at=now)
    TimeToken.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic(durable=True)
def name_recipient(*, entity_id: int, email: str, by: Actor, now: datetime) -> Recipient:
    """Name an address that receives each checkpoint by mail. The caller has checked the right."""
    if Recipient.objects.filter(entity_id=entity_id, email__iexact=email, ended_at__isnull=True).exists():
        raise Refused("Esa dirección ya los recibe.")
    recipient = Recipient.objects.create(entity_id=entity_id, email=email, named_at=now)
    _record(entity_id, "checkpoint.recipient_named", by, ObjectRef("recipient", recipient.pk, email), now)
    return recipient


@transaction.atomic(durable=True)
def end_recipient(*, entity_id: int, pk: int, by: Actor, now: datetime) -> None:
    """Stop sending the checkpoints to an address."""
    rows = Recipient.objects.select_for_update(no_key=True, of=("self",))
    recipient = rows.filter(entity_id=entity_id, pk=pk, ended_at__isnull=True).first()
    if recipient is None:
        raise NotFound
    recipient.ended_at = now
    recipient.save(update_fields=["ended_at"])
    _record(entity_id, "checkpoint.recipient_ended", by, ObjectRef("recipient", pk, recipient.email), now)


@transaction.atomic(durable=True)
def name_authority(
    *, entity_id: int, name: str, address: str, certificate: str, by: Actor, now: datetime
) -> TimeAuthority:
    """Name the authority that stamps each checkpoint, with the certificate that its tokens must lead to."""
    try:
        x509.load_pem_x509_certificate(certificate.encode())
    except ValueError as error:
        raise Refused("El certificado no es un texto PEM que se pueda leer.") from error
    if TimeAuthority.objects.filter(entity_id=entity_id, address=address, ended_at__isnull=True).exists():
        raise Refused("Esa autoridad ya estampa los puntos de control.")
    authority = TimeAuthority.objects.create(
        entity_id=entity_id, name=name, address=address, certificate=certificate, named_at=now
    )
    _record(entity_id, "checkpoint.authority_named", by, ObjectRef("authority", authority.pk, name), now)
    return authority


@transaction.atomic(durable=True)
def end_authority(*, entity_id: int, pk: int, by: Actor, now: datetime) -> None:
    """Stop asking an authority for the time; its tokens remain."""
    rows = TimeAuthority.objects.select_for_update(no_key=True, of=("self",))
    authority = rows.filter(entity_id=entity_id, pk=pk, ended_at__isnull=True).first()
    if authority is None:
        raise NotFound
    authority.ended_at = now
    authority.save(update_fields=["ended_at"])
    _record(entity_id, "checkpoint.authority_ended", by, ObjectRef("authority", pk, authority.name), now)


def _record(entity_id: int, event_type: str, by: Actor, ref: ObjectRef, now: datetime) -> None:
    record(entity_id=entity_id, event_type=event_type, actor=by, ref=ref, at=now)
