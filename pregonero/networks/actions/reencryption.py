"""A new key for the vault: every secret of the installation is sealed again, all of them or none."""

from django.db import connection, models, transaction

from pregonero.networks import vault
from pregonero.networks.encrypted_fields import encrypted_rows

PAGE = 200


@transaction.atomic(durable=True)
def seal_again() -> int:
    """Seal with the current key every secret that is not; return how many there are. Waits for who is sealing now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [vault.ROTATION_LOCK])
    return sum(_seal_rows(field, rows) for _, field, rows in encrypted_rows())


def _seal_rows(field: str, rows: models.QuerySet[models.Model]) -> int:
    count = 0
    for row in rows.select_for_update(of=("self",)).iterator(chunk_size=PAGE):
        sealed, bound = bytes(getattr(row, field)), row.sealed_for  # type: ignore[attr-defined]
        if not vault.is_current(sealed):
            setattr(row, field, vault.seal(vault.unseal(sealed, bound=bound), bound=bound))
            row.save(update_fields=[field])
        count += 1
    return count
