"""Requests the links of a text before it is sent to a citizen (D-4), and again afterwards (Q-2).

The requests are made outside transactions.
"""

from datetime import datetime

from pregonero.inbox import composer_queries, correction_queries
from pregonero.inbox.actions.links import keep_link_findings
from pregonero.inbox.text_links import links_in
from pregonero.people.models import Entity
from pregonero.publishing.link_finding import read_link


def refresh_links(text: str, entity: Entity, *, now: datetime) -> None:
    """Request the links of a text whose last check failed or is old, and store what they responded."""
    due = composer_queries.links_to_check(links_in(text), entity, now=now)
    findings = [read_link(address, entity) for address in due]
    if findings:
        keep_link_findings(entity=entity, findings=findings, now=now)


def check_given_links(entity: Entity, *, now: datetime) -> int:
    """Request again the links that were given to people, and return how many: a page may be gone since (Q-2)."""
    due = correction_queries.given_links_due(entity, now=now)
    findings = [read_link(address, entity) for address in due]
    if findings:
        keep_link_findings(entity=entity, findings=findings, now=now)
    return len(findings)
