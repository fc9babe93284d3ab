"""What the screens and the jobs of publishing read."""

from pregonero.publishing.queries.getters import (
    chosen_publications,
    conversion_to_run,
    conversions_of,
    event_of,
    get_attachment,
    get_conversion,
    get_publication,
    get_reversible_act,
    publication_to_check,
    undoable_act,
)
from pregonero.publishing.queries.publications import (
    adaptations_of,
    going_adaptations,
    issues,
    last_reason,
    latest_acceptance,
    latest_link_check,
    missing_accounts,
    publications_of,
    source_media,
)

__all__ = [
    "adaptations_of",
    "chosen_publications",
    "conversion_to_run",
    "conversions_of",
    "event_of",
    "get_attachment",
    "get_conversion",
    "get_publication",
    "get_reversible_act",
    "going_adaptations",
    "issues",
    "last_reason",
    "latest_acceptance",
    "latest_link_check",
    "missing_accounts",
    "publication_to_check",
    "publications_of",
    "source_media",
    "undoable_act",
]
