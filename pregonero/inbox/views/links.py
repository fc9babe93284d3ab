"""The check of the links of a form's text, before the action that sends or keeps it (D-4)."""

from django.utils import timezone

from pregonero.inbox.actions.links import accept_links
from pregonero.inbox.composer_queries import link_problems
from pregonero.inbox.forms import LinkedTextForm
from pregonero.inbox.link_check import refresh_links
from pregonero.inbox.rules import check_links
from pregonero.inbox.text_links import links_in
from pregonero.people.middleware import MemberRequest


def check_links_of(request: MemberRequest, text: str, form: LinkedTextForm, right: str = "link.accept") -> None:
    """Request the links of a text, and accept those that failed if the person gave a reason. Raises `LinksRefused`."""
    entity, now = request.member.entity, timezone.now()
    refresh_links(text, entity, now=now)
    reason = form.cleaned_data["link_reason"]
    problems = link_problems(links_in(text), entity, now=now)
    if problems and reason.strip():
        addresses = [problem.address for problem in problems]
        accept_links(addresses=addresses, reason=reason, by=request.member, now=now, right=right)
    check_links(text, entity, now=now, right=right)
