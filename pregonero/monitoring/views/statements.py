"""Pages of the spokesperson's list: the facts gathered, the text, and the word that approves it (T-3)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotAllowed, Refused, WrongState
from pregonero.monitoring import queries
from pregonero.monitoring.actions.statements import approve_statement, digest_of, write_statement
from pregonero.monitoring.forms import StatementForm
from pregonero.monitoring.models import Statement
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Office
from pregonero.people.on_behalf.forms import ActForm
from pregonero.people.on_behalf.queries import outside_people
from pregonero.people.rules import check_may, may


@require_GET
def statements(request: MemberRequest) -> HttpResponse:
    """Show what the *vocería* has to say, by deadline."""
    member, now = request.member, timezone.now()
    check_may(member, "topic.see", now=now)
    context = {"statements": queries.statements_of(member.entity), "now": now}
    return render(request, "monitoring/statements.html", context)


@require_GET
def statement_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a statement: the facts, the text, and who approved it with which proof."""
    check_may(request.member, "topic.see", now=timezone.now())
    return _statement_page(request, queries.get_statement(member=request.member, pk=pk))


def _statement_page(request: MemberRequest, statement: Statement, form: Any = None) -> HttpResponse:
    member, now = request.member, timezone.now()
    decision = statement.decision
    is_open = statement.approval is None and not queries.is_replaced(decision)
    initial = {"facts": statement.facts, "text": statement.text}
    may_write = is_open and may(member, "statement.write", now=now)
    context = {
        "statement": statement,
        "is_open": is_open,
        "form": form or (StatementForm(initial=initial) if may_write else None),
        "may_approve": is_open and bool(statement.text) and may(member, "statement.approve", now=now),
        "may_compose": statement.approval is not None and may(member, "publication.compose", now=now),
        "publications": queries.publications_of([decision]),
        "now": now,
    }
    return render(request, "monitoring/statement.html", context, status=UNPROCESSABLE if form else None)


@require_POST
def write(request: MemberRequest, pk: int) -> HttpResponse:
    """Write the text of a statement."""
    member, now = request.member, timezone.now()
    statement, form = queries.get_statement(member=member, pk=pk), StatementForm(request.POST)
    check_may(member, "statement.write", now=now)
    if form.is_valid():
        write_statement(statement=statement, by=member, now=now, **form.cleaned_data)
        messages.success(request, "Texto guardado. Falta la palabra de la vocería.")
        return redirect(statement)
    return _statement_page(request, statement, form)


@require_http_methods(["GET", "POST"])
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    """Record the word of the *vocería* on the text, with its proof."""
    member, now = request.member, timezone.now()
    statement = queries.get_statement(member=member, pk=pk)
    check_may(member, "statement.approve", now=now)
    initial = {
        "what": f"Aprobó el texto: {statement.decision.topic.title}"[:500],
        "office": Office.SPOKESPERSON,
        "person_name": statement.spokesperson,
        "day": timezone.localdate(now),
    }
    form = ActForm(request.POST or None, request.FILES or None, people=outside_people(member.entity), initial=initial)
    if form.is_valid():
        try:
            digest, act = request.POST.get("digest", ""), form.act_about(statement.ref)
            approve_statement(statement=statement, act=act, digest=digest, by=member, now=now)
        except (WrongState, NotAllowed):
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Quedó la palabra de la vocería, con su prueba.")
            return redirect(statement)
    context = {"form": form, "statement": statement, "digest": digest_of(statement)}
    return render(request, "monitoring/approval.html", context, status=UNPROCESSABLE if form.errors else None)
