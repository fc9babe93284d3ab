"""What publishing keeps: publications and their deliveries, and the media that go with them."""

from pregonero.publishing.models.media import Attachment, Making, MakingState
from pregonero.publishing.models.publications import (
    AFTER_THE_ONE_ABOVE,
    NOT_YET,
    TOLERANCE_MINUTES,
    ZONE,
    Adaptation,
    Attempt,
    Delivery,
    LinkAcceptance,
    LinkCheck,
    Outcome,
    Publication,
    PublicationState,
    Relevance,
    SourceKind,
)

__all__ = [
    "AFTER_THE_ONE_ABOVE",
    "NOT_YET",
    "TOLERANCE_MINUTES",
    "ZONE",
    "Adaptation",
    "Attachment",
    "Attempt",
    "Delivery",
    "LinkAcceptance",
    "LinkCheck",
    "Making",
    "MakingState",
    "Outcome",
    "Publication",
    "PublicationState",
    "Relevance",
    "SourceKind",
]
