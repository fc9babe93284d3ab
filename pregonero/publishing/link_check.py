"""Checks a publication's link when its last check is too old (D-4). The request is made outside transactions."""

from datetime import datetime

from pregonero.publishing import queries
from pregonero.publishing.actions.links import keep_link_check
from pregonero.publishing.link_finding import read_link
from pregonero.publishing.models import Publication
from pregonero.publishing.rules import needs_link_check


def refresh_link(publication: Publication, *, now: datetime, even_if_fresh: bool = False) -> None:
    """Request the publication's link and store the finding; only if the last check is old, or `even_if_fresh`."""
    check = queries.latest_link_check(publication)
    if publication.link and (even_if_fresh or needs_link_check(publication, check, now=now)):
        keep_link_check(publication=publication, finding=read_link(publication.link, publication.entity), now=now)
