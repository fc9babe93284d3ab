"""Lists by pages, the newest first: each page says with which cursor the next one is asked."""

import base64
import binascii
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

from pregonero.api.problems import Invalid
from pregonero.errors import Issue

MOST_DIGITS = 18  # of an id
T = TypeVar("T")


class PageQuery(Schema):
    """Which page of a list is asked."""

    cursor: str = Field("", description="El «next» de la página anterior; sin él, la primera.", max_length=40)
    limit: int = Field(50, ge=1, le=100, description="Cuántos por página.")


class Page(Schema, Generic[T]):
    """A page of a list. `next` is the cursor of the next one, or null in the last one."""

    items: list[T]
    next: str | None


def page_of(rows: "QuerySet[Any]", query: PageQuery) -> dict[str, Any]:
    """Return a page of the rows, by id: what is added meanwhile moves nothing of the next pages."""
    rows = rows.order_by("-pk")
    if query.cursor:
        rows = rows.filter(pk__lt=_id_in(query.cursor))
    found: list[Model] = list(rows[: query.limit + 1])
    items = found[: query.limit]
    return {"items": items, "next": _cursor(items[-1].pk) if len(found) > query.limit else None}


def _cursor(pk: int) -> str:
    return base64.urlsafe_b64encode(str(pk).encode()).decode().rstrip("=")


def _id_in(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _wrong() from error
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise _wrong()
    return int(text)


def _wrong() -> Invalid:
    return Invalid([Issue("cursor", "cursor", "Ese cursor no es de esta lista: pide la primera página sin él.")])
