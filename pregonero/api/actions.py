"""Name a request with a key before it is done, keep its answer, and forget it when its time has passed."""

from datetime import datetime, timedelta

from django.db import transaction

from pregonero.api.models import IdempotencyKey
from pregonero.api.problems import ApiRefused
from pregonero.people.models import ApiToken

KEPT_FOR = timedelta(hours=24)


class KeyOfAnother(ApiRefused):
    """The key named another request before."""

    code, status = "key_of_another_request", 422


class KeyInUse(ApiRefused):
    """The request with that key has no answer yet."""

    code, status, retry_after = "key_in_use", 409, 5


@transaction.atomic(durable=True)
def claim_key(*, token: ApiToken, key: str, digest: str, now: datetime) -> IdempotencyKey:
    """Return the row of a key: a new one, or that of the same request, with its answer. Two claims at once get one row.

    Raises `KeyOfAnother`, or `KeyInUse` while the first request has no answer.
    """
    IdempotencyKey.objects.filter(token=token, key=key, at__lte=now - KEPT_FOR).delete()
    row, is_new = IdempotencyKey.objects.get_or_create(token=token, key=key, defaults={"digest": digest, "at": now})
    if row.digest != digest:
        raise KeyOfAnother("Esa clave ya se usó con otra petición: usa una clave nueva para cada cosa que pidas.")
    if not is_new and row.status is None:
        raise KeyInUse(
            "La petición con esa clave no ha terminado. Espera unos segundos y repítela; si sigue igual, mira si "
            "lo que pediste quedó hecho antes de pedirlo con otra clave."
        )
    return row


@transaction.atomic(durable=True)
def keep_answer(*, row: IdempotencyKey, status: int, answer: str) -> None:
    """Keep the answer of a request that was done."""
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, answer=answer)


@transaction.atomic(durable=True)
def release_key(*, row: IdempotencyKey) -> None:
    """Forget the key of a request that was refused: nothing was done, and it may be tried again."""
    IdempotencyKey.objects.filter(pk=row.pk, status__isnull=True).delete()


@transaction.atomic(durable=True)
def forget_old_keys(*, now: datetime) -> int:
    """Delete the keys whose time has passed, and return how many there were."""
    deleted, _ = IdempotencyKey.objects.filter(at__lte=now - KEPT_FOR).delete()
    return deleted
