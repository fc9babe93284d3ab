"""The list of conversations with its filters, which are in its address."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pregonero.inbox import composer_queries, queries
from pregonero.inbox.correction_queries import outdated_answers
from pregonero.inbox.reading_state import POLLING_ONLY, list_readings, never_read, polling_losses
from pregonero.inbox.states import Question
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.queries import accounts_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Entity
from pregonero.people.rules import check_may

STATE_LABELS = {
    "abiertas": "Sin responder",
    "atrasadas": "Atrasadas",
    "pospuestas": "Pospuestas",
    "respondidas": "Respondidas",
    "cerradas": "Cerradas",
}
KIND_LABELS = {
    InteractionKind.COMMENT.value: "Comentarios",
    InteractionKind.MENTION.value: "Menciones",
    InteractionKind.MESSAGE.value: "Mensajes privados",
}


@require_GET
def conversation_list(request: MemberRequest) -> HttpResponse:
    """List the conversations of the entity, those that wait longest first, with filters in the address."""
    member, now = request.member, timezone.now()
    check_may(member, "inbox.see", now=now)
    filters = _filters(request)
    found = queries.conversations_of(member, filters, now=now)[: queries.MOST_LISTED]
    page = Paginator(found, queries.PAGE_SIZE).get_page(request.GET.get("pagina"))
    last, counts = queries.last_messages(list(page)), queries.counts_by_state(member, now=now)
    context = {
        "page": page,
        "rows": [(conversation, last.get(conversation.pk)) for conversation in page],
        "tabs": [(state, STATE_LABELS[state], counts[state], state == filters.state) for state in queries.STATES],
        "filters": filters,
        "label": STATE_LABELS[filters.state],
        "most": queries.MOST_LISTED,
        **_filter_choices(member.entity),
        **_readings(member.entity, now),
        "outdated": outdated_answers(member.entity),
        "now": now,
    }
    return render(request, "inbox/list.html", context)


def _filter_choices(entity: Entity) -> dict[str, Any]:
    return {
        "accounts": accounts_of(entity),
        "questions": Question.choices,
        "kinds": KIND_LABELS.items(),
        "labels": composer_queries.labels_of(entity),
    }


def _readings(entity: Entity, now: datetime) -> dict[str, Any]:
    return {
        "readings": list_readings(entity, now=now),
        "polling_only": POLLING_ONLY,
        "losses": polling_losses(),
        "never_read": never_read(accounts_of(entity)),
    }


def _filters(request: MemberRequest) -> queries.Filters:
    state, question = request.GET.get("estado", ""), request.GET.get("pide", "")
    kind = request.GET.get("tipo", "")
    return queries.Filters(
        state=state if state in queries.STATES else "abiertas",
        account=_number(request.GET.get("cuenta", "")),
        question=question if question in Question.values else "",
        kind=kind if kind in KIND_LABELS else "",
        label=_number(request.GET.get("etiqueta", "")),
        mine=request.GET.get("mias") == "1",
    )


def _number(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 10 else None  # noqa: PLR2004
