"""The monthly review of YouTube's blocked words: what changed since the last one, and the text to paste (YT-3)."""

from dataclasses import dataclass
from datetime import date

from pregonero.moderation import list_queries as queries
from pregonero.moderation.list_files import terms_from_json
from pregonero.moderation.models import WordListVersion
from pregonero.networks.models import Account


@dataclass(frozen=True)
class ReviewToSign:
    """The review of a month: the version in force, what changed since the last signed one, and the text to paste."""

    month: date
    version: WordListVersion
    added: list[str]
    removed: list[str]
    text: str
    since: date | None  # the month of the last signed review


def review_to_sign(account: Account, *, today: date) -> ReviewToSign | None:
    """Return this month's review of an account; None without a list in force."""
    version = queries.list_in_force(account)
    if version is None:
        return None
    words = queries.words_of(terms_from_json(version.terms))
    last = next(iter(queries.reviews_of(account)), None)
    before = queries.words_of(terms_from_json(last.version.terms)) if last else []
    changes = queries.difference(words, before)
    return ReviewToSign(
        month=today.replace(day=1),
        version=version,
        added=changes.missing,
        removed=changes.extra,
        text=", ".join(words),
        since=last.month if last else None,
    )
