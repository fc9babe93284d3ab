"""Store the editor's form that a person sent after their session ended, and delete it."""

from datetime import datetime, timedelta

from django.db import transaction

from pregonero.people.models import Member, User
from pregonero.publishing.models import KeptForm, Publication

KEPT_FOR = timedelta(days=1)


@transaction.atomic(durable=True)
def keep_form(*, user_id: int, publication_id: int, data: dict[str, list[str]], now: datetime) -> None:
    """Store what a person sent for a publication, in place of an earlier form; delete the forms that are too old."""
    KeptForm.objects.filter(at__lte=now - KEPT_FOR).delete()
    if Publication.objects.filter(pk=publication_id).exists() and User.objects.filter(pk=user_id).exists():
        KeptForm.objects.update_or_create(
            user_id=user_id, publication_id=publication_id, defaults={"data": data, "at": now}
        )


@transaction.atomic(durable=True)
def discard_kept_form(*, pk: int, by: Member) -> None:
    """Delete a kept form, because the person saved it or does not want it."""
    KeptForm.objects.filter(pk=pk, user_id=by.user_id).delete()
