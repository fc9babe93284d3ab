"""The column of a secret. Its model says in `sealed_for` what the secret is bound to; the rotation of keys finds it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models

from pregonero.networks import keyring

VERSION = b"\x02"  # the first byte of what is sealed: how


if TYPE_CHECKING:
    Binary = models.BinaryField[bytes | memoryview, bytes | memoryview]
else:
    Binary = models.BinaryField


class EncryptedField(Binary):
    """A secret as `vault.seal` gives it, never in the clear."""


def encrypted_rows() -> Iterator[tuple[type[models.Model], str, models.QuerySet[models.Model]]]:
    """Give every column of a secret, in every app, with the rows that hold one."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield model, field.name, model._default_manager.exclude(**{field.name: b""}).order_by("pk")


def count_unreadable() -> int:
    """Return how many secrets were sealed with a key that is not in the ring."""
    known = tuple(VERSION + key.id for key in keyring.ring())
    return sum(
        not bytes(sealed).startswith(known)
        for _, field, rows in encrypted_rows()
        for sealed in rows.values_list(field, flat=True).iterator()
    )
