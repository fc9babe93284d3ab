"""The monthly review of the blocked words of YouTube, whose list only a person can change in Studio (YT-3)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.moderation import list_queries as queries
from pregonero.moderation.blocked_words import review_to_sign
from pregonero.moderation.models import BlockedWordsReview
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record
from pregonero.records.canonical_body import digest_of_text


@transaction.atomic(durable=True)
def sign_review(*, account: Account, note: str, seen: str, by: Member, now: datetime) -> BlockedWordsReview:
    """Sign that this month's words were reviewed and pasted in Studio. `seen` is the digest of the shown text."""
    account = get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "word_lists.manage", now=now)
    today = timezone.localdate(now)
    if queries.review_of_month(account, today.replace(day=1)) is not None:
        raise WrongState("La revisión de este mes ya está firmada.")
    review = review_to_sign(account, today=today)
    if review is None:
        raise WrongState("Esta cuenta no tiene una lista en vigor.")
    if digest_of_text("", review.text) != seen:
        raise Refused("La lista cambió mientras la revisabas: mira lo nuevo y firma otra vez.")
    signed = BlockedWordsReview.objects.create(
        account=account,
        month=review.month,
        version=review.version,
        added=review.added,
        removed=review.removed,
        digest=seen,
        note=note.strip()[:300],
        by=by,
        at=now,
    )
    record(
        entity_id=account.entity_id,
        event_type="blocked_words.reviewed",
        actor=by.actor,
        ref=signed.ref,
        at=now,
        related=[account.ref, review.version.ref],
        facts={
            "month": f"{review.month:%Y-%m}",
            "added": len(review.added),
            "removed": len(review.removed),
            "digest": seen,
        },
        texts={"note": signed.note} if signed.note else {},
    )
    return signed
