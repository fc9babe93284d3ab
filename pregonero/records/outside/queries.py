"""What is outside of an entity's records: its checkpoints, who receives them and who stamps them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pregonero.errors import NotFound
from pregonero.records.models import Batch, Checkpoint, Recipient, SigningKey, TimeAuthority

LAST = 20  # checkpoints on the page


@dataclass(frozen=True)
class OutsideRecords:
    """The checkpoints of an entity, the newest first, its key, and where they go."""

    key: SigningKey | None
    checkpoints: Sequence[Checkpoint]
    sealed: int
    recipients: Sequence[Recipient]
    authorities: Sequence[TimeAuthority]

    @property
    def latest(self) -> Checkpoint | None:
        """Return the newest checkpoint."""
        return self.checkpoints[0] if self.checkpoints else None

    @property
    def uncovered(self) -> int:
        """Return how many sealed records no checkpoint covers yet."""
        return self.sealed - (self.latest.size if self.latest else 0)


def outside_records(entity_id: int) -> OutsideRecords:
    """Return what has gone out of an entity's records."""
    checkpoints = Checkpoint.objects.filter(entity_id=entity_id).order_by("-size")
    batch = Batch.objects.filter(entity_id=entity_id).order_by("-number").first()
    return OutsideRecords(
        key=SigningKey.objects.filter(entity_id=entity_id).first(),
        checkpoints=list(checkpoints.prefetch_related("tokens__authority", "sendings")[:LAST]),
        sealed=batch.total if batch else 0,
        recipients=current_recipients(entity_id),
        authorities=current_authorities(entity_id),
    )


def get_checkpoint(*, entity_id: int, pk: int) -> Checkpoint:
    """Return a checkpoint of the entity. Raises `NotFound`."""
    checkpoint = Checkpoint.objects.filter(entity_id=entity_id, pk=pk).first()
    if checkpoint is None:
        raise NotFound
    return checkpoint


def current_recipients(entity_id: int) -> list[Recipient]:
    """Return the addresses that receive the checkpoints."""
    return list(Recipient.objects.filter(entity_id=entity_id, ended_at__isnull=True).order_by("email"))


def current_authorities(entity_id: int) -> list[TimeAuthority]:
    """Return the authorities that stamp the checkpoints."""
    return list(TimeAuthority.objects.filter(entity_id=entity_id, ended_at__isnull=True).order_by("pk"))
