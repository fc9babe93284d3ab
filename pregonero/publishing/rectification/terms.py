"""The term to decide a request of rectification, as dated data with its norm (N-2).

No norm sets a term for an entity's own accounts, so that of petitions in general applies. A new norm is a new row.
"""

from dataclasses import dataclass
from datetime import date

from pregonero.working_days import add_working_days


@dataclass(frozen=True)
class Term:
    """A term in working days, its norm, and the first day on which it applies."""

    working_days: int
    basis: str
    since: date


TERMS = (Term(15, "Ley 1755 de 2015, artículo 14: peticiones en general", date(2015, 6, 30)),)


def term_on(day: date) -> Term:
    """Return the term of a request that arrives on a day."""
    return max((term for term in TERMS if term.since <= day), key=lambda term: term.since, default=TERMS[0])


def last_day(asked_on: date) -> tuple[date, str]:
    """Return the last day to decide a request of a day, and the norm that sets it."""
    term = term_on(asked_on)
    return add_working_days(asked_on, term.working_days), term.basis
