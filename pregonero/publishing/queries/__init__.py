"""What the screens and the workers read of publications and deliveries."""

from pregonero.publishing.queries.doors import get_delivery, get_publication, medium_by_digest, publication_to_check
from pregonero.publishing.queries.reading import (
    adaptation_of,
    adaptations_of,
    attempts_of,
    deliveries_of,
    going_adaptations,
    issues,
    last_attempt,
    latest_acceptance,
    latest_link_check,
    lock_deliveries,
    uncertain_since,
)
from pregonero.publishing.queries.working import (
    account_due,
    accounts_to_send,
    free,
    lock_delivery,
    to_ask,
    to_clean,
    to_prepare,
)

__all__ = [
    "account_due",
    "accounts_to_send",
    "adaptation_of",
    "adaptations_of",
    "attempts_of",
    "deliveries_of",
    "free",
    "get_delivery",
    "get_publication",
    "going_adaptations",
    "issues",
    "last_attempt",
    "latest_acceptance",
    "latest_link_check",
    "lock_deliveries",
    "lock_delivery",
    "medium_by_digest",
    "publication_to_check",
    "to_ask",
    "to_clean",
    "to_prepare",
    "uncertain_since",
]
