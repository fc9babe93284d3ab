"""Petitions, without who made them: their number, which PQRSD's own program writes, and their figures (Q-5)."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from pregonero.api.bodies import FormBody
from pregonero.api.gate import ApiRequest
from pregonero.api.operations import reading, writing
from pregonero.api.pages import Page, PageQuery, page_of
from pregonero.api.problems import Invalid
from pregonero.errors import Issue
from pregonero.inbox import queries
from pregonero.inbox.actions.petitions import record_number
from pregonero.inbox.forms import NumberForm
from pregonero.inbox.models import Petition
from pregonero.inbox.petition_queries import petitions_between, petitions_by_id
from pregonero.inbox.petitions import row_of
from pregonero.people.rules import check_may

router = Router(tags=["Peticiones"])
MOST_DAYS = 366


class PetitionOut(Schema):
    """A petition: its number, its kind, and its legal date."""

    id: int
    number: str
    kind: str
    priority: str
    network: str
    opened_at: datetime
    due_on: date | None
    ended_on: date | None
    state: str
    path: str


class FiguresQuery(Schema):
    """The first and the last day on which the petitions were opened, both included."""

    first: date
    last: date = Field(description="A un año del primero, como máximo.")


class FiguresOut(Schema):
    """How many petitions were opened, how many still have no number, and how many are in each state."""

    total: int
    without_number: int
    states: dict[str, int]


class NumberBody(FormBody[NumberForm]):
    """El número que PQRSD le dio a una petición."""

    form_class = NumberForm


def _out(petition: Petition) -> PetitionOut:
    row = row_of(petition, today=timezone.localdate())
    return PetitionOut(
        id=petition.pk,
        number=petition.number,
        kind=petition.kind,
        priority=petition.priority,
        network=petition.message.conversation.account.network,
        opened_at=petition.opened_at,
        due_on=row.count.due_on,
        ended_on=row.count.ended_on,
        state=row.word,
        path=petition.get_absolute_url(),
    )


@router.get("", **reading("petitions.read", Page[PetitionOut], "Ver las peticiones"))
def list_petitions(request: ApiRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Return the petitions of the entity, by pages."""
    check_may(request.member, "inbox.see", now=timezone.now())
    page = page_of(petitions_by_id(request.member.entity), query)
    return page | {"items": [_out(petition) for petition in page["items"]]}


@router.get("/figures", **reading("petitions.read", FiguresOut, "Cuántas peticiones hay, y cómo van"))
def count_petitions(request: ApiRequest, query: Query[FiguresQuery]) -> FiguresOut:
    """Return the figures of the petitions opened between two days."""
    check_may(request.member, "inbox.see", now=timezone.now())
    if not timedelta() <= query.last - query.first <= timedelta(days=MOST_DAYS):
        raise Invalid([Issue("last", "range", "Pide un año como máximo, el primer día antes del último.")])
    rows = [
        row_of(petition, today=timezone.localdate())
        for petition in petitions_between(request.member.entity, query.first, query.last)
    ]
    return FiguresOut(
        total=len(rows),
        without_number=sum(not row.petition.number for row in rows),
        states=Counter(row.word for row in rows),
    )


@router.get("/{pk}", **reading("petitions.read", PetitionOut, "Ver una petición"))
def show_petition(request: ApiRequest, pk: int) -> PetitionOut:
    """Return a petition."""
    check_may(request.member, "inbox.see", now=timezone.now())
    return _out(queries.get_petition(member=request.member, pk=pk))


@router.post("/{pk}/number", **writing("petitions.write", PetitionOut, "Escribir el radicado de una petición"))
def number_petition(request: ApiRequest, pk: int, payload: NumberBody) -> PetitionOut:
    """Store the number that PQRSD gave a petition, and tell it to the person."""
    petition = queries.get_petition(member=request.member, pk=pk)
    record_number(petition=petition, by=request.member, now=timezone.now(), **payload.form.cleaned_data)
    return _out(queries.get_petition(member=request.member, pk=pk))
