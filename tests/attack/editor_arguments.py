"""The arguments of the editor's addresses, for the table of addresses."""

from typing import Any

from pregonero.publishing.models import Attachment
from tests.attack.conftest import Stage


def account_of(stage: Stage) -> list[Any]:
    return [stage.draft.pk, stage.draft.adaptations.get(account__network="x").account_id]


def earlier_medium_of(stage: Stage) -> list[Any]:
    """Return the arguments of the address that adds a file of a publication to the draft's text for X."""
    earlier = Attachment.objects.filter(adaptation__publication__entity=stage.draft.entity).order_by("pk").first()
    return [*account_of(stage), earlier.medium_id if earlier else 0]


def medium_of(stage: Stage) -> list[Any]:
    """Return the arguments of an address of X's file; after it was removed, those of a file that does not exist."""
    attachment = stage.draft.adaptations.get(account__network="x").attachments.first()
    return [stage.draft.pk, attachment.pk if attachment else 0]


def part_of(stage: Stage) -> list[Any]:
    """Return the arguments of an address of the second part of X's thread."""
    return [*account_of(stage), 2]
