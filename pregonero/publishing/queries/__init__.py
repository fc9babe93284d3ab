"""What the screens and the jobs of publishing read."""

from pregonero.publishing.queries.getters import (
    get_attachment,
    get_making,
    get_publication,
    making_to_do,
    makings_of,
    publication_to_check,
)
from pregonero.publishing.queries.publications import (
    adaptations_of,
    going_adaptations,
    issues,
    latest_acceptance,
    latest_link_check,
)

__all__ = [
    "adaptations_of",
    "get_attachment",
    "get_making",
    "get_publication",
    "going_adaptations",
    "issues",
    "latest_acceptance",
    "latest_link_check",
    "making_to_do",
    "makings_of",
    "medium_by_digest",
    "publication_to_check",
]
