"""Pages of topics: the list, one topic with its timeline, deciding, merging and splitting (T-2, T-3)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import UNPROCESSABLE, NotAllowed, NotFound, Refused
from pregonero.monitoring import queries, rules
from pregonero.monitoring.actions.decisions import decide_topic, write_outcome
from pregonero.monitoring.actions.topics import merge_topics, split_topic
from pregonero.monitoring.forms import DecisionForm, MergeForm, OutcomeForm, SplitForm
from pregonero.monitoring.growth import RULE
from pregonero.monitoring.models import Decision, DecisionKind, Topic
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.people.rules import check_may, may

PAGE_SIZE, WORDS_LIMIT, MOST_IDS = 30, 200, 200
# The tabs: the name in the address, and the name on the screen.
TABS = (
    ("sin-decidir", "Por decidir"),
    ("crecen", "Crecen"),
    ("decididos", "Decididos"),
    ("todos", "Todos"),
)


@require_GET
def topics(request: MemberRequest) -> HttpResponse:
    """Show the topics of one tab, those that rise first. The page asks again for the list by itself (T-1)."""
    member, now = request.member, timezone.now()
    check_may(member, "topic.see", now=now)
    words = request.GET.get("q", "").replace("\0", "").strip()[:WORDS_LIMIT]
    tab = request.GET.get("estado", "")
    slug = tab if tab in dict(TABS) else TABS[0][0]
    counts = queries.topic_counts(member.entity, now=now)
    found = queries.topics_of(member.entity, tab=slug, words=words)
    context = {
        "tabs": [(name, text, counts[name], name == slug and not words) for name, text in TABS],
        "slug": slug,
        "words": words,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("pagina")),
        "latency": queries.latency_of(member.entity, now=now),
        "sources": sum(queries.role_counts(member.entity).values()),
        "rule": RULE,
        "may_watch": may(member, "watch.manage", now=now),
        "now": now,
    }
    return render(request, "monitoring/topics.html", context)


@require_GET
def topic_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a topic: its timeline, sources and volume by hour, what was decided and what came of it.

    `?decision=` shows what was known at the moment of that decision.
    """
    check_may(request.member, "topic.see", now=timezone.now())
    return _topic_page(request, queries.get_topic(member=request.member, pk=pk))


def _topic_page(request: MemberRequest, topic: Topic, **forms: Any) -> HttpResponse:
    now, member = timezone.now(), request.member
    decisions = queries.decisions_of(topic)
    replayed = _replayed(request, decisions)
    entries = queries.entries_of(topic, known_at=replayed.at if replayed else None)
    may_arrange = topic.merged_into_id is None and may(member, "topic.arrange", now=now)
    context = {
        "topic": topic,
        "entries": entries,
        "replayed": replayed,
        "volume": queries.volume_of(entries),
        "decisions": decisions,
        "publications": queries.publications_of(decisions),
        "outcomes": queries.outcomes_of(topic),
        "decision_form": forms.get("decision") or _decision_form(topic, member, now),
        "merge_form": forms.get("merge")
        or (MergeForm(topics=queries.mergeable_topics(topic)) if may_arrange else None),
        "outcome_form": forms.get("outcome") or (OutcomeForm() if may_arrange and decisions else None),
        "may_arrange": may_arrange and replayed is None,
        "may_compose": may(member, "publication.compose", now=now),
        "now": now,
    }
    return render(request, "monitoring/topic.html", context, status=UNPROCESSABLE if forms else None)


def _replayed(request: MemberRequest, decisions: list[Decision]) -> Decision | None:
    """Return the decision of which the page shows what was known, or None."""
    asked = request.GET.get("decision", "")
    return next((decision for decision in decisions if str(decision.pk) == asked), None)


def _decision_form(topic: Topic, member: Member, now: datetime, data: Any = None) -> DecisionForm | None:
    """Return the form with what the member may decide, or None if that is nothing."""
    room = queries.open_room(topic.entity_id)
    kinds = [kind for kind in DecisionKind if rules.may_decide(member, topic, kind, room, now=now)]
    if not kinds:
        return None
    people = members_with(topic.entity, NETWORKS_PEOPLE | GROUP_HEADS, today=timezone.localdate(now))
    initial = {"responsible": member.pk}
    return DecisionForm(data, kinds=kinds, entries=queries.entries_of(topic), people=people, initial=initial)


@require_POST
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Decide about a topic."""
    member, now = request.member, timezone.now()
    topic = queries.get_topic(member=member, pk=pk)
    asked = next((kind for kind in DecisionKind if kind == request.POST.get("kind")), DecisionKind.NOTHING)
    form = _decision_form(topic, member, now, request.POST)
    if form is None or asked.value in request.POST.getlist("kind"):
        rules.check_may_decide(member, topic, asked, queries.open_room(topic.entity_id), now=now)
    if form is not None and form.is_valid():
        try:
            decision = decide_topic(topic=topic, by=member, now=now, **form.decision())
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            form.add_error("day", refusal.message)
        else:
            messages.success(request, f"Decidido: {decision.get_kind_display()}.")
            return redirect(topic)
    return _topic_page(request, topic, decision=form)


@require_POST
def merge(request: MemberRequest, pk: int) -> HttpResponse:
    """Merge another topic into this one."""
    member, now = request.member, timezone.now()
    topic = queries.get_topic(member=member, pk=pk)
    check_may(member, "topic.arrange", now=now)
    form = MergeForm(request.POST, topics=queries.mergeable_topics(topic, limit=MOST_IDS))
    if form.is_valid():
        other = queries.get_topic(member=member, pk=form.cleaned_data["other"])
        topic = merge_topics(topic=topic, other=other, by=member, now=now)
        messages.success(request, "Listo: los dos son un solo tema.")
        return redirect(topic)
    return _topic_page(request, topic, merge=form)


@require_POST
def split(request: MemberRequest, pk: int) -> HttpResponse:
    """Take the chosen entries out of a topic, to one of their own."""
    member, now = request.member, timezone.now()
    topic = queries.get_topic(member=member, pk=pk)
    form = SplitForm(request.POST, entries=queries.entries_of(topic))
    chosen = form.cleaned_data["entry"] if form.is_valid() else []
    made = split_topic(topic=topic, entries=chosen, by=member, now=now)
    messages.success(request, "Listo: esas notas son ahora otro tema.")
    return redirect(made)


@require_POST
def outcome(request: MemberRequest, pk: int) -> HttpResponse:
    """Write what came of a topic."""
    member, now = request.member, timezone.now()
    topic, form = queries.get_topic(member=member, pk=pk), OutcomeForm(request.POST)
    check_may(member, "topic.arrange", now=now)
    if form.is_valid():
        write_outcome(topic=topic, text=form.cleaned_data["text"], by=member, now=now)
        messages.success(request, "Quedó en el tema.")
        return redirect(topic)
    return _topic_page(request, topic, outcome=form)
