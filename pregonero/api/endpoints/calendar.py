"""The calendar: what goes out between two days (P-2)."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from pregonero.api.gate import ApiRequest
from pregonero.api.operations import reading
from pregonero.api.problems import Invalid
from pregonero.errors import Issue
from pregonero.publishing.calendar import at_hour
from pregonero.publishing.queries.calendar_entries import Entry, entries_between

router = Router(tags=["Parrilla"])
MOST_DAYS = 31


class CalendarQuery(Schema):
    """The first and the last day, both included."""

    first: date = Field(description="El primer día.")
    last: date = Field(description=f"El último día, a {MOST_DAYS} días como máximo.")


class AccountStateOut(Schema):
    """How a publication stands on one account."""

    account_id: int
    network: str
    state: str


class EntryOut(Schema):
    """A publication at one time of the calendar. `problem` says why its time is not good."""

    at: datetime
    publication_id: int
    number: str
    title: str
    problem: str
    accounts: list[AccountStateOut]


@router.get("", **reading("calendar.read", list[EntryOut], "Ver la parrilla entre dos días"))
def show_calendar(request: ApiRequest, query: Query[CalendarQuery]) -> list[EntryOut]:
    """Return what goes out between two days, by time."""
    days = (query.last - query.first).days
    if not 0 <= days < MOST_DAYS:
        raise Invalid([Issue("last", "range", f"Pide de uno a {MOST_DAYS} días, el primero antes del último.")])
    if query.first.year < 2000 or query.last.year > 2200:  # noqa: PLR2004  no calendar reaches them
        return []
    start, end = at_hour(query.first, 0), at_hour(query.last, 0) + timedelta(days=1)
    entries = entries_between(request.member.entity, start, end, by=request.member, now=timezone.now())
    return [_entry(entry) for entry in entries]


def _entry(entry: Entry) -> EntryOut:
    states = [
        AccountStateOut(account_id=pk, network=state.account.network, state=state.label)
        for pk, state in entry.states.items()
    ]
    return EntryOut(
        at=entry.at,
        publication_id=entry.publication.pk,
        number=entry.publication.number,
        title=entry.publication.title,
        problem=entry.problem,
        accounts=states,
    )
