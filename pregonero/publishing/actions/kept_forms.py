"""The form of the editor that somebody sent without a session: kept for the same person, and let go."""

from datetime import datetime, timedelta

from django.db import transaction

from pregonero.people.models import Member, User
from pregonero.publishing.models import KeptForm, Publication

LASTS = timedelta(days=1)


@transaction.atomic(durable=True)
def keep_form(*, user_id: int, publication_id: int, data: dict[str, list[str]], now: datetime) -> None:
    """Keep what a person sent of a publication; the latest replaces the one before, and old ones are deleted."""
    KeptForm.objects.filter(at__lte=now - LASTS).delete()
    if Publication.objects.filter(pk=publication_id).exists() and User.objects.filter(pk=user_id).exists():
        KeptForm.objects.update_or_create(
            user_id=user_id, publication_id=publication_id, defaults={"data": data, "at": now}
        )


@transaction.atomic(durable=True)
def discard_kept_form(*, pk: int, by: Member) -> None:
    """Delete what a person had sent: it is saved, or the person does not want it."""
    KeptForm.objects.filter(pk=pk, user_id=by.user_id).delete()
